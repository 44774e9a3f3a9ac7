"""The utility's dated rules as a customer reads them: sentences made from the values that hold on a day.

The same values decide elsewhere, so what is said here is what happens. What only the office needs is not said.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock, money
from portal.utility import rulebook
from portal.utility.rules import Modules, RuleSet, registered

Say = Callable[[Any], list[str]]

# A set whose module does not run is not stated.
MODULE_OF = {"payments": "payments", "transit": "payments", "readings": "readings"}


@dataclass(frozen=True)
class Stated:
    """One set of rules on a day; `since` is absent while no record was ever made: the house's own defaults hold."""

    code: str
    title: str
    since: date | None
    sentences: list[str]
    changes_on: date | None


def stated(codes: Iterable[str], day: date | None = None) -> list[Stated]:
    """The sets named, in their order, as they are on a day (today by default). No statement of its own."""
    day = day or clock.today()
    modules = rulebook.rules(Modules, day)
    known = registered()
    return [
        _stated(known[code], day)
        for code in codes
        if code in known and code in SAY and (code not in MODULE_OF or getattr(modules, MODULE_OF[code]))
    ]


def choices() -> list[tuple[str, str]]:
    """The sets that can be stated, for an editor to choose from."""
    return [(code, _(cls.title)) for code, cls in registered().items() if code in SAY]


def _stated(cls: type[RuleSet], day: date) -> Stated:
    dated = rulebook.dated(cls)
    since = max((start for start, _values in dated if start <= day), default=None)
    coming = min((start for start, _values in dated if start > day), default=None)
    return Stated(cls.code, _(cls.title), since, SAY[cls.code](rulebook.rules(cls, day)), coming)


def _words(values: RuleSet, name: str) -> str:
    """The chosen values in words: “water, sewage”."""
    (described,) = (one for one in fields(values) if one.name == name)
    words = dict(described.metadata["choices"])
    return ", ".join(_(words.get(value, value)) for value in getattr(values, name))


def _modules(rules: Any) -> list[str]:
    on = ", ".join(_(one.metadata["label"]).lower() for one in fields(rules) if getattr(rules, one.name))
    return [_("Here you find: %(parts)s.") % {"parts": on}] if on else []


def _sign_in(rules: Any) -> list[str]:
    said = [_("You sign in with: %(what)s.") % {"what": _words(rules, "identifiers")}]
    return [*said, rules.hint] if rules.hint else said


def _registration(rules: Any) -> list[str]:
    phone = {
        "no": _("We do not ask for a phone number."),
        "optional": _("You need not give a phone number."),
        "required": _("A phone number is needed."),
    }
    said = [
        _("An account is for customers with: %(services)s.") % {"services": _words(rules, "services_needed")},
        _("You prove who you are by: %(how)s.") % {"how": _words(rules, "modes")},
        phone[rules.asks_phone],
        ngettext(
            "The link in our e-mail works for %(count)s hour.",
            "The link in our e-mail works for %(count)s hours.",
            rules.link_hours,
        )
        % {"count": rules.link_hours},
    ]
    if rules.self_link_kinds:
        linked = _("Linked to their customer data without a clerk: %(who)s.")
        said.append(linked % {"who": _words(rules, "self_link_kinds")})
    said.append(
        ngettext(
            "Where a clerk decides, it takes at most %(count)s working day.",
            "Where a clerk decides, it takes at most %(count)s working days.",
            rules.decision_working_days,
        )
        % {"count": rules.decision_working_days}
    )
    return said


def _billing(rules: Any) -> list[str]:
    said = [
        ngettext(
            "An invoice of the last month proves who you are.",
            "An invoice of the last %(count)s months proves who you are.",
            rules.proof_recent_months,
        )
        % {"count": rules.proof_recent_months},
        _("After %(attempts)s wrong attempts at an invoice's number and amount one waits %(minutes)s minutes.")
        % {"attempts": rules.proof_attempts, "minutes": rules.proof_pause_minutes},
        ngettext(
            "A bill is marked “due soon” %(count)s day before its date.",
            "A bill is marked “due soon” %(count)s days before its date.",
            rules.due_soon_days,
        )
        % {"count": rules.due_soon_days},
    ]
    if rules.shows_transfer_code:
        said.append(_("Beside the transfer's data stands a QR code for your bank's app."))
    return said


def _payments(rules: Any) -> list[str]:
    limits = {"least": money.zloty(rules.minimum), "most": money.zloty(rules.maximum)}
    return [
        _("You pay by: %(methods)s.") % {"methods": _words(rules, "methods")},
        _("One payment may be from %(least)s to %(most)s.") % limits,
        ngettext(
            "A payment that was begun holds its bills for %(count)s minute, so that nobody pays them twice.",
            "A payment that was begun holds its bills for %(count)s minutes, so that nobody pays them twice.",
            rules.session_minutes,
        )
        % {"count": rules.session_minutes},
    ]


def _transit(rules: Any) -> list[str]:
    return [
        ngettext(
            "What you paid is booked within %(count)s working day. If it is not, a clerk looks into it and we tell you.",
            "What you paid is booked within %(count)s working days. If it is not, a clerk looks into it and we tell you.",
            rules.days_to_book,
        )
        % {"count": rules.days_to_book}
    ]


def _readings(rules: Any) -> list[str]:
    said = []
    if not rules.is_accepting:
        said.append(_("Readings are shown here; they are not submitted here."))
    else:
        said += _submitting(rules)
    if rules.is_watching:
        said.append(_("Possible leaks and unusual use are looked for; you are told when you asked for it."))
    said.append(
        ngettext(
            "You see the readings of the last month.",
            "You see the readings of the last %(count)s months.",
            rules.history_months,
        )
        % {"count": rules.history_months}
    )
    return said


def _submitting(rules: Any) -> list[str]:
    said = [_("Readings may be submitted by: %(who)s.") % {"who": _words(rules, "accepted_from")}]
    if rules.window_from_day:
        said.append(
            _("The window opens on day %(day)s and closes with the month's last day.") % {"day": rules.window_from_day}
        )
        said.append(_ANSWER["outside_window"][rules.outside_window]())
    else:
        said.append(_("You submit a reading whenever you like."))
    said.append(_ANSWER["below_booked"][rules.below_booked]())
    if rules.is_for_guests:
        said.append(
            _("A reading may be given without signing in, with the customer number and the number of the meter.")
        )
    if rules.missed_returns_to_months:
        said.append(
            ngettext(
                "Whoever misses the window is billed every month again.",
                "Whoever misses the window is billed every %(count)s months again.",
                rules.missed_returns_to_months,
            )
            % {"count": rules.missed_returns_to_months}
        )
    if rules.is_missed_blocking:
        said.append(_("After a missed window readings are blocked until the office unblocks them."))
    return said


# Called when a page is drawn, so that the words are in the reader's language.
_ANSWER: dict[str, dict[str, Callable[[], str]]] = {
    "outside_window": {
        "refuse": lambda: _("Outside the window a reading is not taken; you may send it to a clerk."),
        "to_check": lambda: _("Outside the window a clerk checks the reading."),
    },
    "below_booked": {
        "refuse": lambda: _("A reading lower than the last booked one is not taken; you may send it to a clerk."),
        "to_check": lambda: _("A reading lower than the last booked one is checked by a clerk."),
    },
}

SAY: dict[str, Say] = {
    "modules": _modules,
    "sign_in": _sign_in,
    "registration": _registration,
    "billing": _billing,
    "payments": _payments,
    "transit": _transit,
    "readings": _readings,
}

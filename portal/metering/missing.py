"""A window that closed without a reading: whom it concerns, what follows, and how a clerk undoes it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock, jobs
from portal.customers.access import open_delegations
from portal.customers.actions import change_billing_period
from portal.customers.models import Contract, Customer, Delegation
from portal.journal.actions import note
from portal.metering import downtime
from portal.metering.actions import owners
from portal.metering.facts import STANDING, in_use
from portal.metering.models import ClosedWindow, Meter, MeterReading, MissedWindow
from portal.metering.policies import Window, last_closed_window, next_window, window_of_month
from portal.metering.rules import ReadingRules
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.utility.templatetags.ebok import day


def owing(window: Window, day_rules: ReadingRules) -> QuerySet[Customer]:
    """Customers who were to give a reading in the window and have not: whoever was linked before it opened."""
    linked = open_delegations().filter(
        customer=OuterRef("pk"), role=Delegation.Role.OWNER, starts_at__lt=clock.at(window.opens)
    )
    dials = Meter.objects.filter(
        in_use(window.opens), point__customer=OuterRef("pk"), role=Meter.Role.MAIN, is_remote=False
    )
    given = MeterReading.objects.filter(
        meter__point__customer=OuterRef("pk"),
        meter__is_remote=False,  # what we read ourselves by the hour is no reading that somebody gave
        read_on__range=(window.opens, window.closes),
        state__in=STANDING,
    )
    short = Contract.objects.filter(
        customer=OuterRef("pk"), billing_period_months__lt=day_rules.missed_returns_to_months
    )
    return Customer.objects.filter(
        Exists(linked),
        Exists(dials),
        Exists(short),
        ~Exists(given),
        kind__in=day_rules.accepted_from,
        is_closed=False,
    )


def has_consequence(day_rules: ReadingRules) -> bool:
    is_on = rules(Modules).readings and day_rules.is_accepting
    return bool(is_on and day_rules.window_from_day and day_rules.missed_returns_to_months)


@transaction.atomic
def close_last_window() -> int:
    """Find, once, who missed the window that closed last; what follows is done for each in a job of its own."""
    window = last_closed_window(clock.today(), rules(ReadingRules))
    day_rules = rules(ReadingRules, window.closes) if window else None
    if window is None or day_rules is None or not has_consequence(day_rules):
        return 0
    downtime.beat()  # a silence that ends now is known before it is asked about
    row, is_new = ClosedWindow.objects.get_or_create(closes=window.closes, defaults={"closed_at": clock.now()})
    if not is_new:
        return 0
    if downtime.is_window_excused(window, day_rules):
        note("window_excused", about=f"window:{window.closes}", by="system")
        return 0
    ids = list(owing(window, day_rules).values_list("pk", flat=True))
    for customer_id in ids:
        jobs.later("portal.metering.tasks.miss_window", customer_id, window.closes.isoformat())
    row.missed_count = len(ids)
    row.save(update_fields=["missed_count"])
    return len(ids)


@transaction.atomic
def miss_window(customer: Customer, closes: date) -> MissedWindow | None:
    """Return the bills to their length, block, tell. Done once; who has given a reading after all is left alone."""
    day_rules = rules(ReadingRules, closes)
    window = window_of_month(closes, day_rules)
    if window is None or downtime.is_window_excused(window, day_rules):
        return None
    if not owing(window, day_rules).filter(pk=customer.pk).exists():
        return None
    months = day_rules.missed_returns_to_months
    contracts = list(customer.contracts.filter(billing_period_months__lt=months))
    missed, is_new = MissedWindow.objects.get_or_create(
        customer=customer,
        closes=closes,
        defaults={
            "happened_at": clock.now(),
            "is_blocking": day_rules.is_missed_blocking,
            "months_before": {str(one.public_id): one.billing_period_months for one in contracts},
        },
    )
    if not is_new:
        return None
    why = _("No reading came by %(day)s.") % {"day": day(closes)}
    for contract in contracts:
        change_billing_period(contract, months=months, by="system", why=why)
    if missed.is_blocking:
        tell("readings_blocked", about=f"missed:{missed.public_id}", customer=customer.external_id, closes=str(closes))
    note("window_missed", about=f"missed:{missed.public_id}", customer=customer.public_id, closes=str(closes))
    for user in owners(customer):
        send(
            "window_missed",
            to=user.email or "",
            about=f"missed:{missed.public_id}",
            user=user,
            customer=customer.public_id,
            closes=day(closes),
            consequence=consequence(day_rules),
        )
    return missed


def countdown(left: int) -> str:
    """How long the window is still open, counted in days; 0 on the last one."""
    if not left:
        return _("Today is the last day.")
    return ngettext("%(count)d day is left.", "%(count)d days are left.", left) % {"count": left}


def consequence(day_rules: ReadingRules) -> str:
    """What follows from a missed window, as it is told before and after."""
    if not has_consequence(day_rules):
        return ""
    months = day_rules.missed_returns_to_months
    bills = ngettext(
        "Without a reading in time bills come every month.",
        "Without a reading in time bills come every %(count)d months again.",
        months,
    ) % {"count": months}
    if not day_rules.is_missed_blocking:
        return bills
    return bills + " " + _("Giving readings here is then blocked until our office unblocks it.")


class LiftedAlready(Exception):
    """Somebody has undone this already."""

    def __str__(self) -> str:
        return _("Somebody has undone this already.")


@transaction.atomic
def lift(missed: MissedWindow, *, by: Any, because: str) -> None:
    """A clerk undoes it: readings are taken again from the next window, bills are as long as before. Raises LiftedAlready."""
    coming = next_window(clock.today(), rules(ReadingRules))
    open_from = coming.opens if coming else clock.today()
    lifted = {"lifted_at": clock.now(), "lifted_by": by, "lifted_because": because, "open_from": open_from}
    if not MissedWindow.objects.filter(pk=missed.pk, lifted_at__isnull=True).update(**lifted):
        raise LiftedAlready
    missed.refresh_from_db()
    customer = missed.customer
    about = f"missed:{missed.public_id}"
    for contract in customer.contracts.filter(public_id__in=list(missed.months_before)):
        change_billing_period(contract, months=missed.months_before[str(contract.public_id)], by=by, why=because)
    if missed.is_blocking:
        tell("readings_unblocked", about=about, customer=customer.external_id, open_from=str(open_from))
    note("window_missed_undone", about=about, by=by, customer=customer.public_id, because=because)
    for user in owners(customer):
        send(
            "window_reopened",
            to=user.email or "",
            about=about,
            user=user,
            customer=customer.public_id,
            open_from=day(open_from),
            because=because,
        )


def remind() -> int:
    """On the days that the rules name, write to everybody whose reading is still missing. Returns how many jobs."""
    day_rules = rules(ReadingRules)
    window = window_of_month(clock.today(), day_rules)
    is_on = rules(Modules).readings and day_rules.is_accepting
    if not is_on or window is None or not window.holds(clock.today()):
        return 0
    if window.days_left(clock.today()) not in day_rules.remind_days_left:
        return 0
    ids = list(owing(window, day_rules).values_list("pk", flat=True))
    for customer_id in ids:
        jobs.later("portal.metering.tasks.remind_one", customer_id)
    return len(ids)


@transaction.atomic
def remind_one(customer: Customer) -> None:
    day_rules = rules(ReadingRules)
    window = window_of_month(clock.today(), day_rules)
    if window is None or not owing(window, day_rules).filter(pk=customer.pk).exists():
        return
    left = window.days_left(clock.today())
    for user in owners(customer):
        send(
            "reading_reminder",
            to=user.email or "",
            about=f"customer:{customer.public_id}:{window.closes}:{left}",
            user=user,
            customer=customer.public_id,
            closes=day(window.closes),
            left=countdown(left),
            link=absolute(f"{reverse('metering:submit')}?k={customer.public_id}"),
            consequence=consequence(day_rules),
        )

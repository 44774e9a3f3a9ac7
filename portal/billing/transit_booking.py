"""What the import brought, matched to money on its way; and money that nobody books.

By our reference, several entries to one transit; without it one unambiguous candidate is proposed to a clerk; what
stays unbooked for too many working days becomes a clerk's task.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext as _

from portal import calendar, clock, money
from portal.billing.models import LedgerEntry, Transit, TransitBooking
from portal.billing.rules import TransitRules
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.journal.actions import note, note_all
from portal.moneyfield import GroszeField
from portal.utility.rulebook import rules

ONLINE = "online"  # how it was paid is not known yet, or the billing system does not say
MATCH = "transit_match"
UNBOOKED = "transit_unbooked"
OVERBOOKED = "transit_overbooked"
BATCH = 500
CLERKS_DAYS = 60  # a clerk may find what came too late for a proposal
MOST_SHOWN = 10
ZERO = Decimal("0.00")


@dataclass
class Booked:
    """What one delivery did to money on its way."""

    entries: int = 0
    transits: int = 0
    proposed: int = 0


def book_entries(entries: Iterable[LedgerEntry]) -> Booked:
    """Match a delivery's ledger entries to transits; the import calls it after its merge, in the same transaction.

    Takes new entries, reversals and those no longer current alike, of any kind; each is matched once, and a second
    call changes nothing. Without our reference an entry is only proposed to a clerk.
    """
    done = Booked()
    nameless: list[LedgerEntry] = []
    for some in _batches(entries):
        _book_by_reference([entry for entry in some if entry.reference], done)
        nameless += [entry for entry in some if not entry.reference and _brings_money(entry)]
    _propose(nameless, done)
    return done


def _batches(entries: Iterable[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    some: list[LedgerEntry] = []
    for entry in entries:
        if entry.kind == LedgerEntry.Kind.PAYMENT:
            some.append(entry)
        if len(some) == BATCH:
            yield some
            some = []
    yield some


def _brings_money(entry: LedgerEntry) -> bool:
    return entry.is_current and not entry.is_reversal and entry.amount < 0


@transaction.atomic
def _book_by_reference(entries: list[LedgerEntry], done: Booked) -> None:
    references = sorted({entry.reference for entry in entries})
    if not references:
        return
    of_these = Transit.objects.select_for_update(of=("self",)).filter(reference__in=references)
    found = of_these.select_related("customer").order_by("pk")
    transits = {(transit.reference, transit.customer_id): transit for transit in found}
    bookings = [
        TransitBooking(transit=transits[entry.reference, entry.customer_id], entry=entry, amount=-entry.amount)
        for entry in entries
        if _brings_money(entry) and (entry.reference, entry.customer_id) in transits
    ]
    known = set(
        TransitBooking.objects.filter(entry__in=[b.entry_id for b in bookings]).values_list("entry_id", flat=True)
    )
    new = {booking.entry_id: booking for booking in bookings if booking.entry_id not in known}
    TransitBooking.objects.bulk_create(new.values())
    done.entries += len(new)
    done.transits += _recount(list(transits.values()))


def _recount(transits: Sequence[Transit]) -> int:
    """Set their states by what is booked of them now; how many became booked. A few statements, however many they are."""
    sums = TransitBooking.objects.filter(transit__in=transits, entry__is_current=True).values_list("transit")
    booked = dict(sums.order_by("transit").annotate(Sum("amount")))
    moved = [transit for transit in transits if _move(transit, booked.get(transit.pk, ZERO))]
    Transit.objects.bulk_update(moved, ["state", "booked_at"])
    for state in sorted({transit.state for transit in moved}):
        told = [
            (_about(one), one.customer.public_id, {"booked": str(booked.get(one.pk, ZERO))})
            for one in moved
            if one.state == state
        ]
        note_all(f"transit_{state}", told, by="import")
    _tell_the_desk(transits, booked)
    return sum(transit.state == Transit.State.BOOKED for transit in moved)


def _move(transit: Transit, booked: Decimal) -> bool:
    """Whether its state changes by what is booked of it."""
    if booked >= transit.amount and transit.state != Transit.State.BOOKED:
        transit.state, transit.booked_at = Transit.State.BOOKED, clock.now()
        return True
    if booked < transit.amount and transit.state == Transit.State.BOOKED:
        # The billing system took a booking back. Money that no gateway told us of is not on its way either.
        transit.state = Transit.State.PAID if transit.paid_at else Transit.State.RELEASED
        transit.booked_at = None
        return True
    return False


def _about(transit: Transit) -> str:
    return f"transit:{transit.reference}"


def booked_amount(transit: Transit) -> Decimal:
    """How much of it the ledger holds now; bookings that were reversed do not count."""
    total: Decimal | None = transit.bookings.filter(entry__is_current=True).aggregate(total=Sum("amount"))["total"]
    return total or ZERO


def unbooked_of_part(prefix: str = "") -> Least:
    """What of a transit's part may still be on its way: no more than is not booked of the whole transit.

    Exact where a transit has one part. Of several nobody says which one an entry has booked: each counts up to what is
    left of all of them, so that too little is offered for a day rather than too much. `prefix` leads to the part.
    """
    bookings = TransitBooking.objects.filter(transit=OuterRef(f"{prefix}transit"), entry__is_current=True)
    booked = Subquery(bookings.order_by().values("transit").annotate(total=Sum("amount")).values("total"))
    left = F(f"{prefix}transit__amount") - Coalesce(booked, 0)
    return Least(F(f"{prefix}amount"), Greatest(left, 0), output_field=GroszeField())


def _tell_the_desk(transits: Sequence[Transit], booked: dict[int, Decimal]) -> None:
    """Close the tasks that have resolved themselves; open one where more was booked than paid."""
    by_about = {_about(transit): transit for transit in transits}
    open_ones = Task.objects.filter(state=Task.State.OPEN, kind__in=(MATCH, UNBOOKED, OVERBOOKED), about__in=by_about)
    for kind, about in open_ones.values_list("kind", "about"):
        transit = by_about[about]
        if kind != OVERBOOKED and transit.state == Transit.State.BOOKED:
            close_about(kind, about, outcome=_("Booked."))
        if kind == OVERBOOKED and booked.get(transit.pk, ZERO) <= transit.amount:
            close_about(OVERBOOKED, about, outcome=_("The amounts agree."))
    for about, transit in by_about.items():
        if booked.get(transit.pk, ZERO) <= transit.amount:
            continue
        open_task(
            OVERBOOKED,
            about=about,
            title=_("More was booked than paid: %(reference)s") % {"reference": transit.reference},
            body=_("%(paid)s was paid online, and the billing system booked %(booked)s with this reference.")
            % {"paid": money.zloty(transit.amount), "booked": money.zloty(booked[transit.pk])},
            customer=transit.customer.public_id,
        )


# Entries that carry no reference


def _propose(entries: list[LedgerEntry], done: Booked) -> None:
    by_key: dict[tuple[int, Decimal], list[Transit]] = {}
    for transit in _unmatched():
        by_key.setdefault((transit.customer_id, transit.amount), []).append(transit)
    for entry in entries if by_key else ():
        fitting = [t for t in by_key.get((entry.customer_id, -entry.amount), []) if _fits(entry, t)]
        if len(fitting) == 1 and _is_the_only_one(fitting[0]):
            _propose_one(entry, fitting[0])
            done.proposed += 1


def _unmatched() -> Iterable[Transit]:
    """Paid, and not a grosz of it booked."""
    booked = TransitBooking.objects.filter(transit=OuterRef("pk"), entry__is_current=True)
    return Transit.objects.filter(~Exists(booked), state=Transit.State.PAID).select_related("customer")


def _fits(entry: LedgerEntry, transit: Transit) -> bool:
    paid_on = _paid_on(transit)
    if entry.channel not in ("", ONLINE, transit.channel) or paid_on is None:
        return False
    return timedelta(0) <= entry.booked_on - paid_on <= timedelta(days=rules(TransitRules).match_within_days)


def _is_the_only_one(transit: Transit) -> bool:
    alike = LedgerEntry.objects.filter(
        customer=transit.customer_id,
        kind=LedgerEntry.Kind.PAYMENT,
        amount=-transit.amount,
        reference="",
        is_current=True,
        is_reversal=False,
        transit_booking__isnull=True,
    )
    return sum(_fits(entry, transit) for entry in alike) == 1


def _propose_one(entry: LedgerEntry, transit: Transit) -> None:
    open_task(
        MATCH,
        about=f"transit:{transit.reference}",
        title=_("Is this the booking of an online payment? %(reference)s") % {"reference": transit.reference},
        body=_(
            "The billing system booked %(amount)s on %(day)s (entry %(entry)s) without our reference. "
            "It fits the online payment %(reference)s. Confirm or refuse."
        )
        % {
            "amount": money.zloty(-entry.amount),
            "day": f"{entry.booked_on:%d.%m.%Y}",
            "entry": entry.external_id,
            "reference": transit.reference,
        },
        customer=transit.customer.public_id,
    )


class NotFitting(Exception):
    """This entry cannot book this payment."""

    def __str__(self) -> str:
        return _("This entry cannot book this payment: it is another customer's, or books another payment already.")


def fitting_entries(transit: Transit) -> list[LedgerEntry]:
    """What a clerk may say books this transit: its customer's payments without a reference that book nothing yet.

    Those of the very amount come first. One statement.
    """
    paid_on = _paid_on(transit)
    if transit.state != Transit.State.PAID or paid_on is None:
        return []
    alike = LedgerEntry.objects.filter(
        customer=transit.customer_id,
        kind=LedgerEntry.Kind.PAYMENT,
        amount__lt=0,
        amount__gte=-transit.amount,
        reference="",
        is_current=True,
        is_reversal=False,
        transit_booking__isnull=True,
        booked_on__range=(paid_on, paid_on + timedelta(days=CLERKS_DAYS)),
    )
    return list(alike.order_by("amount", "booked_on", "pk")[:MOST_SHOWN])


@transaction.atomic
def confirm_match(transit: Transit, entry: LedgerEntry, *, by: object) -> Transit:
    """A clerk says that this entry books this transit. Raises NotFitting."""
    transit = Transit.objects.select_for_update().get(pk=transit.pk)
    if transit.customer_id != entry.customer_id or not _brings_money(entry) or transit.paid_at is None:
        raise NotFitting
    booking, _is_new = TransitBooking.objects.get_or_create(
        entry=entry, defaults={"transit": transit, "amount": -entry.amount}
    )
    if booking.transit_id != transit.pk:
        raise NotFitting
    note("transit_matched", about=f"transit:{transit.reference}", by=by, entry=entry.external_id)
    close_about(MATCH, f"transit:{transit.reference}", outcome=_("Confirmed."))
    return recount(transit)


@transaction.atomic
def refuse_match(transit: Transit, *, by: object) -> None:
    """A clerk says that the proposed entry is another payment; what stays unbooked comes back as a task of its own."""
    note("transit_match_refused", about=f"transit:{transit.reference}", by=by)
    close_about(MATCH, f"transit:{transit.reference}", outcome=_("It was another payment."))


def recount(transit: Transit) -> Transit:
    """Its state by what is booked of it now."""
    _recount([transit])
    return transit


# Paid, and nobody books it


def overdue() -> list[Transit]:
    """Paid longer ago than the working days that the rule gives the billing system."""
    days, today = rules(TransitRules).days_to_book, clock.today()
    paid = Transit.objects.filter(state=Transit.State.PAID).select_related("customer").order_by("paid_at")
    return [one for one in paid if (day := _paid_on(one)) and calendar.add_working_days(day, days) < today]


def _paid_on(transit: Transit) -> date | None:
    return transit.paid_at.astimezone(clock.WARSAW).date() if transit.paid_at else None


def chase() -> list[Transit]:
    """Give each overdue transit to a clerk, once; returns them."""
    late = overdue()
    for transit in late:
        open_task(
            UNBOOKED,
            about=f"transit:{transit.reference}",
            title=_("Paid and not booked: %(reference)s") % {"reference": transit.reference},
            body=_("%(amount)s was paid online on %(day)s. The billing system has booked %(booked)s of it.")
            % {
                "amount": money.zloty(transit.amount),
                "day": f"{_paid_on(transit):%d.%m.%Y}",
                "booked": money.zloty(booked_amount(transit)),
            },
            customer=transit.customer.public_id,
        )
    return late

"""Money on its way: held while somebody pays, paid, then booked by the billing system, or released.

Locks are always taken in one order, so that payers, gateways and the import never wait for each other in a circle:
open items by id, then the transit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext as _

from portal import clock, money
from portal.billing.models import CustomerAccount, OpenItem, Transit, TransitPart
from portal.billing.transit_booking import (
    ONLINE,
    Booked,
    NotFitting,
    book_entries,
    booked_amount,
    chase,
    confirm_match,
    fitting_entries,
    recount,
    refuse_match,
    unbooked_of_part,
)

__all__ = [
    "ONLINE",
    "AccountInQuestion",
    "AlreadyPaid",
    "AmountTooHigh",
    "Booked",
    "Claim",
    "ForeignCurrency",
    "ItemHeld",
    "NotFitting",
    "NothingToPay",
    "TransitRefused",
    "book_entries",
    "booked_amount",
    "chase",
    "claims",
    "confirm_match",
    "fitting_entries",
    "hold",
    "put_on_account",
    "refuse_match",
    "release",
    "settle",
    "unbooked_of_part",
    "withdraw",
]

ZERO = Decimal("0.00")


class TransitRefused(Exception):
    """This cannot be paid now."""

    def __str__(self) -> str:
        return _("This cannot be paid now.")


class ItemHeld(TransitRefused):
    """Somebody is paying this now."""

    def __init__(self, until: datetime, references: Sequence[str] = ()) -> None:
        super().__init__()
        self.until = until
        self.references = tuple(references)

    def __str__(self) -> str:
        hour = f"{self.until.astimezone(clock.WARSAW):%H:%M}"
        return _("Somebody is paying this right now, until %(hour)s. Try again afterwards.") % {"hour": hour}


class NothingToPay(TransitRefused):
    """Nothing is left to pay of what was chosen."""

    def __str__(self) -> str:
        return _("There is nothing left to pay here: it is paid or being booked.")


class AmountTooHigh(TransitRefused):
    """More than is left to pay."""

    def __init__(self, most: Decimal) -> None:
        super().__init__()
        self.most = most

    def __str__(self) -> str:
        return _("You can pay at most %(most)s here.") % {"most": money.zloty(self.most)}


class AccountInQuestion(TransitRefused):
    """The figures of this customer disagree and a clerk is looking at them."""

    def __str__(self) -> str:
        return _("The balance is being checked by our office. You will be able to pay when it is done.")


class ForeignCurrency(TransitRefused):
    """An invoice in another currency than złoty is not paid here."""

    def __str__(self) -> str:
        return _("An invoice in another currency than złoty cannot be paid here.")


class AlreadyPaid(Exception):
    """Another payment made here has paid this in the meantime; this money waits for a clerk."""

    def __str__(self) -> str:
        return _("Another online payment has paid this in the meantime.")


@dataclass(frozen=True)
class Claim:
    """What of an open item is spoken for: paid and being booked, or held by an open payment session."""

    paid: Decimal = ZERO
    held: Decimal = ZERO
    held_until: datetime | None = None

    def left_of(self, open_amount: Decimal) -> Decimal:
        return max(ZERO, open_amount - self.paid - self.held)


def claims(items: Iterable[int], *, besides: str = "") -> dict[int, Claim]:
    """What is spoken for of each item that has a claim, apart from one transit's own. One statement."""
    is_paid = Q(transit__state=Transit.State.PAID)
    is_held = Q(transit__state=Transit.State.HELD, transit__held_until__gt=clock.now())
    rows = (
        TransitPart.objects.filter(is_paid | is_held, item__in=list(items))
        .exclude(transit__reference=besides)
        .values("item_id")
        .annotate(
            paid=Sum(unbooked_of_part(), filter=is_paid),
            held=Sum("amount", filter=is_held),
            until=Max("transit__held_until", filter=is_held),
        )
    )
    return {row["item_id"]: Claim(row["paid"] or ZERO, row["held"] or ZERO, row["until"]) for row in rows}


# Holding, settling, releasing


@transaction.atomic
def hold(
    *,
    customer_id: int,
    items: Sequence[tuple[int | None, Decimal]],
    reference: str,
    until: datetime,
    channel: str = ONLINE,
) -> Transit:
    """Reserve amounts of open items for one payment; an item of None is money on account.

    Called again with the same reference it returns the transit that is there.
    Raises ItemHeld, NothingToPay, AmountTooHigh, ForeignCurrency or AccountInQuestion.
    """
    if CustomerAccount.objects.filter(customer=customer_id, is_in_question=True).exists():
        raise AccountInQuestion
    wanted = _merged(items)
    locked = _lock([item for item in wanted if item is not None], customer_id)
    held_already = Transit.objects.filter(reference=reference).first()
    if held_already is not None:
        return held_already
    if not wanted or any(amount <= 0 for amount in wanted.values()):
        raise NothingToPay
    if (
        OpenItem.objects.filter(pk__in=locked)
        .exclude(entry__invoice__currency="PLN")
        .exclude(entry__invoice=None)
        .exists()
    ):
        raise ForeignCurrency
    spoken_for = claims(locked)
    for item, amount in wanted.items():
        if item is not None:
            _check(locked.get(item), amount, spoken_for.get(item, Claim()))
    transit = Transit.objects.create(
        reference=reference,
        customer_id=customer_id,
        amount=sum(wanted.values(), ZERO),
        channel=channel,
        held_until=until,
    )
    TransitPart.objects.bulk_create(
        TransitPart(transit=transit, item_id=item, amount=amount) for item, amount in wanted.items()
    )
    return transit


def _merged(items: Sequence[tuple[int | None, Decimal]]) -> dict[int | None, Decimal]:
    merged: dict[int | None, Decimal] = {}
    for item, amount in items:
        merged[item] = merged.get(item, ZERO) + amount
    return merged


def _lock(items: list[int], customer_id: int) -> dict[int, OpenItem]:
    found = OpenItem.objects.select_for_update().filter(pk__in=items, customer=customer_id).order_by("pk")
    return {item.pk: item for item in found}


def _check(item: OpenItem | None, amount: Decimal, claim: Claim) -> None:
    if item is None:
        raise NothingToPay
    left = claim.left_of(item.open_amount)
    if amount <= left:
        return
    if claim.held_until is not None and amount <= item.open_amount - claim.paid:
        raise ItemHeld(claim.held_until, _holders(item))
    if left == 0:
        raise NothingToPay
    raise AmountTooHigh(left)


def _holders(item: OpenItem) -> list[str]:
    live = Transit.objects.filter(parts__item=item, state=Transit.State.HELD, held_until__gt=clock.now())
    return list(live.values_list("reference", flat=True))


@transaction.atomic
def settle(reference: str, at: datetime, *, channel: str = "") -> Transit:
    """The money has come, by BLIK, card or whatever `channel` says. A released transit is settled too: payers do pay after the time is up.

    Raises AlreadyPaid, and changes nothing, when another online payment has taken the place. Money that came another
    way (at the bank) does not stop it: it becomes credit when it is booked.
    """
    parts = list(TransitPart.objects.filter(transit__reference=reference, item__isnull=False))
    items = {
        item.pk: item
        for item in OpenItem.objects.select_for_update().filter(pk__in=[part.item_id for part in parts]).order_by("pk")
    }
    transit = Transit.objects.select_for_update().get(reference=reference)
    if transit.state == Transit.State.PAID:
        return transit
    if transit.state == Transit.State.BOOKED:
        if transit.paid_at is None:
            transit.paid_at = at
            transit.save(update_fields=["paid_at"])
        return transit
    spoken_for = claims(items, besides=reference)
    for part in parts:
        item = items[part.item_id]  # type: ignore[index]  # parts without an item are filtered out
        if part.amount > item.open_amount - spoken_for.get(item.pk, Claim()).paid and _paid_online(item, reference):
            raise AlreadyPaid
    transit.state, transit.paid_at, transit.channel = Transit.State.PAID, at, channel or transit.channel
    transit.save(update_fields=["state", "paid_at", "channel"])
    return transit


def _paid_online(item: OpenItem, besides: str) -> bool:
    done = (Transit.State.PAID, Transit.State.BOOKED)
    others = TransitPart.objects.filter(item=item, transit__state__in=done)
    return others.exclude(transit__reference=besides).exists()


@transaction.atomic
def put_on_account(reference: str, amount: Decimal, at: datetime, *, channel: str = "") -> Transit:
    """Money that a clerk has decided to keep for the customer: on its way, and for no item any more. `amount`: what is left of it."""
    transit = Transit.objects.select_for_update().get(reference=reference)
    transit.parts.all().delete()
    TransitPart.objects.create(transit=transit, item=None, amount=amount)
    transit.state, transit.amount, transit.paid_at = Transit.State.PAID, amount, at
    transit.channel = channel or transit.channel
    transit.save(update_fields=["state", "amount", "paid_at", "channel"])
    return recount(transit)


@transaction.atomic
def withdraw(reference: str) -> Transit:
    """The money went back to the payer before it was booked: nothing is on its way, and the items may be paid again."""
    transit = Transit.objects.select_for_update().get(reference=reference)
    if transit.state in (Transit.State.HELD, Transit.State.PAID):
        transit.state = Transit.State.RELEASED
        transit.save(update_fields=["state"])
    return transit


@transaction.atomic
def release(reference: str) -> Transit:
    """The money did not come: the items may be paid again. What is paid or booked stays so, whatever comes late."""
    transit = Transit.objects.select_for_update().get(reference=reference)
    if transit.state == Transit.State.HELD:
        transit.state = Transit.State.RELEASED
        transit.save(update_fields=["state"])
    return transit

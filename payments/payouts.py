"""What a gateway has sent to the utility's account, and what came back: kept, and each line compared with what it is of."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments import actions
from payments.gateways.base import GatewayFault, NoGateway, PayoutTold, named
from payments.models import Payment, Payout, PayoutLine
from payments.policies import PAID, LineFacts, WhyReturned, trouble_with
from portal import clock
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task

DIFFERS = "payout_differs"
RETURNED = "payout_returned"
READ_BACK = timedelta(days=21)  # a transfer takes some days, and holidays lie in between
ZERO = Decimal("0.00")


def read() -> None:
    """Keep what the gateway has sent of late, and look again at every line that was not in order. Raises GatewayFault."""
    try:
        gateway = named(settings.EBOK_GATEWAY)
    except NoGateway:
        return
    for told in gateway.payouts_since(clock.now() - READ_BACK):
        keep(gateway.name, told)
    # The new ones are among them: what came back is known before what sends it again is looked at.
    for payout in Payout.objects.filter(lines__in=PayoutLine.objects.exclude(trouble="")).distinct():
        compare(payout)


def keep(gateway: str, told: PayoutTold) -> None:
    """One transfer with all its lines, once, in trouble until they have been compared; and that it came back, once."""
    with transaction.atomic():
        payout, is_new = Payout.objects.get_or_create(
            gateway=gateway,
            payout_id=told.payout_id,
            defaults={
                "amount": told.amount,
                "currency": told.currency,
                "sent_on": told.sent_on,
                "read_at": clock.now(),
            },
        )
        if is_new:
            PayoutLine.objects.bulk_create(
                PayoutLine(
                    payout=payout,
                    movement_id=one.movement_id,
                    kind=one.kind.value,
                    amount=one.amount,
                    fee=one.fee,
                    gateway_payment_id=one.gateway_payment_id,
                    gateway_payout_id=one.gateway_payout_id,
                    trouble=PayoutLine.Trouble.UNKNOWN if one.gateway_payment_id else PayoutLine.Trouble.OTHER,
                )
                for one in told.movements
            )
        if told.returned_on and payout.returned_on is None:
            payout.returned_on, payout.returned_because = told.returned_on, told.returned_because or WhyReturned.BANK
            payout.save(update_fields=["returned_on", "returned_because"])
            _tell_that_it_came_back(payout)


def compare(payout: Payout) -> None:
    """Find each line's payment and say what does not fit; a payment that seems behind is asked about first."""
    lines = list(payout.lines.order_by("pk"))
    _ask_about_those_behind(payout, lines)
    known, returned = _payments_of(payout, lines), _returned_of(payout, lines)
    for line in lines:
        line.payment = known.get(line.gateway_payment_id) if line.gateway_payment_id else None
        line.returned_payout = returned.get(line.gateway_payout_id) if line.gateway_payout_id else None
        line.trouble = trouble_with(_facts(line, payout.currency))
    PayoutLine.objects.bulk_update(lines, ["payment", "returned_payout", "trouble"])
    _tell_the_desk(payout, lines)
    for line in lines:
        if line.returned_payout and not line.trouble:
            _tell_that_it_was_sent_again(line.returned_payout, payout)


def _payments_of(payout: Payout, lines: Iterable[PayoutLine]) -> dict[str, Payment]:
    numbers = {line.gateway_payment_id for line in lines if line.gateway_payment_id}
    found = Payment.objects.filter(gateway=payout.gateway, gateway_payment_id__in=numbers)
    return {payment.gateway_payment_id: payment for payment in found}


def _returned_of(payout: Payout, lines: Iterable[PayoutLine]) -> dict[str, Payout]:
    numbers = {line.gateway_payout_id for line in lines if line.gateway_payout_id}
    found = Payout.objects.filter(gateway=payout.gateway, payout_id__in=numbers, returned_on__isnull=False)
    return {one.payout_id: one for one in found.filter(currency=payout.currency).exclude(pk=payout.pk)}


def _ask_about_those_behind(payout: Payout, lines: list[PayoutLine]) -> None:
    """We may have missed a refund made at the gateway itself, a dispute, or the fee, which comes later than the money."""
    for number, payment in _payments_of(payout, lines).items():
        of_it = [line for line in lines if line.gateway_payment_id == number]
        line_says = [_facts(line, payout.currency, payment) for line in of_it]
        if payment.state not in PAID or any(trouble_with(facts) for facts in line_says):
            with suppress(GatewayFault):
                actions.ask_gateway(payment)


def _facts(line: PayoutLine, currency: str, payment: Payment | None = None) -> LineFacts:
    payment = payment or line.payment
    if line.returned_payout is not None:
        return _facts_of_returned(line, line.returned_payout)
    if payment is None:
        return LineFacts(
            kind=line.kind, amount=line.amount, fee=line.fee, is_of_a_payment=bool(line.gateway_payment_id)
        )
    sent = PayoutLine.objects.filter(
        payout__gateway=payment.gateway, gateway_payment_id=payment.gateway_payment_id, kind=line.kind
    )
    return LineFacts(
        kind=line.kind,
        amount=line.amount,
        fee=line.fee,
        is_of_a_payment=True,
        is_known=payment.state in PAID and payment.received_currency == currency,
        received=payment.received or ZERO,
        refunded=Decimal(payment.refunded),
        payments_fee=payment.fee,
        in_all=sent.aggregate(total=Sum("amount"))["total"] or ZERO,
    )


def _facts_of_returned(line: PayoutLine, returned: Payout) -> LineFacts:
    again = PayoutLine.objects.filter(
        payout__gateway=returned.gateway, gateway_payout_id=returned.payout_id, kind=line.kind
    )
    return LineFacts(
        kind=line.kind,
        amount=line.amount,
        fee=line.fee,
        is_of_a_payment=False,
        returned=Decimal(returned.amount),
        in_all=again.aggregate(total=Sum("amount"))["total"] or ZERO,
    )


def at_the_bank_by() -> dict[int, Payout | None]:
    """For each payout that came back, the later one that brought its money to the bank; None while none has. Two statements."""
    again = PayoutLine.objects.filter(returned_payout__isnull=False).select_related("payout").order_by("pk")
    later = {line.returned_payout_id: line.payout for line in again}
    return {
        number: _last_of(number, later)
        for number in Payout.objects.filter(returned_on__isnull=False).values_list("pk", flat=True)
    }


def _last_of(number: int, later: Mapping[int | None, Payout]) -> Payout | None:
    """What is sent again may come back again; a gateway that says it of two of each other is followed once."""
    seen = {number}
    payout = later.get(number)
    while payout is not None and payout.returned_on is not None and payout.pk not in seen:
        seen.add(payout.pk)
        payout = later.get(payout.pk)
    return payout if payout is not None and payout.returned_on is None else None


@dataclass(frozen=True)
class Totals:
    """What some lines come to together; `sent` is what is left of the amounts when the gateway has kept its fees."""

    amount: Decimal
    fee: Decimal

    @property
    def sent(self) -> Decimal:
        return self.amount - self.fee


def totals(lines: Iterable[PayoutLine]) -> Totals:
    some = list(lines)
    return Totals(sum((line.amount for line in some), ZERO), sum((line.fee for line in some), ZERO))


def adds_up(payout: Payout, lines: Iterable[PayoutLine]) -> bool:
    """Whether the lines come to what was sent; one whose lines the gateway does not tell is not judged."""
    some = list(lines)
    return not some or totals(some).sent == payout.amount


def _tell_the_desk(payout: Payout, lines: list[PayoutLine]) -> None:
    about = f"payout:{payout.public_id}"
    wrong = [line for line in lines if line.trouble]
    if not wrong and adds_up(payout, lines):
        close_about(DIFFERS, about, outcome=_("The amounts agree."))
        return
    words = [
        f"{line.get_kind_display()} {line.of_what}, "
        f"{actions.money_in(line.amount, payout.currency)}: {line.get_trouble_display()}"
        for line in wrong[:20]
    ]
    if not adds_up(payout, lines):
        come_to = actions.money_in(totals(lines).sent, payout.currency)
        words.append(_("The lines come to %(total)s.") % {"total": come_to})
    body = "\n".join([f"{payout.sent_on:%d.%m.%Y}, {actions.money_in(payout.amount, payout.currency)}", *words])
    if Task.objects.filter(kind=DIFFERS, about=about, body=body, done_by__isnull=False).exists():
        return  # a clerk has dealt with exactly this
    title = _("A payout that does not fit: %(number)s") % {"number": payout.payout_id}
    open_task(DIFFERS, about=about, title=title, body=body)


def what_to_do(payout: Payout) -> str:
    """For whoever keeps the books, about a payout that came back."""
    if payout.returned_because == Payout.Returned.CALLED_OFF:
        return _("Find out who called it off and why. Nothing was credited to the bank account.")
    if payout.returned_because == Payout.Returned.ACCOUNT:
        return _("Correct the bank account in the gateway's own panel: until then the next payout comes back too.")
    return _("Ask the bank why, and the gateway's help if the bank knows nothing.")


def _tell_that_it_came_back(payout: Payout) -> None:
    open_task(
        RETURNED,
        about=f"payout:{payout.public_id}",
        title=_("A payout came back: %(number)s") % {"number": payout.payout_id},
        body="\n".join(
            [
                _("%(amount)s sent on %(sent)s is back at the gateway since %(returned)s: %(why)s.")
                % {
                    "amount": actions.money_in(payout.amount, payout.currency),
                    "sent": f"{payout.sent_on:%d.%m.%Y}",
                    "returned": f"{payout.returned_on:%d.%m.%Y}",
                    "why": payout.get_returned_because_display(),
                },
                what_to_do(payout),
                _("If you have booked this payout as received, take that back."),
                _(
                    "The customers' payments stand. A later payout will bring the money, and this task will close itself."
                ),
            ]
        ),
    )


def _tell_that_it_was_sent_again(payout: Payout, later: Payout) -> None:
    close_about(
        RETURNED,
        f"payout:{payout.public_id}",
        outcome=_("The money was sent again in the payout %(number)s.") % {"number": later.payout_id},
    )

"""What a gateway has sent to the utility's account: each transfer is kept, and each of its lines compared with its payment."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from payments import actions
from payments.gateways.base import GatewayFault, NoGateway, PayoutTold, named
from payments.models import Payment, Payout, PayoutLine
from payments.policies import PAID, LineFacts, trouble_with
from portal import clock
from portal.desk.actions import close_about, open_task

DIFFERS = "payout_differs"
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
    for payout in Payout.objects.filter(lines__in=PayoutLine.objects.exclude(trouble="")).distinct():
        compare(payout)


def keep(gateway: str, told: PayoutTold) -> Payout | None:
    """One transfer with all its lines, once; None when it is here already."""
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
        if not is_new:
            return None
        PayoutLine.objects.bulk_create(
            PayoutLine(
                payout=payout,
                movement_id=one.movement_id,
                kind=one.kind.value,
                amount=one.amount,
                fee=one.fee,
                gateway_payment_id=one.gateway_payment_id,
                trouble=PayoutLine.Trouble.UNKNOWN if one.gateway_payment_id else "",
            )
            for one in told.movements
        )
    compare(payout)
    return payout


def compare(payout: Payout) -> None:
    """Find each line's payment and say what does not fit; a payment that seems behind is asked about first."""
    lines = list(payout.lines.order_by("pk"))
    _ask_about_those_behind(payout, lines)
    known = _payments_of(payout, lines)
    for line in lines:
        line.payment = known.get(line.gateway_payment_id) if line.gateway_payment_id else None
        line.trouble = trouble_with(_facts(line, payout.currency))
    PayoutLine.objects.bulk_update(lines, ["payment", "trouble"])
    _tell_the_desk(payout, lines)


def _payments_of(payout: Payout, lines: Iterable[PayoutLine]) -> dict[str, Payment]:
    numbers = {line.gateway_payment_id for line in lines if line.gateway_payment_id}
    found = Payment.objects.filter(gateway=payout.gateway, gateway_payment_id__in=numbers)
    return {payment.gateway_payment_id: payment for payment in found}


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


def adds_up(payout: Payout, lines: Iterable[PayoutLine]) -> bool:
    """Whether the lines come to what was sent; one whose lines the gateway does not tell is not judged."""
    some = list(lines)
    return not some or sum((line.amount - line.fee for line in some), ZERO) == payout.amount


def _tell_the_desk(payout: Payout, lines: list[PayoutLine]) -> None:
    about = f"payout:{payout.public_id}"
    wrong = [line for line in lines if line.trouble]
    if not wrong and adds_up(payout, lines):
        close_about(DIFFERS, about, outcome=_("The amounts agree."))
        return
    words = [
        f"{line.get_kind_display()} {line.gateway_payment_id or line.movement_id}, "
        f"{actions.money_in(line.amount, payout.currency)}: {line.get_trouble_display()}"
        for line in wrong[:20]
    ]
    if not adds_up(payout, lines):
        total = sum((line.amount - line.fee for line in lines), ZERO)
        words.append(_("The lines come to %(total)s.") % {"total": actions.money_in(total, payout.currency)})
    open_task(
        DIFFERS,
        about=about,
        title=_("A payout that does not fit: %(number)s") % {"number": payout.payout_id},
        body="\n".join([f"{payout.sent_on:%d.%m.%Y}, {actions.money_in(payout.amount, payout.currency)}", *words]),
    )

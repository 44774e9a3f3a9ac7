"""The codes by which a printed invoice is paid: the transfer for a bank's app, and the page that takes a payment online."""

from decimal import Decimal
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import pgettext

from portal import money, qr
from portal.billing.ksef.rendering import Code
from portal.billing.models import Invoice
from portal.billing.rules import BillingRules
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.rules import Modules


def ways_to_pay(invoice: Invoice) -> tuple[Code, ...]:
    """Of an invoice that asks for money; what was paid since is told by the page, never by a print."""
    if invoice.kind != Invoice.Kind.VAT or invoice.currency != "PLN" or not invoice.to_pay or invoice.to_pay <= 0:
        return ()
    return (*_transfer(invoice, invoice.to_pay), *_online(invoice))


def _transfer(invoice: Invoice, amount: Decimal) -> tuple[Code, ...]:
    rule, utility = rules(BillingRules), identity.current()
    must_name_ksef = bool(invoice.customer.nip and invoice.ksef_number) and invoice.issued_on >= rule.ksef_titles_from
    if not rule.shows_transfer_code or must_name_ksef:
        return ()
    try:
        code = qr.zbp_code(
            account=invoice.seller_account or invoice.customer.virtual_account or utility.bank_account,
            amount=amount,
            name=utility.legal_name or utility.name,
            title=invoice.number,
            nip=utility.nip,
        )
    except qr.CodeWithheld:
        return ()
    title = pgettext("invoice", "Pay by a transfer: scan it in your bank's app")
    caption = pgettext("invoice", "Type the amount yourself") if code.is_amount_left_out else money.zloty(amount)
    return (Code(title=title, picture=code.svg_uri(), address="", caption=caption),)


def _online(invoice: Invoice) -> tuple[Code, ...]:
    if not rules(Modules).payments:
        return ()
    # It brings the number along and not the amount: whoever pays reads that off the invoice.
    address = (
        f"{settings.EBOK_BASE_URL.rstrip('/')}{reverse('payments:guest')}?{urlencode({'faktura': invoice.number})}"
    )
    title = pgettext("invoice", "Pay online without signing in")
    return (Code(title=title, picture=qr.svg_uri(address), address=address, caption=invoice.number),)

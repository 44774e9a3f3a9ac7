"""Is this invoice real? What is printed on a letter against what was issued, without telling anything else."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum

from django.utils.translation import gettext as _

from portal import money
from portal.billing.models import Invoice
from portal.billing.proof import Proven, TooMany, prove_invoice
from portal.desk.actions import open_task
from portal.utility import identity

FOREIGN_ACCOUNT = "foreign_account"
POLISH_DIGITS = 26


class Answer(Enum):
    """What the reader is told. One answer for an unknown number and a wrong amount."""

    OURS = "ours"
    NOT_FOUND = "not_found"
    OTHER_ACCOUNT = "other_account"  # the invoice is ours, the account is not: somebody wants the money


@dataclass(frozen=True)
class Printed:
    """What stands on the letter."""

    number: str
    amount: Decimal
    account: str


def check_invoice(printed: Printed, *, person: str, address: str) -> Answer | TooMany:
    """Counted together with registration and paying without signing in. At most three statements.

    Called outside a transaction: a count that is rolled back counts nothing.
    """
    found = prove_invoice(number=printed.number, amount=printed.amount, person=person, address=address)
    if isinstance(found, TooMany):
        return found
    if not isinstance(found, Proven):
        return Answer.NOT_FOUND
    invoice = Invoice.objects.select_related("customer").get(pk=found.invoice_id)
    if bare_account(printed.account) in _own_accounts(invoice):
        return Answer.OURS
    _tell_a_clerk(invoice, printed)
    return Answer.OTHER_ACCOUNT


def bare_account(account: str) -> str:
    """26 digits, with or without PL in front and however they are grouped."""
    return "".join(sign for sign in account.upper().removeprefix("PL") if sign.isdigit())


def _own_accounts(invoice: Invoice) -> set[str]:
    given = (invoice.seller_account, invoice.customer.virtual_account, identity.current().bank_account)
    return {bare_account(account) for account in given if account}


def _tell_a_clerk(invoice: Invoice, printed: Printed) -> None:
    account = bare_account(printed.account)
    open_task(
        FOREIGN_ACCOUNT,
        about=f"invoice:{invoice.public_id}:{account[-12:]}",
        title=_("Somebody holds an invoice with a foreign account: %(number)s") % {"number": invoice.number},
        body=_(
            "The number and amount are those of our invoice, but the account on the letter is %(account)s. "
            "Warn the customer and, if it is a forgery, the bank and the police."
        )
        % {"account": account},
        customer=invoice.customer.public_id,
    )


def read_code(text: str) -> Printed | None:
    """What a transfer's QR code holds, as a telephone shows it; None when it is none.

    NIP|PL|26 digits|amount in grosze|name|title|…
    """
    fields = text.strip().split("|")
    if len(fields) < len(("nip", "country", "account", "amount", "name", "title")):
        return None
    _nip, _country, account, grosze, _name, title = fields[:6]
    if len(bare_account(account)) != POLISH_DIGITS or not grosze.isdecimal():
        return None
    try:
        amount = money.from_grosze(int(grosze))
    except (InvalidOperation, ValueError):
        return None
    return Printed(title.strip(), amount, account)

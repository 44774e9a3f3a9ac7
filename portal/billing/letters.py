"""Letters about bills: of each new invoice once to each of its people, and reminders around the due date."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from portal import clock, money
from portal.billing import printing, transit
from portal.billing.answers import safe_name
from portal.billing.ksef.reader import NotAnInvoice
from portal.billing.ksef.rendering import KsefNumberMissing
from portal.billing.models import Invoice, OpenItem
from portal.billing.policies import account_in_letter
from portal.billing.queries import is_disputed
from portal.billing.rules import InvoiceLetterRules
from portal.customers.access import open_delegations
from portal.customers.models import Delegation
from portal.notifications.actions import absolute, write_to
from portal.notifications.attachments import Attachment
from portal.qr import CodeWithheld, png, zbp_code
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

NEW, NOTHING_DUE = "invoice_new", "invoice_nothing_due"
SOON, OVERDUE = "invoice_due_soon", "invoice_overdue"
AT_A_TIME = 200
CHASED_DAYS = 30  # who has not paid for longer is the business of demands, not of reminders


def readers(customer_id: int) -> list[Any]:
    """The people who get a customer's letters about bills: those who act for the whole of it. One statement."""
    roles = [Delegation.Role.OWNER, Delegation.Role.MANAGER]
    held = open_delegations().filter(customer=customer_id, role__in=roles, is_whole_customer=True)
    return [one.user for one in held.select_related("user").order_by("pk") if one.user.is_active]


# New invoices


def unannounced() -> QuerySet[Invoice]:
    """New invoices that nobody was told of; what was issued long before it came is old news and stays quiet.

    While a customer's figures are in question theirs wait, however long: an invoice that may be wrong is not written about.
    """
    return _unwritten(Q(issued_on__gte=_news_since()) | Q(held_back_at__isnull=False)).filter(~is_disputed())


def _unwritten(which: Q) -> QuerySet[Invoice]:
    return Invoice.objects.filter(which, announced_at=None, customer__is_closed=False)


def _news_since() -> date:
    return clock.today() - timedelta(days=rules(InvoiceLetterRules).new_for_days)


def _hold_back() -> None:
    """Note whose letter is due and must wait: when the figures are shown again it is written, old news or not."""
    due = _unwritten(Q(issued_on__gte=_news_since(), held_back_at=None))
    due.filter(is_disputed()).update(held_back_at=clock.now())


def announce_new() -> int:
    """Write of every new invoice to its people; returns of how many. Stopped anywhere, it goes on from there."""
    if not rules(InvoiceLetterRules).announces:
        return 0
    _hold_back()
    told = 0
    while waiting := list(unannounced().order_by("pk").values_list("pk", flat=True)[:AT_A_TIME]):
        for invoice_id in waiting:
            announce(invoice_id)
        told += len(waiting)
    return told


@transaction.atomic
def announce(invoice_id: int) -> None:
    """The letters and the mark that they are written stand or fall together, so that each is written once."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
    if invoice.announced_at is not None:
        return
    invoice.announced_at = clock.now()
    invoice.save(update_fields=["announced_at"])
    people = readers(invoice.customer_id)
    if not people:
        return
    code, words = _words_of(invoice)
    for user in people:
        write_to(
            user,
            code,
            about=f"invoice:{invoice.public_id}",
            customer=invoice.customer.public_id,
            attach=[(kind, str(invoice.public_id)) for kind in rules(InvoiceLetterRules).attaches],
            **words,
        )


def _words_of(invoice: Invoice) -> tuple[str, dict[str, str]]:
    """Which letter it is, and what fills it. A correction downwards or an overpaid invoice asks nobody for money."""
    customer = invoice.customer
    address = f"{reverse('billing:invoice', args=[invoice.public_id])}?k={customer.public_id}"
    words = {"number": invoice.number, "customer_number": customer.number, "link": absolute(address)}
    asked = _asked(invoice)
    if asked <= 0:
        return NOTHING_DUE, words | {"amount": money.in_currency(invoice.gross, invoice.currency)}
    account = invoice.seller_account or customer.virtual_account or identity.current().bank_account
    return NEW, words | {
        "amount": money.in_currency(asked, invoice.currency),
        "due": day(invoice.due_on) or "–",
        "account": account_in_letter(account, rules(InvoiceLetterRules).account),
    }


def invoice_pdf(key: str) -> Attachment | None:
    """The invoice as a file of a letter, where the rules let letters carry it.

    The letter goes without it while its number in KSeF is still to come: the reader finds it after signing in.
    """
    invoice = Invoice.objects.filter(public_id=UUID(key)).first()
    if invoice is None:
        return None
    try:
        drawn = printing.pdf_of(invoice)
    except (KsefNumberMissing, NotAnInvoice):
        return None
    return Attachment(f"Faktura_{safe_name(invoice.number)}.pdf", drawn, "application/pdf")


def transfer_code(key: str) -> Attachment | None:
    """The bank's code for one invoice, as a picture; none where a code cannot say what has to be said."""
    invoice = Invoice.objects.filter(public_id=UUID(key)).select_related("customer").first()
    if invoice is None or invoice.customer.nip or invoice.currency != "PLN":
        return None
    utility = identity.current()
    account = invoice.seller_account or invoice.customer.virtual_account or utility.bank_account
    name = utility.legal_name or utility.name
    try:
        code = zbp_code(account=account, amount=_asked(invoice), name=name, title=invoice.number, nip=utility.nip)
    except CodeWithheld:
        return None
    return Attachment("kod-do-przelewu.png", png(code.text, "L"), "image/png")


def _asked(invoice: Invoice) -> Decimal:
    """What the invoice asks for, as printed."""
    return invoice.gross if invoice.to_pay is None else invoice.to_pay


# Reminders


def remind() -> int:
    """Write about what is due soon or was due lately and is still to be paid; once for each due date and kind."""
    stated, today = rules(InvoiceLetterRules), clock.today()
    written = 0
    if stated.remind_days_before:
        last = today + timedelta(days=stated.remind_days_before)
        written += _remind(SOON, today, last)
    if stated.remind_days_after:
        last = today - timedelta(days=stated.remind_days_after)
        written += _remind(OVERDUE, today - timedelta(days=CHASED_DAYS), last)
    return written


def _remind(code: str, first: date, last: date) -> int:
    written = 0
    for items in _batches(_due(first, last)):
        spoken_for = transit.claims([item.pk for item in items])
        for item in items:
            left = spoken_for.get(item.pk, transit.Claim()).left_of(item.open_amount)
            if left > 0:
                written += _remind_of(item, code, money.zloty(left))
    return written


def _due(first: date, last: date) -> QuerySet[OpenItem]:
    """Open items due between two days of customers who have people here, and whose figures are not in question.

    Of an invoice in another currency the office writes itself: it cannot be paid here.
    """
    has_people = open_delegations().filter(customer=OuterRef("customer"), is_whole_customer=True)
    in_zloty = Q(entry__invoice=None) | Q(entry__invoice__currency="PLN")
    return OpenItem.objects.filter(
        in_zloty, Exists(has_people), ~is_disputed(), due_on__range=(first, last), open_amount__gt=0
    ).select_related("customer", "entry")


def _batches(items: QuerySet[OpenItem]) -> Iterator[list[OpenItem]]:
    after = 0
    while batch := list(items.filter(pk__gt=after).order_by("pk")[:AT_A_TIME]):
        yield batch
        after = batch[-1].pk


def _remind_of(item: OpenItem, code: str, left: str) -> int:
    customer = item.customer
    link = absolute(f"{reverse('go', args=['dashboard'])}?k={customer.public_id}")
    written = 0
    for user in readers(customer.pk):
        written += len(
            write_to(
                user,
                code,
                about=f"item:{item.public_id}:{item.due_on}",
                customer=customer.public_id,
                number=item.entry.document_number or "–",
                amount=left,
                due=day(item.due_on),
                customer_number=customer.number,
                link=link,
            )
        )
    return written

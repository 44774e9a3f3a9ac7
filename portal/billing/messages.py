"""The letters of this room, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

INVOICE = {
    "number": _("number of the invoice"),
    "amount": _("amount of the invoice"),
    "due": _("due date"),
    "account": _("the account to pay to, as much of it as the rules let a letter say"),
    "customer_number": _("customer number"),
    "link": _("address of the invoice, after signing in"),
}
LEFT = {
    "number": _("number of the document"),
    "amount": _("what is still to be paid"),
    "due": _("due date"),
    "customer_number": _("customer number"),
    "link": _("address of what is to be paid, after signing in"),
}

register_message(
    "invoice_new",
    _("New invoice: {amount}, due {due}"),
    _(
        "Hello,\n\nwe issued invoice {number} for {amount}. It is due {due}.\n\nCustomer number: {customer_number}\n"
        "Account: {account}\n\nSee the invoice: {link}\n\nWhen a letter gives another account than you find after "
        "signing in, do not pay. Ask us: {contact}.\n\n{utility}"
    ),
    INVOICE,
    is_obligatory=False,
    title=_("New invoice"),
    when=_("When the billing system brings a new invoice."),
    text_message=_("{utility}: new invoice {number}, {amount}, due {due}. Details after signing in: {portal}"),
    says_when_read=True,
)
register_message(
    "invoice_nothing_due",
    _("Invoice {number}: nothing to pay"),
    _(
        "Hello,\n\nwe issued invoice {number} for {amount}. There is nothing to pay on it.\n\nCustomer number: "
        "{customer_number}\n\nSee the invoice: {link}\n\n{utility}"
    ),
    {name: words for name, words in INVOICE.items() if name not in ("due", "account")},
    is_obligatory=False,
    title=_("New invoice with nothing to pay"),
    when=_("When the billing system brings a correction downwards, or an invoice that is overpaid."),
    text_message=_("{utility}: new invoice {number}, {amount}, nothing to pay. Details after signing in: {portal}"),
    says_when_read=True,
)
register_message(
    "invoice_due_soon",
    _("{amount} is due {due}"),
    _(
        "Hello,\n\n{amount} is still to be paid for {number}, due {due}.\n\nSee and pay: {link}\n\nIf you have paid in "
        "the last days, you do not need to do anything.\n\n{utility}"
    ),
    LEFT,
    is_obligatory=False,
    title=_("Reminder before the due date"),
    when=_("Some days before the due date, while something is still open."),
    text_message=_("{utility}: {amount} is due {due} ({number}). Details after signing in: {portal}"),
    says_when_read=True,
)
register_message(
    "invoice_overdue",
    _("{amount} was due {due}"),
    _(
        "Hello,\n\n{amount} for {number} was due {due} and we have not booked it yet.\n\nSee and pay: {link}\n\nIf you "
        "have paid in the last days, you do not need to do anything. If you cannot pay all of it now, write to us: "
        "{contact}.\n\n{utility}"
    ),
    LEFT,
    is_obligatory=False,
    title=_("Reminder after the due date"),
    when=_("Some days after the due date, while something is still open."),
    text_message=_("{utility}: {amount} was due {due} ({number}). Details after signing in: {portal}"),
    says_when_read=True,
)

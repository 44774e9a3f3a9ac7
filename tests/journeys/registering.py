"""What the registration journeys share: pressing, signing in, reading the mails, finding a customer who has no account."""

import re
from typing import Any

from django.core import mail

from portal import money
from portal.billing.models import Invoice
from portal.customers.models import Customer

OWN_PASSWORD = "rzeka-plynie-do-morza"


def newcomer(kind: str = Customer.Kind.PERSON) -> Customer:
    """A customer without an account, who has received invoices."""
    return (
        Customer.objects.filter(kind=kind, delegations__isnull=True, invoices__isnull=False)
        .distinct()
        .order_by("external_id")[0]
    )


def young_invoice(customer: Customer) -> Invoice:
    return Invoice.objects.filter(customer=customer, kind=Invoice.Kind.VAT).latest("issued_on")


def press(page: Any) -> None:
    """The form's own button."""
    page.locator("main form button").last.click()


def type_invoice(page: Any, invoice: Invoice) -> None:
    page.get_by_label("Numer faktury").fill(f" {invoice.number.lower()} ")
    page.get_by_label("Wartość faktury").fill(money.amount(invoice.gross))


def sign_in(page: Any, identifier: str, password: str) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(identifier)
    page.locator("input[name=password]").fill(password)
    press(page)


def mails_to(address: str) -> list[Any]:
    return [message for message in mail.outbox if message.to == [address]]


def link_in(message: Any, which: int = 0) -> str:
    """The path of a link in a mail, the first one by default."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", message.body)
    assert len(found) > which, message.body
    return str(found[which])


def after(words: str, message: Any) -> str:
    """What stands behind these words in a mail: “Hasło: k7mq-…” gives the password."""
    found = re.search(re.escape(words) + r":?\s+(\S+)", message.body)
    assert found, message.body
    return found[1]


def clerk(page: Any, people: dict[str, dict[str, Any]], role: str = "bok") -> None:
    sign_in(page, people[role]["email"], people[role]["password"])
    page.wait_for_url("**/panel/**")

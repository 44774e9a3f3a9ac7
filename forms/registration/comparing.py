"""An application beside a customer: what was written and what the billing system knows, fact by fact."""

from django.utils.translation import gettext as _

from forms.registration.models import Application
from forms.registration.policies import Compared, compared
from forms.registration.rules import FIELDS
from portal.billing.models import Invoice
from portal.billing.policies import fold_number
from portal.content.folding import fold
from portal.customers.models import Customer
from portal.metering.models import Meter


def comparison(application: Application, customer: Customer) -> list[Compared]:
    """Three statements. A fact that was not given is left out."""
    given = application.given
    words = dict(FIELDS)
    name = application.person
    rows = [compared(_("name"), name, customer.name, fold)] if name else []
    for field, known, folded in (
        ("street", customer.street, fold),
        ("postcode", customer.postcode, fold_number),
        ("city", customer.city, fold),
        ("customer_number", customer.number, fold_number),
    ):
        if given.get(field):
            rows.append(compared(_(words[field]), given[field], known, folded))
    if given.get("contract_number"):
        rows.append(_one_of("contract_number", given["contract_number"], _contracts(customer)))
    if given.get("meter_number"):
        rows.append(_one_of("meter_number", given["meter_number"], _meters(customer)))
    if application.invoice_number:
        rows.append(_invoice(application.invoice_number, customer))
    rows.append(compared(_("e-mail"), application.email, customer.email, _lower))
    if application.phone:
        rows.append(compared(_("phone"), application.phone, customer.phone, _digits))
    return rows


def _contracts(customer: Customer) -> list[str]:
    return list(customer.contracts.values_list("number", flat=True))


def _meters(customer: Customer) -> list[str]:
    return list(Meter.objects.filter(point__customer=customer).values_list("serial_number", flat=True))


def _one_of(field: str, given: str, known: list[str]) -> Compared:
    label = _(dict(FIELDS)[field])
    hit = next((one for one in known if fold_number(one) == fold_number(given)), "")
    return Compared(label, given, hit or ", ".join(known[:3]), "same" if hit else "different" if known else "unknown")


def _invoice(given: str, customer: Customer) -> Compared:
    found = Invoice.objects.filter(customer=customer, number_folded=fold_number(given)).first()
    return Compared(_("invoice"), given, found.number if found else "", "same" if found else "different")


def _lower(text: str) -> str:
    return text.lower()


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())[-9:]

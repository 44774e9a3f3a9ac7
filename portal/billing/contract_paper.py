"""A contract as a PDF: what it is about, and its text as it came."""

from django.utils import translation
from django.utils.html import escape, linebreaks
from django.utils.translation import pgettext

from portal import pdf
from portal.customers import services
from portal.customers.models import Contract
from portal.utility import identity

LANGUAGE = "pl"  # the language of the document, whoever looks at it


def contract_pdf(contract: Contract) -> bytes:
    """The same contract gives the same bytes."""
    with translation.override(LANGUAGE):
        title = pgettext("contract", "Contract %(number)s") % {"number": contract.number}
        listed = "".join(
            f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in _facts(contract) if value
        )
        return pdf.render(
            f'<h1>{escape(title)}</h1><dl class="facts">{listed}</dl>'
            f'<div class="text">{linebreaks(contract.text, autoescape=True)}</div>',
            title=title,
            language=LANGUAGE,
            sheets=("pdf/invoice.css",),
            brand=identity.current().colour_action or None,
        )


def _facts(contract: Contract) -> list[tuple[str, str]]:
    utility, customer = identity.current(), contract.customer
    signed = f"{contract.signed_on:%d.%m.%Y}" if contract.signed_on else ""
    return [
        (pgettext("contract", "Supplier"), utility.legal_name or utility.name),
        (pgettext("contract", "Customer"), f"{customer.name}, {customer.address}".strip(", ")),
        (pgettext("contract", "Signed"), signed),
        (pgettext("contract", "Services"), services.in_words(contract.services)),
        (pgettext("contract", "Tariff group"), contract.tariff_group),
    ]

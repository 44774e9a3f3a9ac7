"""A forecast as the picture of an invoice: tagged PDF, marked as a forecast on every page."""

from django.template.loader import render_to_string

from portal import pdf
from portal.billing.forecast import Forecast, Subject
from portal.customers.access import ActingCustomer
from portal.utility import identity


def forecast_pdf(subject: Subject, found: Forecast, customer: ActingCustomer) -> bytes:
    """In the language that is active."""
    utility = identity.current()
    html = render_to_string(
        "billing/pdf/forecast.html",
        {"subject": subject, "forecast": found, "estimate": found.estimate, "customer": customer, "utility": utility},
    )
    return pdf.render(
        html,
        title=f"Prognoza {found.first:%d.%m.%Y}–{found.last:%d.%m.%Y}",
        language="pl",
        sheets=("pdf/invoice.css", "pdf/forecast.css"),
        brand=utility.colour_action,
    )

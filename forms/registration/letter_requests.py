"""Asking for a letter with a code: a clerk prints and posts it, and the one who asks is told nothing about anybody."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from portal.billing import attempts
from portal.billing.proof import limits_of
from portal.content.folding import fold
from portal.customers.models import Customer
from portal.desk.actions import open_task
from portal.journal.actions import note

PAUSE = timedelta(days=1)


def ask(*, number: str, name: str, address: str) -> bool:
    """Open a clerk's task where number and a word of the name belong together. One open letter a customer."""
    if isinstance(attempts.begin(limits_of("letter_request", number, "", address), PAUSE), datetime):
        return False
    customer = Customer.objects.filter(number=number.strip(), is_closed=False).first()
    if customer is None or not set(fold(name).split()) & set(customer.name_folded.split()):
        return False
    with translation.override(settings.LANGUAGE_CODE):
        open_task(
            "letter_code",
            about=f"customer:{customer.public_id}",
            title=_("A letter with a code: customer %(number)s") % {"number": customer.number},
            body=_("Somebody asked for it on the website. Print it and post it to the customer's address."),
            customer=customer.public_id,
        )
    note("letter_code_asked", about=f"customer:{customer.public_id}", by="website", customer=customer.public_id)
    return True

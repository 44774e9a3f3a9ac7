"""At the office: a clerk registers whoever signed a statement there. The website offers nothing of it."""

from forms.registration.verification.base import Leads
from forms.registration.verification.clerk_decides import ClerkDecides


class InPerson(ClerkDecides):
    code = "in_person"
    leads = Leads.TO_LINK
    makes_password = True
    is_online = False

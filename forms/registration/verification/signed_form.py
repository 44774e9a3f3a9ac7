"""A form to be printed, signed and handed in (Form A): limited access until a clerk has it in hand."""

from forms.registration.verification.base import Leads
from forms.registration.verification.clerk_decides import ClerkDecides


class SignedForm(ClerkDecides):
    code = "signed_form"
    leads = Leads.TO_FORM

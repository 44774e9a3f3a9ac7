"""An account of the portal that this one takes the place of: its e-mail has just been proven by a letter."""

from forms.registration.verification.base import Leads
from forms.registration.verification.clerk_decides import ClerkDecides


class OldPortal(ClerkDecides):
    code = "old_portal"
    leads = Leads.TO_LINK
    is_online = False
    is_vouched = True

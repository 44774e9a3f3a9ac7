"""Nothing is proven: a clerk compares what was written with the customer's data."""

from collections.abc import Mapping
from typing import Any

from forms.registration.verification.base import Leads, NotVerified, Verdict, Visitor


class ClerkDecides:
    code = "clerk"
    steps: tuple[str, ...] = ()
    leads = Leads.TO_CLERK
    makes_password = False
    is_online = True
    is_vouched = False

    def verify(self, answers: Mapping[str, Any], visitor: Visitor) -> Verdict:
        return NotVerified()

"""Proof by the code of a letter that we posted to the customer's address."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from forms.registration.verification.base import Leads, NotVerified, Paused, Verdict, Verified, Visitor
from portal.billing import attempts
from portal.billing.proof import limits_of
from portal.billing.rules import BillingRules
from portal.customers.queries import customer_of_letter
from portal.utility.rulebook import rules


class LetterCode:
    code = "letter_code"
    steps: tuple[str, ...] = ("kod",)
    leads = Leads.TO_LINK
    makes_password = False
    is_online = True
    is_vouched = False

    def verify(self, answers: Mapping[str, Any], visitor: Visitor) -> Verdict:
        """One statement, whatever the answer; counted like attempts at an invoice."""
        pause = timedelta(minutes=rules(BillingRules).proof_pause_minutes)
        counted = limits_of("letter", answers["customer_number"], visitor.person, visitor.address)
        attempt = attempts.begin(counted, pause)
        if isinstance(attempt, datetime):
            return Paused(until=attempt)
        found = customer_of_letter(number=answers["customer_number"], code=answers["code"])
        if found is None:
            return NotVerified()
        attempt.give_back()
        return Verified(customer_id=found)

"""Proof by the number and the amount of a recent invoice."""

from collections.abc import Mapping
from typing import Any

from forms.registration.verification.base import Leads, NotVerified, Paused, Verdict, Verified, Visitor
from portal.billing.proof import Proven, TooMany, prove_invoice


class InvoiceProof:
    code = "invoice_proof"
    steps: tuple[str, ...] = ("faktura",)
    leads = Leads.TO_LINK
    makes_password = False
    is_online = True
    is_vouched = False

    def verify(self, answers: Mapping[str, Any], visitor: Visitor) -> Verdict:
        answer = prove_invoice(
            number=answers["number"],
            amount=answers["amount"],
            person=visitor.person,
            address=visitor.address,
            customer_number=answers.get("customer_number"),
        )
        match answer:
            case Proven(customer_id=customer_id):
                return Verified(customer_id=customer_id, invoice_number=answers["number"])
            case TooMany(until=until):
                return Paused(until=until)
            case _:
                return NotVerified()

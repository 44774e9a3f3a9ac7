"""KSeF's receipt beside an invoice: what it says must be what came."""

from typing import Any

from django.utils.translation import gettext as _

from portal.billing.ksef.upo import NotAReceipt, read_receipts
from portal.billing.policies import fold_number


def compare(content: bytes, values: dict[str, Any]) -> str:
    """What is odd, as a sentence; empty when nothing is. A number that did not come beside the invoice is filled in."""
    try:
        receipts = read_receipts(content)
    except NotAReceipt as refusal:
        return str(refusal)
    digest = values.get("original_sha256", "")
    about = next((each for each in receipts if digest and each.sha256 == digest), None)
    if about is None:
        number = fold_number(values["number"])
        about = next((each for each in receipts if fold_number(each.invoice_number) == number), None)
        if about is None:
            return _("The receipt is not about this invoice.")
        if digest:
            return _("The receipt is about another file than the one that came: their SHA-256 differ.")
    if not values["ksef_number"]:
        values["ksef_number"] = about.ksef_number
    elif values["ksef_number"] != about.ksef_number:
        return _("The receipt gives the KSeF number %(number)s, which is not the one beside the invoice.") % {
            "number": about.ksef_number
        }
    return ""

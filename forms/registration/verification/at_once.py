"""The customer number beside a recent invoice: the account works at once, with a password that we make and send."""

from forms.registration.verification.invoice_proof import InvoiceProof


class AtOnce(InvoiceProof):
    code = "at_once"
    steps: tuple[str, ...] = ("numer",)
    makes_password = True

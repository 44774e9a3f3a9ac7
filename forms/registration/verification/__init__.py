"""The ways of proving who one is, by the name that the rules give them: a new way is a new file and a line here."""

from forms.registration.verification.at_once import AtOnce
from forms.registration.verification.base import Verification
from forms.registration.verification.clerk_decides import ClerkDecides
from forms.registration.verification.in_person import InPerson
from forms.registration.verification.invoice_proof import InvoiceProof
from forms.registration.verification.letter_code import LetterCode
from forms.registration.verification.old_portal import OldPortal
from forms.registration.verification.signed_form import SignedForm

_ALL: tuple[Verification, ...] = (
    InvoiceProof(),
    AtOnce(),
    LetterCode(),
    ClerkDecides(),
    SignedForm(),
    InPerson(),
    OldPortal(),
)
WAYS: dict[str, Verification] = {way.code: way for way in _ALL}


class UnknownWay(LookupError):
    """The rules name a way of verifying that this version does not know."""

    def __str__(self) -> str:
        return self.__doc__ or ""


def way_named(code: str) -> Verification:
    try:
        return WAYS[code]
    except KeyError:
        raise UnknownWay from None

"""What a way of proving who one is must offer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


class Leads(Enum):
    """What a confirmed application comes to."""

    TO_LINK = "to_link"  # the customer is proven: the application links itself where the rules let it
    TO_CLERK = "to_clerk"  # a clerk finds the customer and decides
    TO_FORM = "to_form"  # limited access, until a clerk has the signed form


@dataclass(frozen=True)
class Visitor:
    """Who asks, as far as counting attempts needs it."""

    person: str
    address: str


@dataclass(frozen=True)
class Verified:
    """The applicant showed that they belong to this customer."""

    customer_id: int
    invoice_number: str = ""


@dataclass(frozen=True)
class NotVerified:
    """What was given fits nothing; which part was wrong is never told."""


@dataclass(frozen=True)
class Paused:
    """Too many attempts: the next one is possible at `until`."""

    until: datetime


Verdict = Verified | NotVerified | Paused


class Verification(Protocol):
    """One way. Its own steps are named here and drawn in forms/registration/forms.py."""

    code: str
    steps: tuple[str, ...]
    leads: Leads
    makes_password: bool  # whatever the rules say of other ways
    is_online: bool
    is_vouched: bool  # the office knew the person before: also kinds that may not link themselves are linked

    def verify(self, answers: Mapping[str, Any], visitor: Visitor) -> Verdict: ...

"""How a model's rows belong to customers and points: what each model states and access.py reads. Plain Python."""

from dataclasses import dataclass
from enum import Enum


class Partial(Enum):
    """What a manager of some of a customer's points sees of a model's rows."""

    NONE = "none"  # nothing
    ANY = "any"  # rows that touch at least one of his points
    ALL = "all"  # rows all of whose parts lie on his points


@dataclass(frozen=True)
class Scope:
    """Look-ups from a model to its customer and its points.

    `parts` is the path of relations to the rows that carry the point (an invoice's shares); empty when the row
    itself does. Of those rows only the ones count for which `standing` holds: a booking that was reversed says
    nothing any more of whose invoice it is.
    """

    customer: str
    point: str = ""
    parts: str = ""
    standing: str = ""
    partial: Partial = Partial.NONE

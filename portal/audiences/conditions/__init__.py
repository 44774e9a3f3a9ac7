"""The conditions that an audience is composed of: one file each. A new one is a new file, named here."""

from portal.audiences.conditions.any_of import AnyOf
from portal.audiences.conditions.areas import Areas
from portal.audiences.conditions.arrears import Arrears
from portal.audiences.conditions.base import Condition, registered
from portal.audiences.conditions.kinds import Kinds
from portal.audiences.conditions.none_of import NoneOf
from portal.audiences.conditions.paper_invoice import PaperInvoice
from portal.audiences.conditions.services import Services
from portal.audiences.conditions.streets import Streets

__all__ = [
    "AnyOf",
    "Areas",
    "Arrears",
    "Condition",
    "Kinds",
    "NoneOf",
    "PaperInvoice",
    "Services",
    "Streets",
    "registered",
]

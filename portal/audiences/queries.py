"""Audiences: whom conditions choose, how many they are, and whether one reader is among them.

An audience is a tuple of conditions that must all be true; of an empty one nobody is. Another room stores it in a field
made by `blocks.AudienceField()` and reads it back with `audience(page.field)`, or writes it down itself:

    audience = (Streets(("Lipowa", "Klonowa")), Services(("water",)))
    customers(audience)                 # a queryset: whom to write to
    readers(audience)                   # a queryset of delegations: who will see it when signed in
    reach(audience)                     # the figures of both
    concerns(audience, reader_of(request.viewer))
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.audiences.conditions import Condition
from portal.audiences.conditions.base import filled_in
from portal.audiences.policies import SMALLEST_TOLD, told
from portal.audiences.reader import CUSTOMERS, READERS, Reader, Rows
from portal.customers import access
from portal.customers.models import Customer, Delegation

Audience = tuple[Condition, ...]


def audience(stream: Any) -> Audience:
    """The conditions of an AudienceField's value."""
    return filled_in(stream)


def customers(chosen: Audience) -> QuerySet[Customer]:
    """The customers of whom every condition is true, without those that are closed."""
    return Customer.objects.filter(_every(chosen, CUSTOMERS), is_closed=False)


def readers(chosen: Audience) -> QuerySet[Delegation]:
    """Who reads for such customers: a delegation for each person and customer, those that hold now."""
    return access.open_delegations().filter(_every(chosen, READERS), customer__is_closed=False)


def concerns(chosen: Audience, reader: Reader | None) -> bool:
    """Whether this reader is among `readers`. A condition asks only the facts that it needs, at most two statements in all."""
    if reader is None or reader.is_closed or not chosen:
        return False
    return all(condition.holds(reader) for condition in chosen)


def _every(chosen: Audience, rows: Rows) -> Q:
    found = Q() if chosen else Q(pk__in=[])
    for condition in chosen:
        found &= condition.among(rows)
    return found


@dataclass(frozen=True)
class Reach:
    customers: int
    readers: int

    def in_words(self, *, may_see_any: bool) -> str:
        """Both figures as this person may be told them."""
        return _("%(customers)s; with an account here: %(readers)s.") % {
            "customers": customers_in_words(self.customers, may_see_any=may_see_any),
            "readers": count_in_words(self.readers, may_see_any=may_see_any),
        }


def reach(chosen: Audience) -> Reach:
    """Two statements, and one more for each condition on streets or towns."""
    having_accounts = readers(chosen).order_by().values("customer").distinct()
    return Reach(customers(chosen).count(), having_accounts.count())


def customers_in_words(count: int, *, may_see_any: bool) -> str:
    shown = told(count, may_see_any=may_see_any)
    if shown is None:
        return _("Fewer than %(least)s customers") % {"least": SMALLEST_TOLD}
    return ngettext("%(count)s customer", "%(count)s customers", shown) % {"count": shown}


def count_in_words(count: int, *, may_see_any: bool) -> str:
    shown = told(count, may_see_any=may_see_any)
    return _("fewer than %(least)s") % {"least": SMALLEST_TOLD} if shown is None else str(shown)


def in_words(chosen: Audience) -> str:
    """“a service point in: Lipowa; gets invoices on paper”."""
    return "; ".join(condition.in_words() for condition in chosen)


def may_be_told_any(user: Any) -> bool:
    """The customer office meets customers one by one, so a small figure tells it nothing new."""
    return bool(user.has_perm("customers.view_customer"))


def forbidden(chosen: Iterable[Condition], user: Any) -> list[Condition]:
    """The conditions that this person may not use."""
    parts = (part for condition in chosen for part in condition.parts())
    return [part for part in parts if part.needs and not user.has_perm(part.needs)]

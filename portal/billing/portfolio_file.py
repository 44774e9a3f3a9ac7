"""The portfolio as rows of a table to take away."""

from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from portal.billing.portfolio import Holding
from portal.billing.spreadsheets import Value


def table(holdings: Iterable[Holding]) -> Iterator[Sequence[Value]]:
    yield (
        _("Customer number"),
        _("Name"),
        _("Address"),
        _("Role"),
        _("Scope"),
        _("Balance, zł"),
        _("Next due"),
        _("To pay then, zł"),
        _("Readings awaited"),
    )
    for holding in holdings:
        yield (
            holding.number,
            holding.name,
            holding.address,
            holding.role,
            _("the whole customer") if holding.is_whole_customer else _("some points only"),
            holding.balance,
            holding.due_on,
            holding.due_amount,
            "" if holding.readings is None else str(holding.readings),
        )

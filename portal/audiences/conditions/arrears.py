"""Customers with overdue bills. For the customer office only: who owes is nobody else's business."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal import clock, money
from portal.audiences.conditions.base import Condition, register
from portal.audiences.reader import Reader, Rows, overdue_items

ZERO = Decimal("0.00")


@register
@dataclass(frozen=True)
class Arrears(Condition):
    """At least so much is overdue for at least so many days, less what is on its way."""

    at_least: Decimal
    days: int = 1

    code = "arrears"
    label = gettext_lazy("Arrears")
    needs = "customers.view_customer"

    def among(self, rows: Rows) -> Q:
        late = overdue_items().filter(due_on__lte=self._last_day).order_by().values("customer")
        return rows.who_answer_for(late.annotate(owed=Sum("left")).filter(owed__gte=self.at_least))

    def holds(self, reader: Reader) -> bool:
        late = [debt.left for debt in reader.debts if debt.due_on <= self._last_day]
        return bool(late) and sum(late, ZERO) >= self.at_least

    @property
    def _last_day(self) -> Any:
        return clock.today() - timedelta(days=self.days)

    def in_words(self) -> str:
        return _("owes at least %(amount)s for %(days)s days or more") % {
            "amount": money.zloty(self.at_least),
            "days": self.days,
        }

    @classmethod
    def block(cls) -> blocks.Block:
        return ArrearsBlock()

    @classmethod
    def of(cls, value: Any) -> Self:
        return cls(value["at_least"], value["days"])


class ArrearsBlock(blocks.StructBlock):
    at_least = blocks.DecimalBlock(
        label=gettext_lazy("overdue at least, zł"), min_value=Decimal("0.01"), max_digits=9, decimal_places=2
    )
    days = blocks.IntegerBlock(label=gettext_lazy("for at least so many days"), min_value=1, max_value=3650, default=1)

    class Meta:
        icon = "warning"
        label = Arrears.label

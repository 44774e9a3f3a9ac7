"""Customers whose bills of at least one running contract come on paper."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks

from portal.audiences.conditions.base import Condition, register
from portal.audiences.reader import Reader, Rows, running_contracts
from portal.customers.models import Contract

PAPER = Contract.EInvoice.NONE


@register
@dataclass(frozen=True)
class PaperInvoice(Condition):
    code = "paper_invoice"
    label = gettext_lazy("Paper invoice")

    def among(self, rows: Rows) -> Q:
        return rows.with_contract(running_contracts().filter(e_invoice=PAPER))

    def holds(self, reader: Reader) -> bool:
        return PAPER in reader.deliveries

    def in_words(self) -> str:
        return _("gets invoices on paper")

    @classmethod
    def block(cls) -> blocks.Block:
        return PaperInvoiceBlock()

    @classmethod
    def of(cls, value: Any) -> Self:  # noqa: ARG003 - there is nothing to fill in
        return cls()


class PaperInvoiceBlock(blocks.StaticBlock):
    class Meta:
        icon = "doc-full"
        label = PaperInvoice.label
        admin_text = gettext_lazy("Customers whose invoices come on paper.")

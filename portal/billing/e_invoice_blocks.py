"""The widget about e-invoices."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.billing.e_invoice_queries import Coverage, EInvoiceStanding, e_invoice_standing
from portal.billing.policies import fee_effect
from portal.billing.rules import EInvoiceRules
from portal.customers.access import Viewer
from portal.utility.rulebook import rules
from portal.widgets import Persona, Showing, Unavailable, Widget

ALL_PROPERTIES = _("E-invoices would cover all properties of the customer, so a manager of some cannot turn them on.")


class EInvoiceWidget(Widget):
    """Whether e-invoices are on, and what they save; a manager of some points is told why he cannot turn them on."""

    module = "e_invoice"
    statements = 2

    is_offer_only = blocks.BooleanBlock(
        label=_("only while it is off"),
        required=False,
        help_text=_("On the dashboard: an offer that goes away once it is taken."),
    )

    class Meta:
        icon = "mail"
        label = _("E-invoice")
        group = _("Customer")
        template = "widgets/e_invoice.html"

    @property
    def service_name(self) -> str:
        return rules(EInvoiceRules).service_name

    def is_conditional(self) -> bool:
        return True

    def is_offered_to(self, viewer: Viewer) -> bool:
        return super().is_offered_to(viewer) and viewer.is_linked

    def facts(self, showing: Showing, value: dict[str, Any]) -> EInvoiceStanding | None:
        if showing.viewer.is_partial and showing.viewer.role == "manager":
            if value["is_offer_only"]:
                return None
            raise Unavailable(ALL_PROPERTIES)
        standing = e_invoice_standing(showing.viewer, is_for_offer=value["is_offer_only"])
        if standing is None or (value["is_offer_only"] and (standing.is_on or standing.is_ksef_only)):
            return None
        return standing

    def example(self, persona: Persona, value: dict[str, Any]) -> EInvoiceStanding:
        if not persona.is_whole_customer:
            raise Unavailable(ALL_PROPERTIES)
        if persona.kind == "firm":
            return EInvoiceStanding((Coverage(None, "", "ksef"),), None, has_ksef=True)
        return EInvoiceStanding((Coverage(None, "", "off"),), fee_effect(rules(EInvoiceRules), [2]), has_ksef=False)

"""What other rooms' screens ask of cases: `{% load cases %}`."""

from django import template

from portal.cases.rules import CaseRules
from portal.customers.access import Viewer, may
from portal.customers.models import Deed
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

register = template.Library()


@register.simple_tag
def may_write_as_guest() -> bool:
    """Whether one may write to the office without an account. No statement."""
    return rules(Modules).cases and rules(CaseRules).customers_write


@register.simple_tag
def may_ask_change(viewer: Viewer) -> bool:
    """Whether this viewer can ask for a change of the customer's data here."""
    return rules(Modules).cases and rules(CaseRules).customers_write and may(viewer, Deed.CHANGE_BASIC_DATA)

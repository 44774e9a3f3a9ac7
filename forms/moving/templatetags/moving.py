"""What the sign-in page and the banner say of the old portal: `{% load moving %}`."""

from dataclasses import dataclass
from datetime import date

from django import template
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.rules import OldPortalRules, SignInRules
from portal.utility.rulebook import rules

register = template.Library()


@dataclass(frozen=True)
class OldPortal:
    until: date
    is_running: bool
    address: str
    instruction: str


@register.simple_tag
def old_portal() -> OldPortal | None:
    """None where this portal takes no other one's place."""
    in_force = rules(OldPortalRules)
    if not in_force.is_known:
        return None
    return OldPortal(in_force.runs_until, clock.today() <= in_force.runs_until, in_force.address, in_force.instruction)


@register.simple_tag
def reset_words() -> str:
    """What the link to a new password says: the utility's own words, else the house's."""
    return rules(SignInRules).reset_words or _("I do not remember my password")

"""Where a manager asks for access, for the templates of pages: `{% load managers %}`."""

from django import template
from django.urls import reverse

from forms.managers.rules import ManagerRules
from portal.utility.rulebook import rules

register = template.Library()


@register.simple_tag
def manager_url() -> str:
    """Empty where managers have no accounts, so that no link leads nowhere."""
    return "" if rules(ManagerRules).asked_by == "off" else reverse("managers:ask")

"""What having an account changes, said before anybody agrees: `{% load billing_period %}`."""

from django import template

from portal.customers import billing_period

register = template.Library()


@register.simple_tag
def what_linking_changes() -> str:
    return billing_period.what_linking_changes()

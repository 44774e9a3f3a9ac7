"""Ways to paying online for pages that do not know how it is done."""

from django import template
from django.urls import reverse

from payments import guests

register = template.Library()


@register.simple_tag
def guest_payment_url() -> str:
    """Where one pays an invoice without signing in; empty where nobody does."""
    return reverse("payments:guest") if guests.are_welcome() else ""

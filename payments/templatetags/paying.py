"""Ways to paying online for pages that do not know how it is done."""

from decimal import Decimal

from django import template
from django.urls import reverse

from payments import guests
from payments.actions import money_in

register = template.Library()


@register.simple_tag
def guest_payment_url() -> str:
    """Where one pays an invoice without signing in; empty where nobody does."""
    return reverse("payments:guest") if guests.are_welcome() else ""


@register.filter
def of_currency(value: Decimal | None, currency: str) -> str:
    """An amount in the currency in which it came."""
    return "" if value is None else money_in(Decimal(value), currency)

"""How the lines of a forecast are written: `{% load forecasts %}`."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import money
from portal.billing.pricing import BY_VOLUME, Line

register = template.Library()

NAMES = {
    "water": gettext_lazy("Water"),
    "sewage": gettext_lazy("Sewage"),
    "subscription_water": gettext_lazy("Subscription, water"),
    "subscription_sewage": gettext_lazy("Subscription, sewage"),
    "settlement": gettext_lazy("Settlement fee"),
}


@register.filter
def line_name(line: Line) -> str:
    """“Water, ul. Lipowa 5”, or the fee's own name."""
    named = line.name or str(NAMES.get(line.component, line.component))
    named = named[:1].upper() + named[1:]
    return f"{named}, {line.place}" if line.place else named


@register.filter
def line_quantity(line: Line) -> str:
    count = int(line.quantity)
    if line.unit in BY_VOLUME:
        return f"{money.amount(line.quantity, 0)}{money.NBSP}m³"
    if line.component == "settlement":
        return ngettext("%(count)s bill", "%(count)s bills", count) % {"count": count}
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}


@register.filter
def line_price(line: Line) -> str:
    """As many places as the price has, at least two."""
    places = max(2, -int(line.price.normalize().as_tuple().exponent))
    return money.amount(line.price, places)


@register.filter
def vat_rate(rate: str) -> str:
    return f"{rate}%" if rate.isdigit() else rate or _("exempt")

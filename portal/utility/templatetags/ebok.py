"""How amounts, dates and icons are written on every screen: `{% load ebok %}`."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal import clock, money
from portal.utility.icons import ICONS

register = template.Library()

NBSP = money.NBSP


@register.filter
def zloty(value: Decimal | None) -> str:
    """1234.5 → "1 234,50 zł"; nothing for nothing."""
    return "" if value is None else money.zloty(Decimal(value))


@register.filter
def amount(value: Decimal | None, places: int = 2) -> str:
    """1234.5 → "1 234,50", for a column whose head says the unit."""
    return "" if value is None else money.amount(Decimal(value), places)


@register.filter
def cubic(value: Decimal | int | None) -> str:
    """9 → "9 m³"; decimals are shown only where there are any."""
    if value is None:
        return ""
    exact = Decimal(value)
    places = max(0, -int(exact.normalize().as_tuple().exponent))
    return f"{money.amount(exact, places)}{NBSP}m³"


@register.filter
def day(value: date | datetime | None) -> str:
    """20.11.2026, in Warsaw."""
    return "" if value is None else f"{_local(value):%d.%m.%Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """20.11.2026, 6:00, in Warsaw."""
    if value is None:
        return ""
    local = value.astimezone(clock.WARSAW)
    return f"{local:%d.%m.%Y},{NBSP}{local.hour}:{local:%M}"


@register.filter
def day_words(value: date | datetime | None) -> str:
    """A day as one says it: 24 listopada, with the year when it is not this one."""
    if value is None:
        return ""
    local = _local(value)
    pattern = "j\xa0E" if local.year == clock.today().year else "j\xa0E\xa0Y"
    return dateformat.format(local, pattern)


def _local(value: date | datetime) -> date:
    return value.astimezone(clock.WARSAW).date() if isinstance(value, datetime) else value


@register.filter
def tel(value: str) -> str:
    """A phone number as a link dials it: digits and a leading plus."""
    return "".join(sign for sign in str(value) if sign.isdigit() or sign == "+")


@register.simple_tag
def icon(name: str, size: int = 24, label: str = "") -> SafeString:
    """A line icon. It is silent for readers of the screen unless it has a label; the words beside it speak."""
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="{}" height="{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" {} focusable="false">{}</svg>',
        size,
        size,
        voice,
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings
    )

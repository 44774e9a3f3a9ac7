"""How bills are spoken of on every screen: `{% load billing %}`."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock, money
from portal.billing.rules import BillingRules
from portal.billing.wording import channel_in_words
from portal.utility.rulebook import rules

register = template.Library()

TONES = {"overdue": "late", "soon": "soon", "later": "wait", "in_transit": "wait", "held": "wait", "paid": "ok"}


@register.simple_tag
def check_url() -> str:
    """Where anybody checks whether an invoice is ours; empty where the utility does not offer it."""
    return reverse("billing:check") if rules(BillingRules).checks_invoices else ""


@register.filter
def due_words(day: date | None) -> str:
    """How far away a due date is: "in 4 days", "today", "3 days late"."""
    if day is None:
        return ""
    days = (day - clock.today()).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": -days}
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}


@register.filter
def state_words(state: str, due_on: date | None = None) -> str:
    """The state of a charge as its payer reads it."""
    if state in ("overdue", "soon"):
        return due_words(due_on)
    return {
        "paid": _("paid"),
        "in_transit": _("being booked"),
        "held": _("being paid now"),
        "foreign": _("in another currency"),
        "later": _("to pay"),
        "in_question": _("being cleared up"),
    }.get(state, "")


@register.filter
def in_currency(value: Decimal | None, currency: str) -> str:
    """A printed amount; nothing where it is not told."""
    return "" if value is None else money.in_currency(value, currency)


@register.filter
def state_tone(state: str) -> str:
    """Which tag a state wears."""
    return TONES.get(state, "wait")


@register.filter
def channel_words(channel: str) -> str:
    return channel_in_words(channel)


@register.filter
def period(first: date | None, last: date | None) -> str:
    """“September–October” of whole months, with the year when it is not this one; dates otherwise."""
    if first is None or last is None:
        return ""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return f"{first:%d.%m.%Y}–{last:%d.%m.%Y}"
    year = "" if last.year == clock.today().year else f"{money.NBSP}{last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{_month(first)}{year}"
    first_year = f"{money.NBSP}{first.year}" if first.year != last.year else ""
    return f"{_month(first)}{first_year}–{_month(last)}{year}"


def _month(day: date) -> str:
    return dateformat.format(day, "F").lower()


@register.filter
def month_words(first: date | None) -> str:
    """“March 2026”."""
    return "" if first is None else dateformat.format(first, f"F{money.NBSP}Y").lower()


@register.filter
def standing(balance: Decimal) -> str:
    """A balance in words and without its sign: "overpaid 20.00 zł"."""
    if not balance:
        return _("settled")
    said = _("underpaid %(amount)s") if balance > 0 else _("overpaid %(amount)s")
    return said % {"amount": money.zloty(abs(balance))}


@register.filter
def hour(moment: datetime | None) -> str:
    """14:32, in Warsaw."""
    return "" if moment is None else f"{moment.astimezone(clock.WARSAW):%H:%M}"


@register.filter
def account_number(number: str) -> str:
    """26 digits in groups, as they are typed into a bank's form: the check digits, then fours."""
    bare = "".join(number.split())
    return " ".join([bare[:2], *(bare[start : start + 4] for start in range(2, len(bare), 4))])

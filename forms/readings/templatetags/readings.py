"""The way to giving a reading without signing in, for the templates of pages: `{% load readings %}`."""

from django import template
from django.urls import reverse

from portal.metering import guests

register = template.Library()


@register.simple_tag
def guest_reading_url() -> str:
    """Empty where readings are given by those who have signed in only."""
    return reverse("readings:guest") if guests.are_welcome() else ""

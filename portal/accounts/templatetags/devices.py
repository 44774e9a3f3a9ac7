"""How a device is named on the page of devices: `{% load devices %}`."""

from django import template

from portal.accounts import policies

register = template.Library()
register.filter("device", policies.device)

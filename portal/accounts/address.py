"""Where a visitor comes from, believing a proxy only where the installation says that there is one."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    found: str = get_adapter(request).get_client_ip(request)
    return found

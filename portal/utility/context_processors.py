"""What every template may say: who the utility is, which modules run, what day it is."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portal import clock
from portal.utility import identity, rulebook
from portal.utility.rules import Modules


def utility(request: HttpRequest) -> dict[str, Any]:
    return {
        "utility": SimpleLazyObject(identity.current),
        "modules": SimpleLazyObject(lambda: rulebook.rules(Modules)),
        "look_version": SimpleLazyObject(identity.look_version),
        "today": clock.today(),
        "is_demo": settings.EBOK_DEMO,
    }

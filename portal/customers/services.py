"""The services of a utility in the reader's words. Stored are the codes: water, sewage, waste, other."""

from collections.abc import Iterable

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NAMES = {
    "water": _("water"),
    "sewage": _("sewage"),
    "waste": _("waste collection"),
    "other": _("other services"),
}

# What a utility gives in one object: water comes with its sewage, waste stands for itself.
OBJECTS = {"water": ("water", "sewage"), "waste": ("waste",)}


def objects_of(held: Iterable[str]) -> tuple[str, ...]:
    """The objects that somebody with these services has, water first."""
    codes = set(held)
    return tuple(name for name, services in OBJECTS.items() if codes & set(services))


def object_of(service: str) -> str:
    """The object that a service belongs to; empty for what belongs to none."""
    return next((name for name, services in OBJECTS.items() if service in services), "")


def in_words(codes: Iterable[str]) -> str:
    """“water and sewage”; an unknown code is shown as it came."""
    names = [str(NAMES.get(code.strip(), code.strip())) for code in codes if code.strip()]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}

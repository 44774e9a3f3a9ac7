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


def in_words(codes: Iterable[str]) -> str:
    """“water and sewage”; an unknown code is shown as it came."""
    names = [str(NAMES.get(code.strip(), code.strip())) for code in codes if code.strip()]
    if len(names) < 2:
        return "".join(names)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}

"""Which automatic messages exist: each room registers its own in its apps.py, with the placeholders that it fills."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")

# Filled for every message by itself.
COMMON: Mapping[str, Words] = {
    "utility": _("name of the utility"),
    "product": _("name of the portal"),
    "phone": _("the office's phone"),
    "office_email": _("the office's e-mail"),
    "contact": _("the office's phone and e-mail, whichever there are"),
    "portal": _("address of the portal"),
    "sign_in": _("address of the sign-in page"),
}


@dataclass(frozen=True)
class Message:
    """One automatic message as the house words it; an editor's template may reword it."""

    code: str
    subject: Words
    body: Words
    placeholders: Mapping[str, Words] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    is_obligatory: bool = True
    when: Words = ""

    @property
    def every_placeholder(self) -> dict[str, Words]:
        return {**self.placeholders, **COMMON}


_registry: dict[str, Message] = {}


def register_message(
    code: str,
    subject: Words,
    body: Words,
    placeholders: Mapping[str, Words],
    is_obligatory: bool = True,
    *,
    needed: Iterable[str] = (),
    when: Words = "",
) -> Message:
    """Make a message known. `needed` placeholders may not be left out of its text; `when` tells editors what sends it.

    An obligatory message belongs to the service and is sent whatever a person has switched off.
    """
    message = Message(code, subject, body, dict(placeholders), tuple(needed), is_obligatory, when)
    _registry[code] = message
    return message


def registered_messages() -> list[Message]:
    return sorted(_registry.values(), key=lambda message: message.code)


def message(code: str) -> Message:
    return _registry[code]


def find_message(code: str) -> Message | None:
    return _registry.get(code)


def placeholders_in(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of {names}. A value is text and is never read for placeholders again."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)

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
    """One automatic message as the house words it; an editor's template may reword it.

    A message with a `text_message` may go by SMS too, to whom wants it. One that `says_when_read` leads its {link}
    through the portal, which notes that its reader signed in and opened it.
    """

    code: str
    subject: Words
    body: Words
    placeholders: Mapping[str, Words] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    is_obligatory: bool = True
    when: Words = ""
    text_message: Words = ""
    is_marketing: bool = False
    title: Words = ""
    says_when_read: bool = False
    module: str = ""

    @property
    def every_placeholder(self) -> dict[str, Words]:
        return {**self.placeholders, **COMMON}

    @property
    def may_be_switched_off(self) -> bool:
        return not self.is_obligatory


_registry: dict[str, Message] = {}


def register_message(  # noqa: PLR0913 - one for each thing that a message states of itself, and all but four by name
    code: str,
    subject: Words,
    body: Words,
    placeholders: Mapping[str, Words],
    is_obligatory: bool = True,
    *,
    needed: Iterable[str] = (),
    when: Words = "",
    text_message: Words = "",
    is_marketing: bool = False,
    title: Words = "",
    says_when_read: bool = False,
    module: str = "",
) -> Message:
    """Make a message known.

    `needed` placeholders may not be left out of its text; `when` tells editors what sends it; `title` names it to
    people who choose what they get; one of a `module` is offered only where that runs. An obligatory message belongs to the service and is sent whatever a person has switched off; marketing goes only
    to whom agreed to it.
    """
    if is_marketing and is_obligatory:
        raise ValueError(f"The message “{code}” is marketing and so cannot be obligatory.")
    message = Message(
        code,
        subject,
        body,
        placeholders=dict(placeholders),
        needed=tuple(needed),
        is_obligatory=is_obligatory,
        when=when,
        text_message=text_message,
        is_marketing=is_marketing,
        title=title,
        says_when_read=says_when_read,
        module=module,
    )
    _registry[code] = message
    return message


def registered_messages() -> list[Message]:
    return sorted(_registry.values(), key=lambda message: message.code)


def messages_to_choose() -> list[Message]:
    """Those with something to choose about, as their rooms put them in order."""
    return [message for message in _registry.values() if message.may_be_switched_off or message.text_message]


def message(code: str) -> Message:
    return _registry[code]


def find_message(code: str) -> Message | None:
    return _registry.get(code)


def placeholders_in(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of {names}. A value is text and is never read for placeholders again."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)

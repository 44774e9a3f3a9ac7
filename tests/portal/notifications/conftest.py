"""A message of the tests' own."""

from collections.abc import Iterator

import pytest

from portal.notifications import messages


@pytest.fixture
def greeting() -> Iterator[str]:
    """A message that knows a name and needs a link."""
    before = dict(messages._registry)
    messages.register_message(
        "greeting",
        "Dzień dobry",
        "Dzień dobry, {name}!\n\nZobacz stronę: {link}\n\nPozdrawiamy, {utility}",
        {"name": "the reader's name", "link": "address"},
        needed=["link"],
        when="Sent by tests.",
    )
    yield "greeting"
    messages._registry.clear()
    messages._registry.update(before)

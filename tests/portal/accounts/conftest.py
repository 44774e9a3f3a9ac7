"""The rules of the tests' utility, and a stand-in for the pages that this room leads to by name."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.utility import rulebook
from portal.utility.models import RuleRecord


@pytest.fixture
def customer_numbers(db: None) -> Iterator[Any]:
    """People sign in with the customer number or the e-mail."""
    yield RuleRecord.objects.create(
        rule_set="sign_in",
        effective_from="2020-01-01",
        values={
            "identifiers": ["customer_number", "email"],
            "label": "Numer użytkownika lub e-mail",
            "hint": "Numer użytkownika to 6 pierwszych cyfr numeru faktury.",
        },
    )
    rulebook.forget()

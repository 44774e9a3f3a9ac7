"""Złoty: what people type, how amounts are written, and that only money.py rounds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import money


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("135,38", "135.38"),
        ("135.38", "135.38"),
        (" 1 234,50 zł", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("12", "12.00"),
        ("0,5", "0.50"),
        ("-3,20", "-3.20"),
    ],
)
def test_an_amount_is_understood_however_it_is_typed(typed: str, meant: str) -> None:
    assert money.parse_amount(typed) == Decimal(meant)


@pytest.mark.parametrize(
    "typed", ["", "abc", "12,345", "1,2,3", "NaN", "Infinity", "--5", ".", "1e2", "1e30", "1e-2", "1_0", "9" * 20]
)
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(money.NotAnAmount) as refusal:
        money.parse_amount(typed)

    assert str(refusal.value).endswith(".")


def test_halves_are_rounded_up() -> None:
    assert money.round_half_up(Decimal("0.125")) == Decimal("0.13")
    assert money.round_half_up(Decimal("-0.125")) == Decimal("-0.13")


def test_an_amount_is_written_the_polish_way() -> None:
    assert money.zloty(Decimal("1234567.5")) == "1\u00a0234\u00a0567,50\u00a0zł"
    assert money.amount(Decimal("-3.2")) == "\u22123,20"


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_grosze_come_back_as_they_went(grosze: int) -> None:
    assert money.to_grosze(money.from_grosze(grosze)) == grosze


@given(st.integers(min_value=0, max_value=10**9))
def test_what_is_written_can_be_typed_back(grosze: int) -> None:
    amount = money.from_grosze(grosze)

    assert money.parse_amount(money.zloty(amount)) == amount


def test_a_fraction_of_a_grosz_never_reaches_the_database() -> None:
    with pytest.raises(money.NotAnAmount):
        money.to_grosze(Decimal("1.005"))

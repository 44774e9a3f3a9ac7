"""What is decided about a form, without a database."""

from decimal import Decimal

import pytest

from forms.built.policies import Step, is_asked, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+48", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_can_be_taken_for_a_formula(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Tak", "", "a=b", Decimal(-2), None])
def test_everything_else_is_written_as_it_is(value):
    assert safe_cell(value) == value


def test_a_step_without_a_condition_is_asked_of_everybody():
    assert is_asked(Step("krok-1", "Początek"), lambda name: [])


def test_a_step_with_a_condition_is_asked_of_those_who_answered_so():
    step = Step("krok-2", "Co nie działa?", only_if="czy", only_if_answer="Tak")
    assert is_asked(step, {"czy": ["Tak", "Może"]}.__getitem__)
    assert not is_asked(step, {"czy": ["Nie"]}.__getitem__)

"""What a correction changes: which line was which, and by how much."""

from decimal import Decimal

from portal.billing.ksef.corrections import changes
from portal.billing.ksef.invoice import Line


def line(number, quantity, *, before=False, name="Woda", unique_id=None, unit="m3"):
    return Line(
        number=number,
        name=name,
        unit=unit,
        quantity=Decimal(quantity),
        net=Decimal(quantity) * 5,
        is_before=before,
        unique_id=unique_id,
    )


def pairs(*lines):
    found = changes(lines)
    assert found is not None
    return [(change.before, change.after) for change in found]


def test_lines_that_state_differences_are_not_paired():
    assert changes((line(1, -10), line(2, -3))) is None


def test_a_line_before_is_followed_by_the_line_after():
    was, now, was_too, now_too = line(1, 112, before=True), line(2, 102), line(3, 7, before=True), line(4, 9)
    assert pairs(was, now, was_too, now_too) == [(was, now), (was_too, now_too)]


def test_the_same_number_joins_lines_that_stand_apart():
    was, was_too = line(1, 5, before=True), line(2, 8, before=True)
    now, now_too = line(1, 6), line(2, 9)
    assert pairs(was, was_too, now, now_too) == [(was, now), (was_too, now_too)]


def test_the_unique_number_wins_over_the_line_number():
    was = line(1, 5, before=True, unique_id="a")
    other, now = line(1, 6, unique_id="b"), line(2, 7, unique_id="a")
    assert pairs(was, other, now) == [(was, now), (None, other)]


def test_a_line_after_may_stand_first():
    now, was = line(1, 6), line(1, 5, before=True)
    assert pairs(now, was) == [(was, now)]


def test_a_line_that_is_gone_differs_by_all_of_it():
    (change,) = changes((line(1, 5, before=True),)) or ()
    assert change.after is None
    assert (change.quantity, change.net) == (-5, -25)


def test_differences_are_after_less_before():
    (change,) = changes((line(1, 112, before=True), line(2, 102))) or ()
    assert (change.quantity, change.net) == (-10, -50)


def test_quantities_in_different_units_have_no_difference():
    (change,) = changes((line(1, 2, before=True, unit="okres"), line(2, 60, unit="dzień"))) or ()
    assert change.quantity is None
    assert change.net == 290

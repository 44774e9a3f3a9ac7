"""Who proves what with the number and the amount of an invoice, and how often one may try."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.billing.policies import first_recent_day, fold_number
from portal.billing.proof import NotProven, Proven, TooMany, prove_invoice
from tests.factories import make_charge, make_customer, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Any:
    return make_charge(make_customer(number="012345"), "135.38", number="012345/11/2026").entry.invoice


def prove(
    number: str = "012345/11/2026", amount: str = "135.38", person: str = "anna", address: str = "192.0.2.7"
) -> Any:
    return prove_invoice(number=number, amount=Decimal(amount), person=person, address=address)


@pytest.mark.parametrize("typed", ["012345/11/2026", " 012345 / 11 / 2026 ", "012345-11-2026", "012345112026"])
def test_spaces_dashes_and_slashes_do_not_matter(invoice, typed):
    assert prove(number=typed) == Proven(invoice_id=invoice.pk, customer_id=invoice.customer_id)


def test_capital_and_small_letters_do_not_matter():
    assert fold_number("fv/12/a") == fold_number("FV-12 A") == "FV12A"


def test_the_amount_may_be_the_gross_or_what_was_to_be_paid(invoice):
    invoice.to_pay = Decimal("120.00")
    invoice.save()
    assert isinstance(prove(amount="135.38"), Proven)
    assert isinstance(prove(amount="120.00"), Proven)


def test_nothing_to_pay_proves_nothing(invoice):
    invoice.to_pay = Decimal(0)
    invoice.save()
    assert prove(amount="0.00") == NotProven()


def test_no_such_invoice_and_a_wrong_amount_get_the_same_answer_for_the_same_work(invoice):
    prove(number="1", person="another")  # the rules are read once and kept
    with CaptureQueriesContext(connection) as no_such:
        first = prove(number="999999/11/2026")
    with CaptureQueriesContext(connection) as wrong:
        second = prove(amount="1.00")
    assert first == second == NotProven()
    assert len(no_such) == len(wrong) == 1


def test_an_invoice_older_than_the_rule_says_proves_nothing(invoice):
    invoice.issued_on = clock.today() - timedelta(days=200)
    invoice.save()
    assert prove() == NotProven()


def test_an_invoice_of_six_months_ago_to_the_day_still_proves(invoice):
    invoice.issued_on = first_recent_day(clock.today(), 6)
    invoice.save()
    assert isinstance(prove(), Proven)


def test_the_last_day_of_a_long_month_has_its_day_in_a_short_one():
    assert first_recent_day(date(2026, 8, 31), 6) == date(2026, 2, 28)


def test_two_customers_with_the_same_number_and_amount_prove_nothing(invoice):
    make_charge(make_customer(), "135.38", number="0123/45/11/2026")
    assert prove() == NotProven()


def test_a_number_of_signs_alone_proves_nothing():
    assert prove(number="//--") == NotProven()


def test_after_five_wrong_attempts_even_the_right_one_waits(invoice):
    with clock.stopped(moment("2026-11-20 10:00")):
        for attempt in range(5):
            assert (
                prove(amount=f"{attempt}.01", person=f"person {attempt}", address=f"192.0.2.{attempt}") == NotProven()
            )
        assert prove() == TooMany(until=moment("2026-11-20 11:00"))


def test_after_the_pause_one_may_try_again(invoice):
    with clock.stopped(moment("2026-11-20 10:00")):
        for attempt in range(5):
            prove(amount=f"{attempt}.01")
    with clock.stopped(moment("2026-11-20 11:00")):
        assert isinstance(prove(), Proven)


def test_one_person_may_not_go_through_many_invoices(invoice):
    for attempt in range(5):
        prove(number=f"{attempt}/11/2026")
    assert isinstance(prove(), TooMany)


def test_one_address_may_not_go_through_many_invoices_as_many_people(invoice):
    for attempt in range(20):
        prove(number=f"{attempt}/11/2026", person=f"person {attempt}")
    assert isinstance(prove(), TooMany)
    assert isinstance(prove(address="192.0.2.8"), Proven)


def test_addresses_of_one_ipv6_subscriber_count_as_one(invoice):
    for attempt in range(20):
        prove(number=f"{attempt}/11/2026", person=f"person {attempt}", address=f"2001:db8:1:2::{attempt:x}")
    assert isinstance(prove(address="2001:db8:1:2:ffff::1"), TooMany)


def test_a_wrong_attempt_at_an_invoice_that_does_not_exist_counts_too(invoice):
    for attempt in range(5):
        prove(number="999999/1/2026", person=f"person {attempt}")
    assert isinstance(prove(number="999999/1/2026", person="another"), TooMany)


def test_right_answers_are_not_counted(invoice):
    assert all(isinstance(prove(), Proven) for _ in range(12))


def test_the_count_names_neither_the_invoice_nor_the_person(invoice):
    prove(amount="1.00")
    assert not any("012345" in key or "anna" in key for key in cache._cache)

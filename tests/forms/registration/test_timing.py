"""Nobody learns from the clock: what does not exist takes as long as what is only wrong."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ebok.settings import base
from portal.accounts.actions import give_identifier
from portal.billing.proof import NotProven, prove_invoice
from tests.factories import make_charge, make_customer, make_user

pytestmark = pytest.mark.django_db
Act = Callable[[], Any]


def shortest(*acts: Act, rounds: int) -> list[float]:
    """The shortest time of each, taken in turns, so that what else the machine does falls on all alike."""
    times: list[list[float]] = [[] for _ in acts]
    for _round in range(rounds):
        for act, spent in zip(acts, times, strict=True):
            cache.clear()  # the counts of attempts begin anew
            started = time.perf_counter()
            act()
            spent.append(time.perf_counter() - started)
    return [min(spent) for spent in times]


def statements(act: Act) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as spent:
        act()
    return len(spent)


def assert_alike(one: Act, other: Act, *, rounds: int = 60, within: float = 1.25) -> None:
    one()
    other()  # rules, templates and plans are read once and kept
    assert statements(one) == statements(other)
    first, second = shortest(one, other, rounds=rounds)
    assert 1 / within < first / second < within, f"{first * 1000:.2f} ms and {second * 1000:.2f} ms"


@pytest.fixture
def anna():
    user = make_user("anna@example.pl")
    give_identifier(user, "email", "anna.druga@example.pl")
    return user


def signing_in(login: str) -> Act:
    return lambda: Client().post("/konto/zaloguj/", {"login": login, "password": "nie-to-haslo-wcale"})


def test_no_such_account_and_a_wrong_password(settings, anna):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS  # the real ones: slow on purpose
    make_user("jan@example.pl")
    assert_alike(signing_in("jan@example.pl"), signing_in("nobody@example.pl"), rounds=6)


def asking_for_a_password(email: str) -> Act:
    return lambda: Client().post("/konto/haslo/nie-pamietam/", {"email": email})


def test_a_new_password_for_a_known_and_an_unknown_e_mail(anna):
    assert_alike(asking_for_a_password("anna@example.pl"), asking_for_a_password("nobody@example.pl"))


def proving(number: str, amount: str) -> Act:
    def act() -> None:
        answer = prove_invoice(number=number, amount=Decimal(amount), person=str(uuid4()), address="192.0.2.7")
        assert isinstance(answer, NotProven)

    return act


def test_no_such_invoice_and_another_amount():
    make_charge(make_customer(), "135.38", number="012345/11/2026")
    assert_alike(proving("012345/11/2026", "99.00"), proving("999999/11/2026", "99.00"))

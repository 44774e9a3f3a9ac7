"""That the locks are needed and enough: PostgreSQL only, where two transactions truly run side by side."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet

from payments import actions, events
from payments.gateways import sandbox
from payments.models import GatewayEvent, Payment, SandboxSession
from portal import clock
from portal.billing import transit
from portal.billing.models import OpenItem, Transit
from portal.journal.models import AuditLine
from portal.outbox.models import OutboxFact
from tests import factories
from tests.side_by_side import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite lets one writer in at a time, so it cannot show what a lock is for.",
    ),
]


@pytest.fixture
def wide_window(monkeypatch):
    """Whoever has looked at what is left waits a moment before taking it: the race happens each time, if it can."""
    look = transit.claims

    def slowly(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        threading.Event().wait(0.3)
        return found

    monkeypatch.setattr(transit, "claims", slowly)


@pytest.fixture
def without_locks(monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)


def hold_all_at_once(item: OpenItem) -> list[Any]:
    until = clock.now() + timedelta(minutes=31)
    return at_once(
        4,
        lambda number: transit.hold(
            customer_id=item.customer_id, items=[(item.pk, Decimal("135.38"))], reference=f"R{number}", until=until
        ),
    )


@pytest.mark.usefixtures("wide_window")
def test_of_four_who_pay_one_invoice_at_once_one_holds_it():
    item = factories.make_charge(factories.make_customer(), "135.38")
    results = hold_all_at_once(item)

    assert sum(isinstance(result, Transit) for result in results) == 1
    assert sum(isinstance(result, transit.ItemHeld) for result in results) == 3


@pytest.mark.usefixtures("wide_window", "without_locks")
def test_without_the_locks_several_would_hold_it():
    """The control: were this to hold one as well, the test above would show nothing."""
    item = factories.make_charge(factories.make_customer(), "135.38")
    hold_all_at_once(item)

    assert Transit.objects.count() > 1


def paid_payment(bill) -> Payment:
    payment = bill.start()
    sandbox.pay(payment.session_id, "blik")
    return payment


@pytest.mark.usefixtures("wide_window")
def test_five_jobs_for_one_payment_settle_it_once(bill):
    payment = paid_payment(bill)
    results = at_once(5, lambda _: actions.ask_gateway(Payment.objects.get(pk=payment.pk)))

    assert [result.state for result in results] == ["succeeded"] * 5
    assert AuditLine.objects.filter(deed="payment_succeeded").count() == 1
    assert OutboxFact.objects.filter(kind="payment").count() == 1


@pytest.mark.usefixtures("wide_window", "without_locks")
def test_without_the_locks_they_would_settle_it_several_times(bill):
    """The control of the test above."""
    payment = paid_payment(bill)
    at_once(5, lambda _: actions.ask_gateway(Payment.objects.get(pk=payment.pk)))

    assert AuditLine.objects.filter(deed="payment_succeeded").count() > 1


def test_five_deliveries_of_one_message_at_once_are_kept_once(bill):
    payment = paid_payment(bill)
    message = sandbox.message(SandboxSession.objects.get(session_id=payment.session_id), event_id="evt_1")
    results = at_once(5, lambda _: events.receive_event("sandbox", *message))

    assert all(isinstance(result, GatewayEvent) for result in results)
    assert GatewayEvent.objects.count() == 1


def test_two_presses_at_once_make_one_payment(bill):
    from uuid import uuid4  # noqa: PLC0415 - only here

    press = uuid4()
    results = at_once(4, lambda _: bill.start(press=press))

    assert {getattr(result, "pk", result) for result in results} == {Payment.objects.get().pk}


@pytest.mark.usefixtures("wide_window")
def test_of_two_payments_settled_at_once_for_one_invoice_one_takes_it():
    item = factories.make_charge(factories.make_customer(), "135.38")
    for number in range(2):
        transit.hold(
            customer_id=item.customer_id,
            items=[(item.pk, Decimal("135.38"))],
            reference=f"R{number}",
            until=clock.now() - timedelta(minutes=1),
        )
    results = at_once(2, lambda number: transit.settle(f"R{number}", clock.now()))

    assert sum(isinstance(result, transit.AlreadyPaid) for result in results) == 1
    assert Transit.objects.filter(state=Transit.State.PAID).count() == 1

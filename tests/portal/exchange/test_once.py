"""What an import sets off happens once, however often a delivery comes and wherever an import was killed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.accounts.actions import publish_terms
from portal.billing import transit
from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.e_invoice import give_consent, return_to_paper
from portal.billing.models import Invoice, LedgerEntry, OpenItem, Transit, TransitBooking
from portal.customers.models import Customer
from portal.desk.models import Task
from portal.exchange.actions import import_delivery
from portal.journal.models import AuditLine
from portal.metering import actions as metering
from portal.metering.models import Meter, MeterReading, Submission
from tests import factories
from tests.portal.exchange.conftest import AS_OF, charge, payment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lenient")]
LATER = AS_OF + timedelta(days=1)


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.fixture
def awaited(take, delivery):
    """A customer who signs in, has paid an invoice online and given a reading; the next delivery books both.

    It also brings a new invoice, an e-invoice agreed to, a property manager without an account, a balance that disagrees and a faulty row.
    """
    take()
    anna = Customer.objects.get(external_id="K1")
    factories.make_owner(anna, email="anna@example.pl")
    item = OpenItem.objects.get(entry__external_id="L1")
    transit.hold(
        customer_id=anna.pk,
        items=[(item.pk, Decimal("40.00"))],
        reference="EBOK-1",
        until=clock.now() + timedelta(hours=1),
    )
    transit.settle("EBOK-1", clock.now())
    given(Meter.objects.get(), 504, date(2026, 11, 18))
    terms = publish_terms(
        kind="e_invoice", language="pl", version="1", effective_from=date(2026, 1, 1), title="E-faktura", text="Zgoda."
    )
    give_consent(customer=anna, terms=terms, email="anna@example.pl", by="form A")
    EInvoiceConsent.objects.update(given_at=AS_OF)
    delivery.row("contracts", "U1")["e_invoice"] = "e_invoice"
    return_to_paper(customer=Customer.objects.get(external_id="K2"), contract=None, by="clerk")
    EInvoiceWithdrawal.objects.update(withdrawn_at=AS_OF)
    delivery.rows("invoices").append(
        {"id": "F1", "customer": "K1", "number": "1/11/2026", "issued_on": date(2026, 11, 19), "gross": "80,00"}
    )
    delivery.rows("ledger").append(payment("L8", "K1", "-40.00", booked=date(2026, 11, 20), reference="EBOK-1"))
    delivery.rows("readings").append(
        {"id": "R9", "meter": "M1", "value": "504", "read_on": date(2026, 11, 19), "source": "customer"}
    )
    delivery.rows("managers").append({"customer": "K2", "email": "nobody@example.pl"})
    delivery.row("customers", "K2")["stated_balance"] = "1,00"
    delivery.rows("customers").append({"id": "K3", "number": "000003", "kind": "king", "name": "Kos"})
    return delivery


def given(meter: Meter, value: int, day: date) -> None:
    reading = MeterReading.objects.create(meter=meter, value=value, read_on=day, state="accepted", source="customer")
    Submission.objects.create(reading=reading, submitted_at=clock.now())


def set_off() -> dict[str, int]:
    return {
        "letters": sum("1/11/2026" in letter.body for letter in mail.outbox),
        "announced": Invoice.objects.exclude(announced_at=None).count(),
        "bookings": TransitBooking.objects.count(),
        "transits booked": Transit.objects.filter(state="booked").count(),
        "readings booked": Submission.objects.filter(booked_as="R9", reading__state="booked").count(),
        "said of payments": AuditLine.objects.filter(deed="transit_booked").count(),
        "said of consents": AuditLine.objects.filter(deed="e_invoice_confirmed").count(),
        "consents confirmed": EInvoiceConsent.objects.exclude(confirmed_at=None).count(),
        "said of withdrawals": AuditLine.objects.filter(deed="e_invoice_withdrawal_confirmed").count(),
        "withdrawals confirmed": EInvoiceWithdrawal.objects.exclude(confirmed_at=None).count(),
        "said of readings": AuditLine.objects.filter(deed="reading_booked").count(),
        "manager's tasks": Task.objects.filter(kind="manager_without_account").count(),
        "tasks of figures": Task.objects.filter(kind="balance_question").count(),
        "tasks of faults": Task.objects.filter(kind="import_fault").count(),
    }


def test_each_effect_comes_once_however_often_the_delivery_does(awaited, run_jobs, monkeypatch):
    path = awaited.write(as_of=LATER)
    for last_step in ("portal.exchange.merge.match_booked", "portal.exchange.merge.note"):
        with monkeypatch.context() as patched:
            patched.setattr(last_step, lambda *_args, **_more: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                import_delivery(path)
        run_jobs()
        assert set(set_off().values()) == {0}, "An import that was killed has set something off."
    for hours in (0, 0, 5):  # the same twice, and the same rows in a later one
        assert import_delivery(awaited.write(as_of=LATER + timedelta(hours=hours))).is_merged
        run_jobs()
        run_jobs()
        assert set_off() == dict.fromkeys(set_off(), 1)


def test_payments_and_readings_are_booked_in_a_few_statements_however_many_come(take, delivery):
    delivery.files["ledger"] = [charge("L1", "K1", "1000.00")]
    take()
    anna, meter = Customer.objects.get(external_id="K1"), Meter.objects.get()
    counts = []
    for size, start in ((3, 0), (300, 1000)):
        for number in range(start, start + size):
            Transit.objects.create(
                reference=f"EBOK-{number}", customer=anna, amount=Decimal("0.01"), state="paid", paid_at=clock.now(),
                held_until=clock.now(),
            )  # fmt: skip
            given(meter, 1000 + number, date(2026, 11, 18))
            factories.make_entry(
                anna, "-0.01", kind="payment", reference=f"EBOK-{number}", external_id=f"E{number}", source="billing"
            )
            MeterReading.objects.create(
                meter=meter, value=1000 + number, read_on=date(2026, 11, 18), state="booked", external_id=f"B{number}",
                source="customer",
            )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            done = transit.book_entries(LedgerEntry.objects.filter(reference__startswith="EBOK").order_by("pk"))
            assert (done.transits, metering.match_booked()) == (size, size)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 10, counts  # a hundred times as many
    assert AuditLine.objects.filter(deed="transit_booked").count() == 303
    assert AuditLine.objects.filter(deed="reading_booked").count() == 303

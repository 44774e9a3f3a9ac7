"""What a night ends, what a hold keeps, and what a dry run leaves alone. Quoted from docs/rules/retention.md."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command

from payments.models import GatewayEvent
from portal import clock, jobs
from portal.billing.models import Invoice, InvoiceLine
from portal.customers.models import StaffVisit
from portal.journal.actions import note
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.retention import actions
from portal.retention.actions import lift_hold, place_hold, purge
from portal.retention.models import PurgeRun
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories


@pytest.fixture
def customer(db):
    return factories.make_customer()


def an_old_invoice(customer, issued_on=date(2019, 12, 31)):
    """With its original in the private storage, and one line."""
    invoice = factories.make_charge(customer, issued_on=issued_on).entry.invoice
    invoice.original.save("f.xml", ContentFile(b"<Faktura/>"))
    InvoiceLine.objects.create(invoice=invoice, position=1, description="Woda")
    return invoice


def line(run: PurgeRun, code: str) -> dict:
    return next(line for line in run.report if line["code"] == code)


def test_an_invoice_loses_its_content_six_years_after_the_end_of_its_year(customer, django_capture_on_commit_callbacks):
    old, young = an_old_invoice(customer), an_old_invoice(customer, date(2020, 1, 1))
    name = old.original.name

    with django_capture_on_commit_callbacks(execute=True):
        run = purge(is_dry=False)

    assert line(run, "invoices") == {"code": "invoices", "before": "2020-01-01", "due": 1, "held": 0, "ended": 1}
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.original.name, old.lines.count()) == ("", 0)
    assert not storages["private"].exists(name)
    assert young.original
    assert old.entries.get().amount == old.gross  # the money stays


def test_a_purge_twice_ends_nothing_more(customer):
    an_old_invoice(customer)
    purge(is_dry=False)
    assert line(purge(is_dry=False), "invoices")["due"] == 0


def test_a_file_that_another_row_names_stays(customer, django_capture_on_commit_callbacks):
    old = an_old_invoice(customer)
    copy = an_old_invoice(customer, date(2024, 5, 5))
    Invoice.objects.filter(pk=copy.pk).update(original=old.original.name)
    with django_capture_on_commit_callbacks(execute=True):
        purge(is_dry=False)
    assert storages["private"].exists(old.original.name)


def test_a_dry_run_counts_and_ends_nothing(customer):
    old = an_old_invoice(customer)
    run = purge(is_dry=True)
    assert line(run, "invoices") | {"before": ""} == {"code": "invoices", "before": "", "due": 1, "held": 0, "ended": 0}
    old.refresh_from_db()
    assert old.original
    assert not AuditLine.objects.filter(deed="purged").exists()


def test_a_legal_hold_keeps_what_is_a_customer_s_until_it_is_lifted(customer):
    old = an_old_invoice(customer)
    free = an_old_invoice(factories.make_customer())
    clerk = factories.make_staff()
    hold = place_hold(customer=customer.public_id, of_whom=str(customer), reason="Pozew VI C 14/26", by=clerk)

    run = purge(is_dry=False)
    assert {name: line(run, "invoices")[name] for name in ("due", "held", "ended")} == {"due": 2, "held": 1, "ended": 1}
    assert Invoice.objects.get(pk=old.pk).original
    assert not Invoice.objects.get(pk=free.pk).original

    lift_hold(hold, by=clerk)
    assert line(purge(is_dry=False), "invoices")["ended"] == 1


def test_a_hold_on_a_person_keeps_that_person_s_letters(customer):
    held, other = factories.make_owner(customer), factories.make_user()
    for user in (held, other):
        Delivery.objects.create(
            message="password_changed",
            about=f"user:{user.pk}",
            recipient=user.email,
            user=user,
            subject="Hasło",
            body="Zmienione",
            message_id=str(user.pk),
            state=Delivery.State.SENT,
            queued_at=clock.now() - timedelta(days=1000),
        )
    place_hold(user=held, of_whom=str(held), reason="Pozew VI C 14/26", by=factories.make_staff())
    purge(is_dry=False)
    assert list(Delivery.objects.values_list("user", flat=True)) == [held.pk]


def test_who_looked_is_forgotten_in_time_and_what_was_done_is_not(customer):
    clerk = factories.make_staff()
    with clock.stopped(clock.now() - timedelta(days=900)):
        note("signed_in", about=f"user:{clerk.public_id}", by=clerk)
        note("access_granted", about="delegation:1", by=clerk)
        StaffVisit.objects.create(
            staff=clerk, customer=customer, reason="Zgłoszenie", opened_at=clock.now(), ends_at=clock.now()
        )
    purge(is_dry=False)
    assert set(AuditLine.objects.values_list("deed", flat=True)) == {"access_granted", "purged"}
    assert not StaffVisit.objects.exists()


def test_a_gateway_s_message_loses_its_contents_once_it_was_acted_on(db):
    long_ago = clock.now() - timedelta(days=400)
    for event_id, acted in {"done": long_ago, "waits": None}.items():
        GatewayEvent.objects.create(
            gateway="sandbox", event_id=event_id, kind="k", payload={"a": 1}, received_at=long_ago, acted_on_at=acted
        )
    purge(is_dry=False)
    assert dict(GatewayEvent.objects.values_list("event_id", "payload")) == {"done": {}, "waits": {"a": 1}}


def test_a_closed_account_leaves_no_letters_and_no_name_in_the_log(db):
    user = factories.make_user(first_name="Halina", closed_at=clock.now() - timedelta(days=400))
    note("signed_in", about=f"user:{user.public_id}", by=user)
    run = purge(is_dry=False)
    assert line(run, "closed_accounts")["ended"] == 1
    assert AuditLine.objects.get(deed="signed_in").by == "–"
    assert line(purge(is_dry=False), "closed_accounts")["due"] == 0


def test_zero_keeps_without_end(customer):
    RuleRecord.objects.create(rule_set="retention", effective_from=date(2020, 1, 1), values={"invoices_years": 0})
    rulebook.forget()
    old = an_old_invoice(customer)
    assert line(purge(is_dry=False), "invoices") == {"code": "invoices", "before": "", "due": 0, "held": 0, "ended": 0}
    old.refresh_from_db()
    assert old.original


def test_many_rows_are_ended_in_batches(customer, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    for _ in range(5):
        an_old_invoice(customer)
    assert line(purge(is_dry=False), "invoices")["ended"] == 5


def test_the_command_says_what_would_end_and_ends_it_at_the_next_word(customer):
    an_old_invoice(customer)
    said = StringIO()
    call_command("purge", "--dry-run", stdout=said)
    assert "Nothing was ended: a dry run." in said.getvalue()
    call_command("purge", stdout=said)
    assert not Invoice.objects.get().original


def test_the_scheduler_purges_each_night(customer, run_jobs):
    an_old_invoice(customer)
    assert "portal.retention.tasks.purge_by_night" in {entry.name for entry in jobs.schedule()}
    jobs.later("portal.retention.tasks.purge_by_night")
    run_jobs()
    assert PurgeRun.objects.get().finished_at

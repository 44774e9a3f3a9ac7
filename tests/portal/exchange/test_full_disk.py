"""A disk that is full while a delivery is read, checked, merged or its files are kept: a sentence, and nothing half-written."""

import errno
from pathlib import Path

import pytest
from django.db import IntegrityError, connection

from portal.billing.models import Invoice
from portal.customers.models import Customer
from portal.exchange.actions import import_delivery
from portal.exchange.faults import Stopped
from portal.exchange.models import BillingDelivery
from portal.exchange.staged import Staged
from tests.portal.billing.ksef_files import invoice_file
from tests.portal.exchange.test_cutting import held


@pytest.fixture
def many(delivery):
    for number in range(3, 3_000):
        delivery.rows("customers").append(
            {
                "id": f"K{number}",
                "number": f"{number:06}",
                "kind": "person",
                "name": f"Nowak {number}",
                "street": "x" * 90,
            }
        )
    return delivery


class FullSqlite:
    """The database file may grow by so many pages: SQLite then says what it says on a full disk."""

    def __init__(self, pages):
        self.pages = pages

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")  # pages that other tests have freed would be room
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + self.pages}")

    def __exit__(self, *_fault):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")


class FullPostgresql:
    """The server answers an insert as it does when its disk is full (53100)."""

    def __init__(self, table):
        self.table = table

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION"
                " 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(
                f"CREATE TRIGGER full_disk BEFORE INSERT ON {self.table} FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
            )

    def __exit__(self, *_fault):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER full_disk ON {self.table}")


def full(moment):
    if connection.vendor == "postgresql":
        return FullPostgresql({"reading": "exchange_staged_ledger", "merging": "billing_ledgerentry"}[moment])
    return FullSqlite({"reading": 20, "merging": 120}[moment])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["reading", "merging"])
def test_a_full_disk_of_the_database_is_a_sentence_and_the_next_run_goes_on(many, moment):
    path = many.write()
    before = held()
    with full(moment), pytest.raises(Stopped) as stopped:
        import_delivery(path)
    assert ("full" in str(stopped.value)) or ("No space left on device" in str(stopped.value))
    assert str(stopped.value).endswith("Put that right and start it again; it goes on from what was read.")
    assert held() == before
    assert BillingDelivery.objects.get().state == "staging"
    outcome = import_delivery(path)
    assert outcome.is_merged, outcome.faults
    assert (Customer.objects.count(), BillingDelivery.objects.get().state) == (2_999, "merged")
    assert not Staged.of("customers").objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("lenient")
def test_a_full_disk_of_the_files_is_a_sentence_and_half_a_file_is_written_anew(take, delivery, monkeypatch):
    content = invoice_file(("000123/11/2026", "full/11/2026"), ("000123", "000001"))  # which no other test has stored
    delivery.files["invoices_xml"] = [{"id": "F1", "customer": "K1", "xml": "xml/f.xml"}]
    delivery.papers["xml/f.xml"] = content

    def fills_up(self, name, _content):
        at = Path(self.path(name))
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_bytes(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.files.storage.FileSystemStorage._save", fills_up)
        with pytest.raises(Stopped, match=r"No space left on device\. Nothing of the delivery is taken over\."):
            take()
    assert not Invoice.objects.exists()
    assert not Customer.objects.exists()
    assert take().is_merged
    with Invoice.objects.get().original.open() as kept:
        assert kept.read() == content


@pytest.mark.django_db
def test_what_is_wrong_with_the_code_is_not_told_as_a_full_disk(delivery, monkeypatch):
    def wrong(*_args):
        raise IntegrityError("duplicate key")

    monkeypatch.setattr("portal.exchange.merge.Merge.carry_out", wrong)
    with pytest.raises(IntegrityError):
        import_delivery(delivery.write())
    assert not Customer.objects.exists()

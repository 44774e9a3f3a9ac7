"""What lies in the drop folder is taken when it is whole, archived, and reported on beside it."""

import shutil
from datetime import timedelta

import pytest
from django.core import mail

from portal.customers.models import Customer
from portal.desk.models import Task
from portal.exchange import tasks
from portal.exchange.models import BillingDelivery
from tests.portal.exchange.conftest import AS_OF

pytestmark = pytest.mark.django_db


@pytest.fixture
def drop(tmp_path, settings):
    settings.EBOK_EXCHANGE_DROP = str(tmp_path / "drop")
    settings.EBOK_OPERATORS = ["it@example.pl"]
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def test_a_whole_delivery_is_taken_archived_and_reported(drop, delivery):
    shutil.copytree(delivery.write(), drop / "noc-1")
    tasks.take_dropped()
    assert Customer.objects.count() == 2
    names = sorted(path.name.split("-", 2)[2] for path in (drop / "archive").iterdir())
    assert names == ["noc-1", "noc-1.txt"]
    assert "2" in next((drop / "archive").glob("*.txt")).read_text().splitlines()[1]
    assert [path.name for path in drop.iterdir()] == ["archive"]


def test_what_is_still_on_its_way_waits(drop, delivery):
    shutil.copytree(delivery.write(), drop / "noc-1")
    manifest = (drop / "noc-1" / "manifest.json").rename(drop / "later")
    (drop / "noc-2.zip").write_bytes(b"PK\x03\x04 half of it")
    tasks.take_dropped()
    assert not Customer.objects.exists()
    manifest.rename(drop / "noc-1" / "manifest.json")
    (drop / "noc-1" / "ledger.csv").rename(drop / ".ledger.csv")
    tasks.take_dropped()
    assert not BillingDelivery.objects.exists()


def test_deliveries_are_taken_in_the_order_of_their_moments(drop, delivery):
    shutil.copytree(delivery.write(as_of=AS_OF + timedelta(hours=1)), drop / "a")
    shutil.copytree(delivery.write(as_of=AS_OF), drop / "b")
    tasks.take_dropped()
    assert list(BillingDelivery.objects.order_by("pk").values_list("name", "state")) == [
        ("b", "merged"),
        ("a", "merged"),
    ]


def test_a_refused_one_lies_apart_and_the_operators_are_written_to(drop, delivery, run_jobs):
    delivery.row("ledger", "L1")["amount"] = "much"
    shutil.copytree(delivery.write(), drop / "noc-1")
    tasks.take_dropped()
    report = next((drop / "refused").glob("*.txt")).read_text()
    assert "ledger.csv:2: In amount, “much” is not an amount" in report
    run_jobs()
    [letter] = mail.outbox
    assert (letter.to, "noc-1" in letter.subject) == (["it@example.pl"], True)
    assert "ledger.csv:2: In amount" in letter.body


def test_figures_that_grow_old_are_an_alarm_that_ends_by_itself(drop, delivery, settings, run_jobs):
    shutil.copytree(delivery.write(as_of=AS_OF - timedelta(days=4)), drop / "noc-1")
    tasks.take_dropped()
    tasks.check_freshness()
    task = Task.objects.get(kind="import_stale")
    assert (task.state, "16.11.2026 04:00" in task.title) == ("open", True)
    shutil.copytree(delivery.write(), drop / "noc-2")
    tasks.take_dropped()
    tasks.check_freshness()
    task.refresh_from_db()
    assert task.state == "done"

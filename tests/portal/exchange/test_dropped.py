"""What lies in the drop folder is taken when it is whole, archived, and reported on beside it."""

import json
import os
import shutil
import time
from datetime import timedelta

import pytest
from django.core import mail

from portal.customers.models import Customer
from portal.desk.models import Task
from portal.exchange import dropped, leaving_out, tasks
from portal.exchange.models import BillingDelivery
from tests.portal.exchange.conftest import AS_OF
from tests.portal.exchange.test_package import zipped

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


def test_what_the_portal_fails_on_is_put_aside_and_what_came_after_it_is_taken(drop, delivery, monkeypatch, run_jobs):
    shutil.copytree(delivery.write(), drop / "noc-1")
    shutil.copytree(drop / "noc-1", drop / "noc-2")
    leave_out, fails = leaving_out.leave_out, iter([True])

    def fail_once(*args):
        if next(fails, False):
            raise ArithmeticError
        return leave_out(*args)

    monkeypatch.setattr(leaving_out, "leave_out", fail_once)
    tasks.take_dropped()
    run_jobs()
    assert Customer.objects.count() == 2
    (told,) = (drop / "refused").glob("*-noc-1.txt")
    assert "nothing of it is taken over" in told.read_text()
    assert list((drop / "archive").glob("*-noc-2"))
    assert [message.to for message in mail.outbox] == [["it@example.pl"]]


@pytest.fixture
def aged(drop):
    """Nothing has been written to the drop folder for a while."""

    def age():
        long_ago = time.time() - dropped.SETTLED_AFTER - 60
        for path in drop.rglob("*"):
            os.utime(path, (long_ago, long_ago))

    return age


def test_a_file_that_still_grows_is_not_taken_however_early_its_manifest_came(drop, delivery):
    folder = drop / "noc-1"
    shutil.copytree(delivery.write(), folder)
    whole = (folder / "ledger.csv").read_bytes()
    for length in (0, 40, len(whole) - 1):
        (folder / "ledger.csv").write_bytes(whole[:length])
        tasks.take_dropped()
        assert not BillingDelivery.objects.exists()
    (folder / "ledger.csv").write_bytes(whole)
    tasks.take_dropped()
    assert BillingDelivery.objects.get().state == "merged"


def test_a_zip_whose_end_came_before_its_middle_waits(drop, delivery):
    path = zipped(delivery.write(), drop / "noc-1.zip")
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + bytes(300) + whole[500:])
    tasks.take_dropped()
    assert not BillingDelivery.objects.exists()
    path.write_bytes(whole)
    tasks.take_dropped()
    assert BillingDelivery.objects.get().state == "merged"


def test_files_without_digests_are_taken_when_nobody_writes_to_them_any_more(drop, delivery, aged):
    folder = drop / "noc-1"
    shutil.copytree(delivery.write(), folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for listed in manifest["files"].values():
        del listed["sha256"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    tasks.take_dropped()
    assert not BillingDelivery.objects.exists()
    aged()
    tasks.take_dropped()
    assert BillingDelivery.objects.get().state == "merged"


def test_what_was_left_half_sent_is_refused_with_what_is_missing(drop, delivery, aged):
    shutil.copytree(delivery.write(), drop / "noc-1")
    (drop / "noc-1" / "ledger.csv").unlink()
    zipped(delivery.folder, drop / "noc-2.zip")
    (drop / "noc-2.zip").write_bytes((drop / "noc-2.zip").read_bytes()[:-50])
    aged()
    tasks.take_dropped()
    reports = {path.name.split("-", 2)[2]: path.read_text() for path in (drop / "refused").glob("*.txt")}
    assert "ledger.csv: The file is not in the delivery." in reports["noc-1.txt"]
    assert (
        "noc-2.zip: The file is not a whole ZIP; it may have been cut short on its way. Send it again."
        in reports["noc-2.zip.txt"]
    )
    assert not Customer.objects.exists()


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

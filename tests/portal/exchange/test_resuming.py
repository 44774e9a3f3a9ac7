"""An import that was killed: the next one goes on from staging and ends as if nothing had been."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from portal.exchange import staging
from portal.exchange.actions import import_delivery
from portal.exchange.faults import Stopped
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.staged import Staged
from portal.jobs import Lease
from tests.portal.exchange.conftest import AS_OF, Delivery
from tests.portal.exchange.test_cutting import held, with_more

KILLS = int(os.environ.get("EBOK_KILLS", "2"))


class Killed(BaseException):
    """What no code of ours catches."""


@pytest.mark.django_db
def test_what_was_read_is_not_read_again(delivery, monkeypatch, lenient):
    delivery.row("ledger", "L1")["amount"] = "much"
    path = delivery.write()
    with monkeypatch.context() as patched:
        patched.setattr("portal.exchange.merge.Merge.weigh", lambda _self: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            import_delivery(path)
    assert Staged.of("ledger").objects.count() == 3
    half = BillingDelivery.objects.get()
    assert (half.state, half.rows_read["ledger.csv"]) == ("staging", 3)
    monkeypatch.setattr(staging, "fill", lambda *_: pytest.fail("It was read already."))
    outcome = import_delivery(path)
    assert outcome.is_merged, outcome.faults
    assert (outcome.delivery_id, outcome.fault_counts) == (half.pk, {"row": 1})
    assert DeliveryFault.objects.count() == 1
    assert not Staged.of("ledger").objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("is_known", [False, True])
def test_what_was_concluded_before_the_kill_is_concluded_anew(delivery, monkeypatch, is_known):
    """Also of rows that are what is kept: whoever left them out was killed, and why may have passed."""
    if is_known:
        assert import_delivery(delivery.write()).is_merged
    path = delivery.write(as_of=AS_OF + timedelta(hours=1))
    with monkeypatch.context() as patched:
        patched.setattr("portal.exchange.merge.Merge.carry_out", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            import_delivery(path)
    Staged.of("customers").objects.update(verdict="out")
    outcome = import_delivery(path)
    verdict = "same" if is_known else "new"
    assert (outcome.is_merged, outcome.counts["customers"]["out"], outcome.counts["customers"][verdict]) == (True, 0, 2)


@pytest.mark.django_db
def test_another_delivery_begins_anew(delivery, monkeypatch):
    path = delivery.write()
    with monkeypatch.context() as patched:
        patched.setattr("portal.exchange.merge.Merge.weigh", lambda _self: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            import_delivery(path)
    delivery.drop("readings", "R2")
    outcome = import_delivery(delivery.write(as_of=AS_OF + timedelta(hours=1)))
    assert outcome.counts["readings"]["new"] == 1
    assert sorted(BillingDelivery.objects.values_list("state", flat=True)) == ["abandoned", "merged"]


@pytest.mark.django_db
def test_a_full_disk_is_a_sentence_and_leaves_what_was_read(delivery, monkeypatch):
    path = delivery.write()
    with monkeypatch.context() as patched:
        full = OperationalError("database or disk is full")
        patched.setattr("portal.exchange.merge.Merge.carry_out", lambda *_: (_ for _ in ()).throw(full))
        with pytest.raises(Stopped, match="stopped after 12 rows: database or disk is full"):
            import_delivery(path)
    assert import_delivery(path).is_merged


PROCESS = """
import json, os, sys, django
from ebok.settings import test
test.DATABASES["default"] |= json.loads(os.environ["EBOK_WORKER_DATABASE"])
django.setup()
from pathlib import Path
from portal.exchange.actions import import_delivery
sys.exit(0 if import_delivery(Path(sys.argv[1])).is_merged else 1)
"""


def in_a_process(path) -> subprocess.Popen:
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "ebok.settings.test",
        "PYTHONPATH": os.pathsep.join([".", "site"]),
        "EBOK_WORKER_DATABASE": json.dumps(database),
    }
    return subprocess.Popen([sys.executable, "-c", PROCESS, str(path)], env=environment)


@pytest.mark.long
def test_kill_9_at_random_moments_changes_nothing_of_the_end(transactional_db, tmp_path):
    """Real processes, really killed, again and again until one is let through (EBOK_KILLS=20 for the long run)."""
    whole = with_more(Delivery(tmp_path / "whole"))
    for number in range(3, 300):
        whole.rows("customers").append(
            {"id": f"K{number}", "number": f"{number:06}", "kind": "person", "name": f"Nowak {number}"}
        )
    path = whole.write()
    began = time.perf_counter()
    assert in_a_process(path).wait() == 0
    usual = time.perf_counter() - began
    undisturbed = held()
    dice = random.Random(7)  # noqa: S311 - moments to kill at, not secrets
    for kill in range(KILLS):
        _forget_the_import()
        process = in_a_process(path)
        time.sleep(dice.uniform(0.5, 1.0) * usual)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
        Lease.objects.all().delete()  # it would run out in a minute
        assert in_a_process(path).wait() == 0, f"after kill {kill}"
        assert held() == undisturbed, f"after kill {kill}"


def _forget_the_import():
    from django.apps import apps  # noqa: PLC0415 - models of every room

    tables = [
        model._meta.db_table
        for label in ("exchange", "billing", "metering", "customers", "desk", "journal", "waste")
        for model in apps.get_app_config(label).get_models()
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - tables of our own
        cursor.execute("PRAGMA foreign_keys = ON")

"""An import beside the yardstick: raw COPY of the same rows into the same tables with their indexes and constraints."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from portal.billing.models import Invoice, InvoiceLine
from portal.exchange.actions import import_delivery
from portal.metering.models import MeterReading
from tests.bench import deliveries

SCALE = float(os.environ.get("EBOK_BENCH_SCALE", "1"))
CUSTOMERS, INVOICES, READINGS = int(30_000 * SCALE), int(200_000 * SCALE), int(1_000_000 * SCALE)
TABLES = (MeterReading, Invoice, InvoiceLine)
NEW_LEAST, NIGHT_LEAST = 0.5, 1.0
FEW, MANY = 20_000, int(2_000_000 * SCALE)  # rows


def taken(folder: Path) -> float:
    began = time.perf_counter()
    outcome = import_delivery(folder)
    seconds = time.perf_counter() - began
    assert outcome.is_merged, outcome.faults
    assert not outcome.fault_counts
    return seconds


def copied(folder: Path) -> float:
    """The rows out of the tables and back again: seconds for the way back."""
    with connection.cursor() as cursor:
        for model in TABLES:
            with (
                (folder / model._meta.db_table).open("wb") as file,
                cursor.copy(f"COPY {model._meta.db_table} TO STDOUT") as copy,
            ):
                for block in copy:
                    file.write(block)
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in TABLES)} CASCADE")
        began = time.perf_counter()
        cursor.execute("BEGIN")
        for model in TABLES:
            with (
                (folder / model._meta.db_table).open("rb") as file,
                cursor.copy(f"COPY {model._meta.db_table} FROM STDIN") as copy,
            ):
                while block := file.read(256 * 1024):
                    copy.write(block)
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - began
        for model in TABLES:
            cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
    return seconds


def test_an_import_beside_raw_copy(transactional_db, tmp_path):
    if connection.vendor != "postgresql":
        pytest.fail("Import is measured beside COPY, which PostgreSQL has: make bench.")
    taken(deliveries.write(tmp_path / "town", deliveries.town(CUSTOMERS)))
    bills = deliveries.write(tmp_path / "bills", deliveries.bills(CUSTOMERS, INVOICES, READINGS), day=1)
    new = taken(bills)
    raw = copied(tmp_path)
    changed = deliveries.bills(CUSTOMERS, INVOICES, READINGS, changed=20)
    night = taken(deliveries.write(tmp_path / "night", changed, day=2))
    rows = INVOICES * (1 + deliveries.LINES_EACH) + READINGS
    print(f"\nrows: {rows:,} ({INVOICES:,} invoices with lines, {READINGS:,} readings)")
    print(f"raw COPY: {rows / raw:,.0f} rows/s")
    print(f"import, all new: {rows / new:,.0f} rows/s = {raw / new:.2f} of raw COPY (at least {NEW_LEAST})")
    print(f"import, 5 % changed: {rows / night:,.0f} rows/s = {raw / night:.2f} of raw COPY (at least {NIGHT_LEAST})")
    assert raw / new >= NEW_LEAST
    assert raw / night >= NIGHT_LEAST


IN_A_PROCESS = """
import resource, sys, django
django.setup()
from django.core.management import call_command
from pathlib import Path
from portal.exchange.actions import import_delivery
assert import_delivery(Path(sys.argv[1])).is_merged
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def most_memory(folder: Path) -> int:
    """Megabytes of a process of its own that takes the delivery."""
    address = urlsplit(os.environ["EBOK_TEST_DATABASE_URL"])
    environment = os.environ | {
        "EBOK_TEST_DATABASE_URL": address._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "DJANGO_SETTINGS_MODULE": "ebok.settings.test",
        "PYTHONPATH": os.pathsep.join([".", "site"]),
    }
    done = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, str(folder)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return int(done.stdout.split()[-1])


def test_memory_stays_flat(transactional_db, tmp_path):
    taken(deliveries.write(tmp_path / "town", deliveries.town(CUSTOMERS)))
    found = {}
    for day, rows in enumerate((FEW, MANY), start=1):
        files = deliveries.bills(CUSTOMERS, 0, rows)
        folder = deliveries.write(tmp_path / str(rows), {"readings": files["readings"]}, day=day)
        size = (folder / "readings.csv").stat().st_size / 1024**2
        found[rows] = most_memory(folder)
        print(f"\n{rows:,} readings, a file of {size:.0f} MB: {found[rows]} MB of memory")
    assert found[MANY] <= found[FEW] * 1.2

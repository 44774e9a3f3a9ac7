"""Large deliveries written fast, for measuring: a town of customers, then its invoices and readings."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from portal import clock
from portal.exchange.format import BY_NAME, MANIFEST, NAME, VERSION

POINTS_EACH = 1
LINES_EACH = 3
FIRST_DAY = date(2020, 1, 31)
AS_OF = clock.at(date(2026, 11, 20), 4)


def write(folder: Path, files: dict[str, Iterable[str]], *, kind: str = "changes", day: int = 0) -> Path:
    """Lines as they stand in the files, without a writer's care: the same rows give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for name, lines in files.items():
        digest, rows = hashlib.sha256(), -1
        with (folder / f"{name}.csv").open("wb") as file:
            for line in lines:
                content = line.encode()
                digest.update(content)
                file.write(content)
                rows += 1
        listed[f"{name}.csv"] = {"rows": rows, "sha256": digest.hexdigest()}
    as_of = (AS_OF + timedelta(minutes=day)).isoformat()
    manifest = {"format": NAME, "version": VERSION, "source": "billing", "kind": kind, "as_of": as_of, "made_at": as_of}
    order = [file.file_name for file in BY_NAME.values() if file.file_name in listed]
    (folder / MANIFEST).write_text(json.dumps(manifest | {"files": {name: listed[name] for name in order}}))
    return folder


def town(customers: int) -> dict[str, Iterable[str]]:
    """Customers, each with a contract, a point and a meter."""
    numbers = range(1, customers + 1)
    return {
        "customers": _with_head(
            "id;number;kind;name;first_name;street;postcode;city;email",
            (
                f"K{n};{n:06};person;Nowak {n};Jan;ul. Lipowa {n % 90 + 1};00-{n % 1000:03};Warszawa;o{n}@example.pl\n"
                for n in numbers
            ),
        ),
        "contracts": _with_head(
            "id;customer;number;signed_on;starts_on;services;tariff_group;billing_period_months",
            (f"U{n};K{n};W/{n}/2019;2019-03-04;2019-04-01;water,sewage;G1;2\n" for n in numbers),
        ),
        "points": _with_head(
            "id;customer;contract;name;street;building;postcode;city",
            (f"P{n};K{n};U{n};Dom;ul. Lipowa;{n % 90 + 1};00-{n % 1000:03};Warszawa\n" for n in numbers),
        ),
        "meters": _with_head(
            "id;point;serial_number;role;digits;installed_on;verification_valid_until",
            (f"M{n};P{n};{n:08};main;5;2023-05-10;2028-12-31\n" for n in numbers),
        ),
    }


def bills(customers: int, invoices: int, readings: int, *, changed: int = 0) -> dict[str, Iterable[str]]:
    """Invoices with their lines, and readings; every `changed`th of them says something else than at first."""
    return {
        "readings": _with_head("id;meter;value;read_on;source", _readings(customers, readings, changed)),
        "invoices": _with_head(
            "id;customer;contract;kind;services;number;issued_on;period_from;period_to;due_on;net;vat;gross;to_pay;seller_account",
            _invoices(customers, invoices, changed),
        ),
        "invoice_lines": _with_head(
            "invoice;position;description;unit;quantity;unit_net;net;vat_rate;vat;point",
            _lines(customers, invoices, changed),
        ),
    }


def _with_head(head: str, lines: Iterable[str]) -> Iterator[str]:
    yield head + "\n"
    yield from lines


def _is_changed(n: int, changed: int) -> bool:
    return bool(changed) and n % changed == 0


def _readings(customers: int, readings: int, changed: int) -> Iterator[str]:
    days = [(FIRST_DAY + timedelta(days=30 * month)).isoformat() for month in range(readings // customers + 1)]
    for n in range(readings):
        value = n // customers * 9 + n % 7 + (1 if _is_changed(n, changed) else 0)
        yield f"R{n};M{n % customers + 1};{value},{n % 1000:03};{days[n // customers]};actual\n"


def _invoices(customers: int, invoices: int, changed: int) -> Iterator[str]:
    months = invoices // customers + 1
    days = [FIRST_DAY + timedelta(days=30 * month) for month in range(months)]
    dates = [
        ";".join(d.isoformat() for d in (day, day - timedelta(days=60), day - timedelta(days=1), day + timedelta(14)))
        for day in days
    ]
    for n in range(invoices):
        who, month = n % customers + 1, n // customers
        net = 6000 + n % 9000 + (1 if _is_changed(n, changed) else 0)
        vat = net * 8 // 100
        yield (
            f"F{n};K{who};U{who};vat;water,sewage;{who:06}/{month:02}/2026;{dates[month]};{net // 100},{net % 100:02};"
            f"{vat // 100},{vat % 100:02};{(net + vat) // 100},{(net + vat) % 100:02};{(net + vat) // 100},"
            f"{(net + vat) % 100:02};19999123451234{who:012}\n"
        )


def _lines(customers: int, invoices: int, changed: int) -> Iterator[str]:
    said = ("Dostarczanie wody, grupa G1", "Odprowadzanie ścieków", "Opłata abonamentowa")
    for n in range(invoices):
        who = n % customers + 1
        for position in range(1, LINES_EACH + 1):
            net = 2000 + n % 3000 + (1 if _is_changed(n, changed) else 0)
            vat = net * 8 // 100
            yield (
                f"F{n};{position};{said[position - 1]};m3;{n % 40},{position};6,27;{net // 100},{net % 100:02};8;"
                f"{vat // 100},{vat % 100:02};P{who}\n"
            )

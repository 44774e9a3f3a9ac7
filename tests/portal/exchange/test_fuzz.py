"""Whatever is sent instead of a delivery: a report, in a few seconds, and nothing half-written (EBOK_FUZZ=10000 by hand)."""

import base64
import csv
import io
import json
import os
import random
import shutil
import time
import zipfile

import pytest
from django.db import transaction

from portal.customers.models import Customer
from portal.exchange.actions import import_delivery
from portal.exchange.models import BillingDelivery
from tests.portal.billing.ksef_files import invoice_file
from tests.portal.exchange.test_cutting import held

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("EBOK_FUZZ", "25"))
SEED = int(os.environ.get("EBOK_FUZZ_SEED", "11"))  # a long run may be had in pieces
SLOWEST = 5.0  # seconds
PIECES = [
    b'"', b";", b"\n", b"\r", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"../", b"-", b"9" * 40, b"1e9", b"{", b"]", b",",
    b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"&e;", b"<a>" * 50, "Żółć".encode("cp1250"), b"PK\x05\x06",
]  # fmt: skip


def mutated(content: bytes, dice: random.Random) -> bytes:
    found = bytearray(content)
    for _step in range(dice.randint(1, 4)):
        at = dice.randrange(len(found) + 1)
        match dice.randrange(5):
            case 0:
                found[at:at] = dice.choice(PIECES)
            case 1:
                del found[at : at + dice.randint(1, 30)]
            case 2 if found:
                found[at % len(found)] = dice.randrange(256)
            case 3:
                found[at:at] = found[max(0, at - 40) : at]
            case _:
                del found[at:]
    return bytes(found)


def test_mutated_files_are_refused_or_taken_whole(delivery, tmp_path, lenient):
    delivery.files["invoices_xml"] = [{"id": "F1", "customer": "K1", "xml": "xml/f.xml"}]
    delivery.papers["xml/f.xml"] = invoice_file(("000123", "000001"))
    whole = {str(path.relative_to(delivery.write())): path.read_bytes() for path in delivery.write().rglob("*.*")}
    dice = random.Random(SEED)  # noqa: S311 - what to spoil, not secrets
    ends = {"merged": 0, "refused": 0}
    slowest = 0.0
    for number in range(COUNT):
        spoiled = dict(whole)
        name = dice.choice(sorted(whole))
        spoiled[name] = mutated(whole[name], dice)
        if number % 3 == 2:
            name, path = "NDJSON", _as_lines(whole, dice, tmp_path)
        else:
            path = _as_zip(spoiled, dice, tmp_path) if number % 3 else _as_folder(spoiled, tmp_path)
        point = transaction.savepoint()
        before = held()
        began = time.perf_counter()
        outcome = import_delivery(path)
        slowest = max(slowest, time.perf_counter() - began)
        assert slowest < SLOWEST, f"{name} in {number}"
        ends["refused" if outcome.is_refused else "merged"] += 1
        if outcome.is_refused:
            assert outcome.faults, f"{name} in {number}: no sentence"
            assert held() == before, f"{name} in {number}"
        assert BillingDelivery.objects.filter(state="staging").count() == 0
        transaction.savepoint_rollback(point)
    print(f"\n{COUNT} mutated deliveries: {ends}, the slowest in {slowest:.2f} s")  # noqa: T201 - the figure of a run by hand
    assert ends["refused"] >= COUNT // 4
    assert not Customer.objects.exists()


def _as_folder(files, top):
    folder = top / "fuzzed"
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def _as_lines(files, dice, top):
    """The same rows as JSON, one a line."""
    said = [{key: value for key, value in json.loads(files["manifest.json"]).items() if key != "files"}]
    for name, content in files.items():
        if name.endswith(".csv"):
            rows = csv.DictReader(io.StringIO(content.decode()), delimiter=";")
            said += [{"file": name.removesuffix(".csv"), "row": row} for row in rows]
        elif name != "manifest.json":
            said.append({"paper": name, "base64": base64.b64encode(content).decode()})
    path = top / "fuzzed.ndjson"
    path.write_bytes(mutated("".join(json.dumps(one) + "\n" for one in said).encode(), dice))
    return path


def _as_zip(files, dice, top):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = packed.getvalue()
    path = top / "fuzzed.zip"
    path.write_bytes(mutated(content, dice) if dice.random() < 0.6 else content)
    return path

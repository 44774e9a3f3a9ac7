"""Every kind of bad delivery has its sentence: which file, which line, which column, what to do. Nothing of it is written."""

import json
import zipfile
from datetime import timedelta

import pytest

from portal.exchange.actions import import_delivery
from portal.exchange.models import BillingDelivery
from tests.portal.billing.ksef_files import invoice_file
from tests.portal.exchange.conftest import AS_OF
from tests.portal.exchange.test_cutting import held
from tests.portal.exchange.test_package import zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lenient")]
ENTITIES = b"<!DOCTYPE Faktura [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"


def with_xml(content: bytes):
    def spoil(delivery):
        delivery.files["invoices_xml"] = [{"id": "F1", "customer": "K1", "xml": "xml/f.xml"}]
        delivery.papers["xml/f.xml"] = content

    return spoil


def in_file(name: str, old: bytes, new: bytes):
    """What became of a file after it was written."""

    def spoil(folder, _top):
        content = (folder / name).read_bytes()
        assert old in content
        (folder / name).write_bytes(content.replace(old, new))
        listed = json.loads((folder / "manifest.json").read_text())
        del listed["files"][name]["sha256"]
        (folder / "manifest.json").write_text(json.dumps(listed))
        return folder

    return spoil


def lying(**told):
    def spoil(folder, _top):
        listed = json.loads((folder / "manifest.json").read_text())
        listed["files"]["ledger.csv"] |= told
        (folder / "manifest.json").write_text(json.dumps(listed))
        return folder

    return spoil


def cut(folder, top):
    path = zipped(folder, top / "noc.zip")
    path.write_bytes(path.read_bytes()[:-100])
    return path


def with_member(name: str, content: bytes):
    def spoil(folder, top):
        path = zipped(folder, top / "noc.zip")
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return path

    return spoil


REFUSED = {
    "a truncated ZIP": (cut, "noc.zip: The file is not a whole ZIP; it may have been cut short on its way. Send it again."),
    "a zip bomb": (
        with_member("x.csv", bytes(60_000_000)),
        "noc.zip: “x.csv” in the ZIP unpacks to far more than it is. Pack the delivery anew without it.",
    ),
    "a way out of the ZIP": (
        with_member("../../etc/cron.d/x", b""),
        "noc.zip: The ZIP holds “../../etc/cron.d/x”, which leads out of it. Pack it anew with paths inside the delivery.",
    ),
    "another encoding in the middle": (
        in_file("customers.csv", "Kłos".encode(), "Kłos".encode("cp1250")),
        "customers.csv:3: The line is not UTF-8. Save the file as UTF-8.",
    ),
    "a manifest that lies about rows": (
        lying(rows=7),
        "ledger.csv: The manifest promises 7 rows, the file has 3. Send both as they were written together.",
    ),
    "a manifest that lies about a hash": (
        lying(sha256="0" * 64),
        "ledger.csv: The file is not the one whose SHA-256 stands in the manifest. Send both as they were written together.",
    ),
    "a column that is missing": (
        in_file("ledger.csv", b"amount;", b"sum;"),
        "ledger.csv:1: The header lacks amount.",
    ),
}  # fmt: skip
LEFT_OUT = {
    "an external reference in XML": (
        with_xml(invoice_file(("000123", "000001")).replace(b"?>\n<F", b"?>" + ENTITIES + b"\n<F")),
        "invoices_xml.csv:2: xml/f.xml: ",
    ),
    "a duplicate key": (
        lambda delivery: delivery.rows("ledger").append(dict(delivery.row("ledger", "L1"))),
        "ledger.csv:2: The key L1 stands more than once. Send each row once.",
    ),
    "a reference to an unknown customer": (
        lambda delivery: delivery.row("contracts", "U1").update(customer="K404"),
        "contracts.csv:2: customer names K404, which is not in customers.csv.",
    ),
    "a cell that cannot be read": (
        lambda delivery: delivery.row("ledger", "L1").update(booked_on="2026-13-40"),
        "ledger.csv:2: In booked_on, “2026-13-40” is not a day such as 2026-11-20.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_refuses_the_delivery_with_its_place_and_what_to_do(delivery, tmp_path, case):
    spoil, sentence = REFUSED[case]
    before = held()
    path = spoil(delivery.write(), tmp_path)
    outcome = import_delivery(path)
    assert outcome.faults == (sentence,)
    assert held() == before
    assert BillingDelivery.objects.get().state == "refused"


@pytest.mark.parametrize("case", LEFT_OUT)
def test_a_bad_row_leaves_its_customer_out_and_nobody_else(take, delivery, case):
    spoil, sentence = LEFT_OUT[case]
    spoil(delivery)
    outcome = take()
    assert outcome.is_merged
    assert any(fault.startswith(sentence) for fault in outcome.faults), outcome.faults
    assert "root:" not in str(outcome.faults)
    assert [row[1] for row in held()["Customer"]] == ["K2"]


def test_a_delivery_older_than_the_last_is_refused(take):
    take()
    before = held()
    assert take(as_of=AS_OF - timedelta(hours=1)).faults == (
        "manifest.json: The delivery is as of 20.11.2026 03:00, older than the last one, of 20.11.2026 04:00. Send a newer one.",
    )
    assert held() == before


def test_a_byte_order_mark_is_passed_over(delivery):
    folder = delivery.write()
    for name in ("manifest.json", "customers.csv"):
        (folder / name).write_bytes(b"\xef\xbb\xbf" + (folder / name).read_bytes())
    listed = json.loads((folder / "manifest.json").read_text("utf-8-sig"))
    del listed["files"]["customers.csv"]["sha256"]
    (folder / "manifest.json").write_text("\ufeff" + json.dumps(listed), encoding="utf-8")
    assert import_delivery(folder).is_merged

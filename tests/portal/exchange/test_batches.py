"""Deliveries as NDJSON: what the format says as CSV, row by row as JSON."""

import json
from io import BytesIO
from pathlib import Path

import jsonschema_rs
import pytest
from django.core.management import call_command
from django.test import Client

from portal.billing.models import LedgerEntry
from portal.customers.models import Customer
from portal.exchange import leaving_out, receiving, schema, tasks, tokens
from portal.exchange.actions import import_delivery
from portal.exchange.faults import AlreadyRunning
from portal.exchange.format import BY_NAME
from portal.exchange.models import BillingDelivery, ReceivedDelivery
from portal.jobs import lease
from tests.portal.exchange.conftest import AS_OF
from tests.portal.exchange.test_cutting import held

DOCS = Path(__file__).resolve().parents[3] / "docs" / "exchange"
HEAD = {
    "format": "ebok-billing",
    "version": 1,
    "kind": "changes",
    "as_of": AS_OF.isoformat(),
    "made_at": AS_OF.isoformat(),
}
ANNA = {"file": "customers", "row": {"id": "K1", "number": "000001", "kind": "person", "name": "Kowalska Anna"}}


def lines(*said) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said).encode()


# ------------------------------------------------------------------------------------------- the sample and the schemas


@pytest.mark.django_db
def test_the_sample_is_taken_without_a_fault_and_says_the_same_in_both_shapes():
    """All kinds of files, with an FA(3) file, its receipt and PDFs."""
    taken = import_delivery(DOCS / "sample")
    assert (taken.is_merged, taken.faults, taken.doubts, taken.warnings) == (True, (), (), ())
    assert set(taken.counts) == {file.stage for file in BY_NAME.values()}
    assert all(found["new"] for name, found in taken.counts.items() if name != "managers"), taken.counts
    whole = held()
    again = import_delivery(DOCS / "sample.ndjson")
    assert (again.is_merged, again.faults, again.warnings, again.has_changes) == (True, (), (), False)
    assert held() == whole


def validator(name: str) -> jsonschema_rs.Validator:
    registry = jsonschema_rs.Registry(
        [(f"https://x/{file.name}", json.loads(file.read_text())) for file in (DOCS / "schema").iterdir()]
    )
    return jsonschema_rs.validator_for({"$ref": f"https://x/{name}.json"}, registry=registry)


def test_the_schemas_are_written_from_the_format(tmp_path):
    call_command("exchange_format", schemas=tmp_path)
    written = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert {file.name: file.read_text() for file in (DOCS / "schema").iterdir()} == written, (
        "Run: manage.py exchange_format --schemas docs/exchange/schema"
    )


def test_the_sample_fits_the_schemas():
    first, *rest = map(json.loads, (DOCS / "sample.ndjson").read_text().splitlines())
    validator("manifest").validate(first)
    each = validator("line")
    for said in rest:
        each.validate(said)
    assert {said["file"] for said in rest if "file" in said} == set(BY_NAME)


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": ""},
        {"kind": "king"},
        {"name": "x" * 201},
        {"is_closed": "maybe"},
        {"stated_balance": "1,234"},
    ],
)
def test_a_row_that_the_import_would_refuse_does_not_fit_its_schema(change):
    assert validator("customers").is_valid(ANNA["row"])
    assert not validator("customers").is_valid(ANNA["row"] | change)


# ------------------------------------------------------------------------------------------------------ what is sent


@pytest.mark.django_db
def test_values_come_as_json_has_them(tmp_path, lenient):
    row = {
        "id": "L1",
        "customer": "K1",
        "kind": "charge",
        "charge_kind": "invoice",
        "booked_on": "2026-11-03",
        "amount": 0.1,
        "open_amount": "0,10",
    }
    contract = {"id": "U1", "customer": "K1", "number": "1", "services": ["water", "sewage"], "text": 'a;\r\n"b"\rc\nd'}
    at = tmp_path / "b.ndjson"
    at.write_bytes(lines(HEAD, ANNA, {"file": "ledger", "row": row}, {"file": "contracts", "row": contract}))
    outcome = import_delivery(at)
    assert (outcome.is_merged, outcome.faults, outcome.warnings) == (True, (), ())
    anna = Customer.objects.get()
    assert str(LedgerEntry.objects.get(customer=anna).amount) == "0.10"
    assert anna.contracts.get().services == ["water", "sewage"]


WRONG = {
    "a word where an amount should be": (
        [HEAD, ANNA, {"file": "ledger", "row": {"id": "L1", "customer": "K1", "kind": "charge", "booked_on": "2026-11-03", "amount": "much"}}],
        "ledger:3: In amount, “much” is not an amount such as 1234,50.",
    ),
    "a row without its key": (
        [HEAD, ANNA, {"file": "customers", "row": {"number": "2", "kind": "person", "name": "Nowak"}}],
        "customers:3: The column id is empty.",
    ),
    "a reference to nobody": (
        [HEAD, ANNA, {"file": "contracts", "row": {"id": "U1", "customer": "K9", "number": "1", "services": ["water"]}}],
        "contracts:3: customer names K9, which is not in customers.",
    ),
    "an id that stands twice": ([HEAD, ANNA, ANNA], "customers:3: The key K1 stands more than once. Send each row once."),
    "no file of ours": ([HEAD, {"file": "secrets", "row": {}}], "b.ndjson:2: The format has no file “secrets”."),
    "neither row nor paper": (
        [HEAD, {"K1": 1}],
        "b.ndjson:2: The line is neither a row (file, row) nor a paper (paper, base64).",
    ),
    "an object in a cell": (
        [HEAD, {"file": "customers", "row": ANNA["row"] | {"name": {"first": "Anna"}}}],
        "b.ndjson:2: In name, the value is neither text, a number, true or false, nor a list of them.",
    ),
    "a list": ([HEAD, []], "b.ndjson:2: The line is no JSON object. Send one object a line."),
    "a way out": (
        [HEAD, {"paper": "../../etc/passwd", "base64": ""}],
        "b.ndjson:2: A paper needs a relative path (paper) and its bytes (base64).",
    ),
    "no base64": ([HEAD, {"paper": "a.pdf", "base64": "ż"}], "b.ndjson:2: The bytes of “a.pdf” are not base64."),
    "fewer rows than promised": (
        [HEAD | {"rows": 2}, ANNA],
        "b.ndjson:1: The first line promises 2 rows, the batch has 1.",
    ),
    "a full delivery without customers": (
        [HEAD | {"kind": "full"}, {"file": "tariffs", "row": {}}],
        "manifest.json: A full delivery must hold customers.csv.",
    ),
    "a list of files that is none": ([HEAD | {"files": {}}], "b.ndjson:1: The first line's files are not a list of names."),
    "half a character": (
        [HEAD, {"file": "customers", "row": {"id": "\\ud800"}}],
        "b.ndjson:2: The line holds half a character. Send whole UTF-8.",
    ),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_line(case, tmp_path, lenient):
    said, sentence = WRONG[case]
    at = tmp_path / "b.ndjson"
    at.write_bytes(lines(*said).replace(b"\\\\ud800", b"\\ud800"))
    outcome = import_delivery(at)
    assert sentence in outcome.faults
    assert not Customer.objects.filter(external_id__in=["K9", ""]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "b.ndjson: The batch is empty. Its first line is its manifest."),
        (lines(HEAD) + b"{\n", "b.ndjson:2: The line is not JSON: Expecting property name"),
        (lines(HEAD) + '{"file": "Żółć"}'.encode("cp1250"), "b.ndjson:2: The line is not UTF-8. Send UTF-8."),
        (lines(HEAD) + b"[" * 200_000, "b.ndjson:2: The line is not JSON: "),
        (lines(HEAD) + b"{" + b" " * 600_000 + b"}", "b.ndjson:2: The line is longer than a line of this format can be."),
        (b'{"format": 1}', "manifest.json: The manifest does not say that its format is ebok-billing."),
    ],
)  # fmt: skip
def test_what_is_no_batch_is_refused_with_a_sentence(content, sentence, tmp_path):
    at = tmp_path / "b.ndjson"
    at.write_bytes(content)
    outcome = import_delivery(at)
    assert outcome.is_refused
    assert outcome.faults[0].startswith(sentence)


@pytest.mark.django_db
def test_a_column_that_is_not_known_is_a_warning_with_the_first_of_its_lines(tmp_path):
    at = tmp_path / "b.ndjson"
    second = {"file": "customers", "row": ANNA["row"] | {"id": "K2", "number": "2", "pet": "cat"}}
    at.write_bytes(
        b"\xef\xbb\xbf" + lines(HEAD, ANNA, second, second | {"row": second["row"] | {"id": "K3", "number": "3"}})
    )
    outcome = import_delivery(at)
    assert outcome.is_merged
    assert outcome.warnings == ("customers:3: The column pet is unknown and is not read.",)


# ------------------------------------------------------------------------------------------------------------ the API


@pytest.fixture
def billing(db):
    secret = tokens.make("billing", scopes=[tokens.PUSH], by=None)[1]
    return Client(headers={"authorization": f"Bearer {secret}"})


def push(client, content, key="night-1", kind="application/x-ndjson", **more):
    return client.post("/api/v1/batches", content, content_type=kind, headers={"idempotency-key": key}, **more)


def test_a_batch_is_kept_as_it_came_taken_over_by_a_job_and_told_by_line(billing, run_jobs, lenient):
    content = lines(HEAD, ANNA, {"file": "contracts", "row": {"id": "U1", "customer": "K1"}})
    answer = push(billing, content)
    assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    with ReceivedDelivery.objects.get().file.open() as kept:
        assert kept.read() == content
    assert push(billing, content).json()["id"] == answer.json()["id"]
    run_jobs()
    told = billing.get(f"/api/v1/deliveries/{answer.json()['id']}").json()
    assert (told["state"], told["fault_counts"], told["counts"]["customers"]["out"]) == ("merged", {"row": 2}, 1)
    faults = billing.get(f"/api/v1/deliveries/{answer.json()['id']}/faults").json()["faults"]
    assert {(one["file"], one["line"]) for one in faults} == {("contracts", 3)}
    again = push(billing, content)
    assert (again.status_code, again.json()["state"]) == (200, "merged")
    assert push(billing, content + lines(ANNA)).status_code == 409
    assert BillingDelivery.objects.count() == 1


def test_what_cannot_be_a_batch_is_refused_at_the_door(billing):
    assert push(billing, lines(HEAD), kind="text/csv").status_code == 415
    assert push(billing, b" ", CONTENT_LENGTH="").status_code == 411
    short = push(billing, b" ", CONTENT_LENGTH=100_000, **{"wsgi.input": BytesIO(lines(HEAD, ANNA))})
    assert short.status_code == 400
    assert short.json()["detail"].startswith("Less came than was announced.")
    assert not ReceivedDelivery.objects.exists()
    assert Client().post("/api/v1/batches", b"{}", content_type="application/x-ndjson").status_code == 401


def test_a_batch_is_never_whole_in_memory():
    class Line:
        largest = 0

        def read(self, size):
            self.largest = max(self.largest, size)
            return bytes(size)

    line = Line()
    with receiving.spooled(line, 5_000_000) as content:
        assert sum(len(piece) for piece in content.chunks()) == 5_000_000
    assert line.largest == receiving.PIECE


def test_a_disk_that_is_full_is_an_answer_and_keeps_nothing(billing, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", full)
    answer = push(billing, lines(HEAD, ANNA))
    assert (answer.status_code, "send it again later" in answer.json()["detail"]) == (507, True)
    assert not ReceivedDelivery.objects.exists()


def test_batches_are_taken_in_the_order_in_which_they_came(billing, run_jobs):
    for hour in range(3):
        as_of = AS_OF.replace(hour=hour + 1).isoformat()
        row = ANNA["row"] | {"name": f"Nowak {hour}"}
        push(billing, lines(HEAD | {"as_of": as_of}, {"file": "customers", "row": row}), key=f"hour-{hour}")
    with lease(receiving.LEASE), pytest.raises(AlreadyRunning):
        tasks.take_received()
    with lease("import"):  # another import runs, and the first job of the three has given up
        tasks.take_left_behind()
    assert set(ReceivedDelivery.objects.values_list("state", flat=True)) == {"taking", "waiting"}
    tasks.take_left_behind()
    assert list(ReceivedDelivery.objects.values_list("state", flat=True)) == ["merged"] * 3
    assert Customer.objects.get().name == "Nowak 2"


def test_a_batch_on_which_the_portal_fails_holds_nobody_up(billing, run_jobs, monkeypatch):
    leave_out, fails = leaving_out.leave_out, iter([True])

    def fail_once(*args):
        if next(fails, False):
            raise ArithmeticError
        return leave_out(*args)

    monkeypatch.setattr(leaving_out, "leave_out", fail_once)
    first = push(billing, lines(HEAD, ANNA), key="hour-1").json()["id"]
    push(billing, lines(HEAD, ANNA), key="hour-2")
    run_jobs()
    assert list(ReceivedDelivery.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "merged"]
    assert billing.get(f"/api/v1/deliveries/{first}").json()["state"] == "failed"
    assert Customer.objects.count() == 1


def test_the_document_of_the_api_shows_each_row(client):
    document = client.get("/api/v1/openapi.json").json()
    body = document["paths"]["/api/v1/batches"]["post"]["requestBody"]["content"]["application/x-ndjson"]
    assert body["schema"]["x-lines"]["ledger"] == json.loads(json.dumps(schema.row(BY_NAME["ledger"])))
    first, second = map(json.loads, body["example"].splitlines())
    validator("manifest").validate(first)
    validator("line").validate(second)


@pytest.mark.django_db
def test_the_batch_on_the_page_about_the_api_is_taken(tmp_path):
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    at = tmp_path / "b.ndjson"
    at.write_text(page.split("```json\n")[1].split("```")[0], encoding="utf-8")
    outcome = import_delivery(at)
    assert (outcome.is_merged, outcome.faults, outcome.warnings) == (True, (), ())


def test_the_page_about_the_api_names_every_address_and_every_answer(client):
    page = (DOCS / "api.md").read_text(encoding="utf-8") + (DOCS / "outbox.md").read_text(encoding="utf-8")
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method, about in methods.items():
            assert f"{method.upper()} {path.replace('{key}', '{id}')}" in page
            for status in about["responses"]:
                assert status in page, f"{path}: {status}"

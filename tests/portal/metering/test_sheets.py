"""A manager's spreadsheet: every row has its verdict, the good ones are given, and nothing is lost or doubled."""

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook

from portal import clock
from portal.customers.models import Contract
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.metering.models import Meter, MeterReading, Submission
from portal.metering.sheet_reader import SheetRefused, from_file, from_text
from portal.notifications.models import Delivery
from portal.outbox.models import OutboxFact
from tests import factories
from tests.portal.metering.conftest import book

PATH = "/konto/odczyty/arkusz/"
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _november() -> Any:
    with clock.stopped(clock.at(TODAY, 12)):
        yield


@pytest.fixture
def community(db: None) -> Contract:
    return factories.make_contract(factories.make_customer(kind="community", name="Wspólnota Klonowa 8"))


@pytest.fixture
def manager(community: Contract) -> Any:
    return factories.make_manager(community.customer, email="zarzadca@example.pl")


def meters_of(contract: Contract, count: int) -> list[Meter]:
    found = []
    for n in range(count):
        meter = factories.make_meter(factories.make_point(contract), serial_number=f"77{n:06d}")
        book(meter, "2026-10-31", 100)
        found.append(meter)
    return found


def xlsx(rows: list[list[Any]], *merged: str) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    for area in merged:
        workbook.active.merge_cells(area)
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def upload(client: Any, data: bytes, name: str = "odczyty.xlsx") -> Any:
    sheet = io.BytesIO(data)
    sheet.name = name
    return client.post(PATH, {"press": "check", "sheet": sheet})


# Reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16"])
def test_a_csv_in_any_usual_encoding_is_read(encoding):
    data = "Nr fabryczny wodomierza;Odczyt m³;Dzień\n00771234;504;20.11.2026\n".replace("m³", "m3").encode(encoding)

    (row,) = from_file(data)

    assert (row.number, row.meter, row.value, row.day) == (2, "00771234", "504", "20.11.2026")


def test_what_is_copied_from_a_spreadsheet_needs_no_heading():
    rows = from_text("771234\t504\t20.11.2026\n\n771235\t12\n")

    assert [(row.number, row.meter, row.value, row.day) for row in rows] == [
        (1, "771234", "504", "20.11.2026"),
        (3, "771235", "12", ""),
    ]


def test_numbers_and_days_of_a_workbook_are_read_as_people_see_them():
    (row,) = from_file(xlsx([["Data", "Wodomierz", "Stan"], [date(2026, 11, 20), 771234, 504.0]]))

    assert (row.meter, row.value, row.day) == ("771234", "504", "2026-11-20")


def test_a_row_of_merged_cells_has_a_sentence_and_the_others_are_read():
    rows = from_file(xlsx([["Wodomierz", "Stan"], ["1", 5], ["2", 6], ["3", 7]], "B2:B3"))

    assert [bool(row.fault) for row in rows] == [True, True, False]


def test_a_title_over_the_table_is_passed_over():
    rows = from_file(xlsx([["Odczyty listopad", None], ["Wodomierz", "Stan"], ["1", 5]], "A1:B1"))

    assert [(row.meter, row.value) for row in rows] == [("1", "5")]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 old", b"\x00\x01\x02\x03" * 50, b"a;1\n" * 2001],
    ids=["empty", "blank", "broken", "xls", "binary", "too many rows"],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(data):
    with pytest.raises(SheetRefused) as refusal:
        from_file(data)

    assert str(refusal.value).endswith(".")


# Giving


def test_five_hundred_rows_with_seven_bad_ones(client, community, manager, run_jobs, django_assert_max_num_queries):
    meters = meters_of(community, 500)
    rows: list[list[Any]] = [["Numer wodomierza", "Stan", "Data"]]
    rows += [[meter.serial_number, 108, "20.11.2026"] for meter in meters]
    rows[1][1], rows[2][1], rows[3][1] = "abc", -4, 1234567  # letters, a minus, more digits than the dial has
    rows[4][1] = "104,5"  # a decimal where whole is asked
    rows[5][0] = "99999999"  # nobody's
    rows[6][2] = "21.11.2026"  # tomorrow
    rows[7][0] = rows[8][0]  # twice; the meter of the seventh is not given
    client.force_login(manager)
    client.get(PATH)

    with django_assert_max_num_queries(12):
        checked = upload(client, xlsx(rows))

    report = checked.context["report"]
    assert (report.good, report.bad) == (493, 7)
    assert {row.number for row in report.rows if not row.is_good} == {2, 3, 4, 5, 6, 7, 9}
    assert not Submission.objects.exists()
    ticket = checked.context["ticket"]

    with django_assert_max_num_queries(60):  # SQLite takes some hundred values at a time
        done = client.post(PATH, {"press": "send", "report": ticket})

    assert (done.context["report"].taken, done.context["report"].bad) == (493, 7)
    assert Submission.objects.filter(channel="spreadsheet").count() == 493
    assert Delivery.objects.filter(message="readings_sheet").count() == Delivery.objects.count() == 1
    again = client.post(PATH, {"press": "send", "report": ticket})
    assert (again.context["report"].taken, again.context["report"].bad) == (0, 500)  # and each row says why
    assert Submission.objects.count() == 493

    kept = client.post(PATH, {"press": "report", "report": done.context["ticket"]})
    assert kept.headers["Content-Type"].startswith("text/csv")
    assert len(kept.content.decode("utf-8-sig").splitlines()) == 501


def test_each_row_of_a_sheet_is_told_to_billing_or_to_a_clerk_and_noted(
    client, community, manager, django_assert_max_num_queries
):
    meters = meters_of(community, 40)
    client.force_login(manager)
    rows = "\n".join(f"{meter.serial_number};{108 if n % 2 else 900}" for n, meter in enumerate(meters))
    checked = client.post(PATH, {"press": "check", "text": rows})

    with django_assert_max_num_queries(25):
        client.post(PATH, {"press": "send", "report": checked.context["ticket"]})

    given = {
        state: MeterReading.objects.filter(submission__isnull=False, state=state) for state in ("accepted", "to_check")
    }
    assert {state: found.count() for state, found in given.items()} == {"accepted": 20, "to_check": 20}
    told = {fact.about: fact.values for fact in OutboxFact.objects.filter(kind="reading")}
    assert {(about, values["value"]) for about, values in told.items()} == {
        (f"reading:{one.public_id}", str(one.value.normalize())) for one in given["accepted"]
    }
    tasks = Task.objects.filter(kind="reading_to_check", state="open", customer=community.customer.public_id)
    assert {task.about for task in tasks} == {f"reading:{one.public_id}" for one in given["to_check"]}
    noted = AuditLine.objects.filter(deed="reading_submitted", user=manager)
    assert {line.about for line in noted} == {task.about for task in tasks} | set(told)


def test_what_has_changed_since_the_check_is_judged_anew(client, community, manager):
    one, other = meters_of(community, 2)
    client.force_login(manager)
    checked = client.post(PATH, {"press": "check", "text": f"{one.serial_number};108\n{other.serial_number};109"})
    book(one, "2026-11-19", 110)

    done = client.post(PATH, {"press": "send", "report": checked.context["ticket"]})

    assert [row.verdict for row in done.context["report"].rows] == ["taken_to_check", "taken"]


def test_an_unusual_row_is_taken_and_checked_and_a_lower_one_never_accepted(client, community, manager):
    high, low = meters_of(community, 2)
    client.force_login(manager)

    checked = client.post(PATH, {"press": "check", "text": f"{high.serial_number};900\n{low.serial_number};90"})
    client.post(PATH, {"press": "send", "report": checked.context["ticket"]})

    states = dict(MeterReading.objects.filter(submission__isnull=False).values_list("meter__serial_number", "state"))
    assert states == {high.serial_number: "to_check", low.serial_number: "to_check"}


def test_a_manager_of_some_points_gives_those_only(client, community):
    own, other = meters_of(community, 2)
    client.force_login(factories.make_manager(community.customer, [own.point]))

    checked = client.post(PATH, {"press": "check", "text": f"{own.serial_number};108\n{other.serial_number};108"})

    assert [row.verdict for row in checked.context["report"].rows] == ["good", "bad"]


def test_the_check_of_another_person_is_not_sent(client, community, manager):
    (meter,) = meters_of(community, 1)
    client.force_login(manager)
    ticket = client.post(PATH, {"press": "check", "text": f"{meter.serial_number};108"}).context["ticket"]
    client.force_login(factories.make_owner(community.customer))

    assert client.post(PATH, {"press": "send", "report": ticket}).status_code == 422
    assert not Submission.objects.exists()


def test_no_cell_of_the_report_is_a_formula(client, community, manager):
    client.force_login(manager)
    ticket = client.post(PATH, {"press": "check", "text": "=1+1;5"}).context["ticket"]

    kept = client.post(PATH, {"press": "report", "report": ticket}).content.decode("utf-8-sig")

    assert ";'=1+1;" in kept


@pytest.mark.parametrize("sent", [{}, {"text": "   "}, {"text": "Wodomierz;Stan"}])
def test_nothing_is_a_sentence(client, community, manager, sent):
    client.force_login(manager)

    assert client.post(PATH, {"press": "check", **sent}).status_code == 422

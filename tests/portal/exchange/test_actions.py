from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import storages

from portal import jobs
from portal.billing.models import Invoice, LedgerEntry
from portal.customers.models import Contract, Customer, ServicePoint
from portal.desk.models import Task
from portal.exchange.actions import import_delivery
from portal.exchange.faults import AlreadyRunning
from portal.exchange.models import BillingDelivery, LeftOut, Touched
from portal.exchange.staged import Staged
from portal.metering.models import Meter, MeterReading
from tests.portal.exchange.conftest import AS_OF, charge

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=1)


def test_a_first_delivery_is_taken_over_whole(take):
    outcome = take()
    assert outcome.is_merged, outcome.faults
    assert outcome.counts["customers"] == {"new": 2, "changed": 0, "same": 0, "gone": 0, "out": 0}
    anna = Customer.objects.get(external_id="K1")
    assert (anna.number, anna.services, anna.account.balance) == ("000001", ["water", "sewage"], Decimal("40.00"))
    assert Meter.objects.get().point == ServicePoint.objects.get(external_id="P1")
    assert [reading.value for reading in MeterReading.objects.order_by("read_on")] == [482, Decimal("495.5")]


def test_figures_and_stan_na_change_together(take):
    take()
    anna = Customer.objects.get(external_id="K1")
    assert anna.as_of == anna.account.as_of == AS_OF


def test_the_same_delivery_twice_changes_nothing(take):
    take()
    before = list(LedgerEntry.objects.values_list("pk", "revision", "is_current"))
    outcome = take()
    assert not outcome.has_changes
    assert list(LedgerEntry.objects.values_list("pk", "revision", "is_current")) == before


def test_only_what_changed_is_counted_as_changed(take, delivery):
    take()
    delivery.row("customers", "K1")["phone"] = "600 100 200"
    outcome = take(as_of=LATER)
    assert outcome.counts["customers"] == {"new": 0, "changed": 1, "same": 1, "gone": 0, "out": 0}
    assert Customer.objects.get(external_id="K1").phone == "600 100 200"


def test_a_customer_keeps_the_address_of_his_rows_when_they_change(take, delivery):
    take()
    before = Contract.objects.get(external_id="U1").public_id
    delivery.row("contracts", "U1")["tariff_group"] = "G2"
    take(as_of=LATER)
    after = Contract.objects.get(external_id="U1")
    assert (after.public_id, after.tariff_group) == (before, "G2")


def test_a_dry_run_counts_and_writes_nothing_but_its_report(take):
    outcome = take(dry_run=True)
    assert outcome.counts["customers"]["new"] == 2
    assert not Customer.objects.exists()
    assert BillingDelivery.objects.get(pk=outcome.delivery_id).state == "tried"


def test_nothing_waits_after_an_import(take):
    take()
    assert not any(model.objects.exists() for model in (*Staged.models.values(), Touched))


def test_the_report_is_kept(take):
    outcome = take()
    kept = BillingDelivery.objects.get(pk=outcome.delivery_id)
    assert (kept.state, kept.as_of, kept.counts) == ("merged", AS_OF, outcome.counts)


def test_an_older_delivery_is_refused(take):
    take()
    outcome = take(as_of=AS_OF - timedelta(hours=1))
    assert outcome.is_refused
    assert outcome.faults == (
        "manifest.json: The delivery is as of 20.11.2026 03:00, older than the last one, of 20.11.2026 04:00. Send a newer one.",
    )


def test_a_delivery_of_a_day_to_come_is_refused_and_does_not_block_true_ones(take, settings):
    settings.EBOK_EXCHANGE_MOST_AHEAD = timedelta(days=1)
    outcome = take(as_of=AS_OF + timedelta(days=800))
    assert outcome.faults[0].startswith(
        "manifest.json: The delivery is as of 28.01.2029 04:00, and now it is 20.11.2026"
    )
    assert take().is_merged


def test_two_imports_cannot_run_at_once(delivery):
    with jobs.lease("import"), pytest.raises(AlreadyRunning, match="Another import is running"):
        import_delivery(delivery.write())


def test_an_import_goes_on_after_one_that_was_killed(take):
    BillingDelivery.objects.create(name="killed", started_at=AS_OF)
    Staged.of("customers").objects.create(
        file="customers.csv", line=2, row_key="K9", external_id="K9", customer_key="K9"
    )
    outcome = take()
    assert outcome.counts["customers"]["new"] == 2
    assert BillingDelivery.objects.get(name="killed").state == "abandoned"


# Row faults


def test_a_row_fault_leaves_the_customer_as_he_was(take, delivery, lenient):
    take()
    delivery.row("customers", "K1")["phone"] = "600 100 200"
    delivery.row("ledger", "L1")["booked_on"] = "31.02.2026"
    delivery.rows("ledger").append(charge("L9", "K2", "10.00"))
    outcome = take(as_of=LATER)
    anna, bakery = Customer.objects.order_by("external_id")
    assert outcome.is_merged
    assert (anna.phone, anna.account.balance, anna.as_of) == ("", Decimal(40), AS_OF)
    assert (bakery.account.balance, bakery.as_of) == (Decimal(60), LATER)
    assert outcome.faults == ("ledger.csv:2: In booked_on, “31.02.2026” is not a day such as 2026-11-20.",)


def test_a_clerk_gets_a_task_for_who_was_left_out_and_loses_it_when_he_is_taken_over(take, delivery, lenient):
    delivery.row("ledger", "L1")["amount"] = "much"
    take()
    task = Task.objects.get(kind="import_fault", state="open")
    assert "ledger.csv:2: In amount, “much” is not an amount" in task.body
    delivery.row("ledger", "L1")["amount"] = Decimal(100)
    take(as_of=LATER)
    assert not Task.objects.filter(state="open").exists()


def test_too_many_faulty_customers_refuse_the_whole(take, delivery):
    delivery.row("ledger", "L1")["amount"] = "much"
    outcome = take()
    assert outcome.is_refused
    assert not Customer.objects.exists()
    assert "1 of 2 customers have faulty rows." in outcome.faults[-1]
    assert BillingDelivery.objects.get().state == "refused"


def test_a_row_of_nobody_is_left_out_and_said(take, delivery, lenient):
    delivery.rows("readings").append(
        {"id": "R9", "meter": "M404", "value": 1, "read_on": "2026-10-01", "source": "actual"}
    )
    outcome = take()
    assert outcome.is_merged
    assert outcome.counts["readings"]["out"] == 1
    assert outcome.faults == ("readings.csv:4: meter names M404, which is not in meters.csv.",)


# Deliveries of changes


def only(delivery, **files):
    delivery.files = files


def test_changes_touch_only_what_they_name(take, delivery):
    take()
    only(delivery, ledger=[charge("L9", "K1", "10.00")])
    outcome = take(as_of=LATER, kind="changes")
    assert outcome.is_merged, outcome.faults
    assert Customer.objects.get(external_id="K1").account.balance == Decimal(50)
    assert {customer.as_of for customer in Customer.objects.all()} == {LATER}


def test_who_was_left_out_of_changes_stays_behind_until_the_rows_have_come_again(take, delivery, lenient):
    take()
    only(delivery, ledger=[charge("L9", "K1", "1.00") | {"amount": "x"}, charge("L10", "K2", "1.00")])
    take(as_of=LATER, kind="changes")
    only(delivery, ledger=[charge("L11", "K1", "5.00"), charge("L12", "K2", "1.00")])
    outcome = take(as_of=LATER + timedelta(days=1), kind="changes")
    anna = Customer.objects.get(external_id="K1")
    assert (anna.account.balance, anna.as_of) == (Decimal(40), AS_OF)
    assert "left out earlier" in outcome.warnings[0]
    only(delivery, ledger=[charge("L9", "K1", "10.00"), charge("L11", "K1", "5.00")])
    take(as_of=LATER + timedelta(days=2), kind="changes")
    anna.account.refresh_from_db()
    assert anna.account.balance == Decimal(55)
    assert not LeftOut.objects.exists()


def test_a_full_delivery_brings_everybody_up_to_date(take, delivery, lenient):
    good = dict(delivery.files)
    take()
    only(delivery, ledger=[charge("L9", "K1", "1.00") | {"amount": "x"}, charge("L10", "K2", "1.00")])
    take(as_of=LATER, kind="changes")
    delivery.files = good
    take(as_of=LATER + timedelta(days=1))
    assert {customer.as_of for customer in Customer.objects.all()} == {LATER + timedelta(days=1)}


# What is gone


def test_a_customer_who_is_gone_is_closed_and_keeps_his_money(take, delivery):
    take()
    for name in ("customers", "contracts", "points", "ledger"):
        delivery.files[name] = [row for row in delivery.files[name] if "K2" not in (row["id"], row.get("customer"))]
    outcome = take(as_of=LATER)
    bakery = Customer.objects.get(external_id="K2")
    assert outcome.counts["customers"]["gone"] == 1
    assert (bakery.is_closed, bakery.account.balance, bakery.as_of) == (True, Decimal(50), AS_OF)


def test_a_reading_that_is_gone_is_removed_and_a_contract_is_kept(take, delivery):
    take()
    delivery.drop("readings", "R1")
    delivery.drop("contracts", "U2")
    delivery.drop("points", "P2")
    outcome = take(as_of=LATER)
    assert MeterReading.objects.count() == 1
    assert Contract.objects.count() == 2
    assert ServicePoint.objects.get(external_id="P2").is_closed
    assert "contracts.csv: 1 rows are no longer in the delivery; they are kept." in outcome.warnings


def test_a_file_that_is_not_in_a_full_delivery_says_nothing(take, delivery):
    take()
    del delivery.files["readings"]
    take(as_of=LATER)
    assert MeterReading.objects.count() == 2


def test_services_follow_the_contracts_that_run(take, delivery):
    delivery.row("contracts", "U1")["ends_on"] = AS_OF.date() - timedelta(days=1)
    take()
    assert Customer.objects.get(external_id="K1").services == []
    assert Customer.objects.get(external_id="K2").services == ["water"]


def test_invoices_may_come_as_rows_with_lines(take, delivery):
    delivery.rows("invoices").append(
        {
            "id": "F1", "customer": "K1", "contract": "U1", "number": "000001/11/2026", "issued_on": "3.11.2026",
            "gross": "100,00", "services": ["water", "sewage"],
        }
    )  # fmt: skip
    delivery.rows("invoice_lines").append(
        {"invoice": "F1", "position": 1, "description": "Woda", "quantity": "13", "unit_net": "6,27", "net": "81,51"}
    )
    delivery.row("ledger", "L1")["document_number"] = "000001/11/2026"
    outcome = take()
    assert outcome.is_merged, outcome.faults
    invoice = Invoice.objects.get()
    assert (invoice.number_folded, invoice.service, invoice.lines.get().quantity) == (
        "000001112026",
        "water,sewage",
        13,
    )
    assert LedgerEntry.objects.get(external_id="L1").invoice == invoice
    assert not invoice.original


def test_lines_go_with_their_invoice(take, delivery):
    test_invoices_may_come_as_rows_with_lines(take, delivery)
    delivery.files["invoice_lines"] = [{"invoice": "F1", "position": 2, "description": "Ścieki"}]
    delivery.files = {name: delivery.files[name] for name in ("invoices", "invoice_lines")}
    outcome = take(as_of=LATER, kind="changes")
    assert outcome.counts["invoice_lines"] == {"new": 1, "changed": 0, "same": 0, "gone": 1, "out": 0}
    assert Invoice.objects.get().lines.get().description == "Ścieki"


def test_waste_comes_with_points_containers_and_days(take, delivery):
    delivery.rows("collection_points").append({"id": "OD1", "contract": "U1", "address": "ul. Lipowa 5"})
    delivery.rows("containers").append({"collection_point": "OD1", "stream": "papier", "litres": 240, "count": 2})
    delivery.rows("pickups").extend(
        {"collection_point": "OD1", "stream": "papier", "day": day} for day in ("2026-11-24", "2026-12-22")
    )
    assert take().is_merged
    delivery.files["pickups"].pop()
    delivery.files["containers"][0]["count"] = 3
    outcome = take(as_of=LATER)
    assert outcome.counts["pickups"] == {"new": 0, "changed": 0, "same": 1, "gone": 1, "out": 0}
    assert outcome.counts["containers"]["changed"] == 1


def test_a_document_brings_its_pdf(take, delivery):
    delivery.rows("documents").append(
        {
            "id": "N1",
            "customer": "K1",
            "kind": "interest_note",
            "number": "NO/1/2026",
            "issued_on": "2026-11-01",
            "pdf": "pdf/n1.pdf",
        }
    )
    delivery.papers["pdf/n1.pdf"] = b"%PDF-1.7 note"
    assert take().is_merged
    document = Customer.objects.get(external_id="K1").documents.get()
    with storages["private"].open(document.file.name) as kept:
        assert kept.read() == b"%PDF-1.7 note"


def test_readings_of_a_meter_that_is_read_by_the_hour_keep_their_moments(delivery, take):
    delivery.row("meters", "M1")["seals"] = "PL 004512"
    readings = delivery.rows("readings")
    for key, at in (
        ("H1", "2026-10-25T02:00:00+02:00"),
        ("H2", "2026-10-25T02:00:00+01:00"),
        ("H3", "2026-10-25T02:00"),
    ):
        readings.append(
            {"id": key, "meter": "M1", "value": "494", "read_on": date(2026, 10, 25), "read_at": at, "source": "remote"}
        )
    first = take()
    assert any("is not a moment" in fault for fault in first.faults)
    delivery.row("readings", "H3")["read_at"] = "2026-10-25T02:00:00Z"
    take()
    hours = MeterReading.objects.filter(read_at__isnull=False).order_by("read_at")
    assert [f"{reading.read_at:%H:%M}" for reading in hours] == ["00:00", "01:00", "02:00"]
    assert Meter.objects.get(external_id="M1").seals == "PL 004512"
    assert take(as_of=LATER).counts["readings"]["changed"] == 0

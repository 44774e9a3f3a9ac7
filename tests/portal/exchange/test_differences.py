"""A delivery is tried out: which rows would be new, changed and gone, by their keys."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.customers.models import Customer
from portal.exchange.models import BillingDelivery
from portal.exchange.report import lines as said_of
from tests.factories import make_staff
from tests.portal.exchange.conftest import AS_OF
from tests.portal.exchange.test_cutting import with_more, with_papers_and_waste

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=1)


def test_a_dry_run_names_rows_that_would_be_otherwise_and_of_the_changed_their_columns(take, delivery):
    delivery.rows("invoices").append(
        {"id": "F1", "customer": "K1", "number": "1/11", "issued_on": date(2026, 11, 3), "gross": "1,00"}
    )
    lines = [{"invoice": "F1", "position": position, "description": "Woda"} for position in (1, 2)]
    delivery.rows("invoice_lines").extend(lines)
    take()
    delivery.row("customers", "K1").update(name="Nowak", city="Dolne")
    delivery.row("ledger", "L1")["document_number"] = "1/11"
    delivery.row("points", "P1")["contract"] = "U1"
    delivery.row("readings", "R2")["value"] = "496"
    delivery.drop("ledger", "L3")
    delivery.drop("readings", "R1")
    lines[0]["description"] = "Woda, G1"
    delivery.rows("invoice_lines").pop()
    delivery.rows("customers").append({"id": "K3", "number": "000003", "kind": "person", "name": "Kos"})
    found = take(dry_run=True, as_of=LATER)
    told = {
        here: [(row.verdict, row.key, row.line, row.columns) for row in rows]
        for here, rows in found.differences.items()
    }
    assert told == {
        "customers": [("new", "K3", 4, ()), ("changed", "K1", 2, ("name", "city"))],
        "readings": [("changed", "R2", 2, ("value",)), ("gone", "R1", None, ())],
        "invoice_lines": [("changed", "F1|1|False", 2, ("description",)), ("gone", "F1|2", None, ())],
        "ledger": [("changed", "L1", 2, ("document_number",)), ("gone", "L3", None, ())],
    }
    assert "Nowak" not in str(BillingDelivery.objects.get(pk=found.delivery_id).differences)
    assert Customer.objects.get(external_id="K1").name == "Kowalska Anna"


def test_a_dry_run_of_every_kind_of_row_names_what_is_gone(take, delivery):
    with_papers_and_waste(with_more(delivery))
    take()
    for name in ("allocations", "containers", "pickups", "tariffs", "documents", "entry_shares"):
        delivery.files[name] = []
    delivery.rows("readings")[0]["value"] = "1"
    gone = {
        here: [row.key for row in rows if row.verdict == "gone"]
        for here, rows in take(dry_run=True, as_of=LATER).differences.items()
    }
    assert gone["allocations"] == ["L6|L3"]
    assert gone["containers"] == ["C1|papier|240"]
    assert gone["pickups"] == ["C1|papier|2026-11-04", "C1|papier|2026-11-11"]
    assert gone["documents"] == ["N1"]


def test_a_dry_run_names_at_most_ten_of_a_kind(take, delivery):
    for number in range(3, 40):
        delivery.rows("customers").append({"id": f"K{number}", "number": f"{number}", "kind": "person", "name": "Kos"})
    assert len(take(dry_run=True).differences["customers"]) == 10


def test_terminal_and_panel_tell_the_same(take, delivery, client):
    take()
    delivery.row("customers", "K1")["name"] = "Nowak"
    found = take(dry_run=True, as_of=LATER)
    said = "\n".join(said_of(found))
    assert "  customers\n    changed     K1  customers.csv:2  name\n" in said
    assert said.endswith("This was a dry run: nothing was written.")
    client.force_login(make_staff(is_superuser=True))
    page = client.get(reverse("billing_delivery_register:inspect", args=[found.delivery_id])).content.decode()
    assert "customers.csv:2" in page
    assert "wypróbowana" in page
    assert "Nowak" not in page

"""FA(3) files read by several processes say what one process reads out of them."""

import os

import pytest
from django.db import transaction

from portal.billing.models import Invoice
from portal.exchange import papers, readers
from portal.exchange.faults import Stopped
from portal.exchange.models import BillingDelivery
from tests.portal.billing.ksef_files import invoice_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lenient")]
COUNT = 60  # more than one piece of work for each process


def with_files(delivery):
    """Most are whole; some are no XML, fail the schema, contradict themselves or warn."""
    delivery.files["customers"] += [
        {"id": f"X{number}", "number": f"9{number:05}", "kind": "person", "name": f"Kos {number}"}
        for number in range(4)
    ]
    delivery.files["invoices_xml"] = []
    for number in range(COUNT):
        content = invoice_file(("000123/11/2026", f"{number}/11/2026"), ("000123", "000001"))
        customer = "K1"
        if number % 15 == 7:
            customer = f"X{number // 15}"
            content = [  # the last is whole, but names another customer
                b"no XML at all",
                content.replace(b"<P_15>108.00</P_15>", b""),
                content.replace(b"<P_15>108.00</P_15>", b"<P_15>109.00</P_15>"),
                content,
            ][number // 15]
        delivery.papers[f"xml/{number}.xml"] = content
        row = {"id": f"F{number}", "customer": customer, "xml": f"xml/{number}.xml"}
        delivery.files["invoices_xml"].append(row)
    return delivery


def end(outcome):
    rows = Invoice.objects.order_by("number").values_list(
        "number", "gross", "net", "due_on", "original", "seller_account"
    )
    return outcome.faults, outcome.warnings, outcome.doubts, outcome.counts, list(rows)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one processor: files are read by one process")
def test_many_processes_read_what_one_reads(take, delivery, monkeypatch):
    """Some seconds: two processes start with Django in each."""
    with_files(delivery)
    point = transaction.savepoint()
    serial = end(take())
    transaction.savepoint_rollback(point)
    monkeypatch.setattr(readers, "WORTH_HELPERS", 2)
    asked = []
    found = papers.Papers._found

    def watched(self, contents):
        asked.append(self.pool)
        return found(self, contents)

    monkeypatch.setattr(papers.Papers, "_found", watched)
    parallel = end(take())
    assert asked
    assert all(asked), "No other process was asked."
    assert len(serial[0]) >= 4
    assert parallel == serial
    assert Invoice.objects.count() == COUNT - 4


def shot_down(_content):
    os._exit(9)


@pytest.mark.skipif(os.cpu_count() == 1, reason="one processor: files are read by one process")
def test_a_helper_that_is_shot_down_stops_the_import_which_then_goes_on(take, delivery, monkeypatch):
    with_files(delivery)
    with monkeypatch.context() as patched:
        patched.setattr(readers, "WORTH_HELPERS", 2)
        patched.setattr("portal.exchange.invoices.of_xml", shot_down)
        with pytest.raises(Stopped, match="Nothing of the delivery is taken over"):
            take()
    assert not Invoice.objects.exists()
    outcome = take()
    assert outcome.is_merged
    assert BillingDelivery.objects.get().state == "merged"

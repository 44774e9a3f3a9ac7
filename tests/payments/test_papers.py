"""The confirmation of a payment, and the report for the accountant."""

import csv
import io
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from payments import actions, reconciliation, refunds
from payments.gateways import sandbox
from payments.models import Payment
from portal import clock
from portal.billing.transit import book_entries
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(bill) -> Payment:
    payment = bill.start()
    sandbox.pay(payment.session_id, "blik")
    return actions.ask_gateway(payment)


@pytest.fixture
def payer(bill) -> Client:
    client = Client()
    client.force_login(bill.owner)
    return client


def confirmation_of(payment):
    return f"/platnosci/{payment.public_id}/potwierdzenie.pdf?k={payment.customer.public_id}"


def text(answer):
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join("".join(page.extract_text() for page in pages).replace("\xa0", " ").split())


def test_the_payer_keeps_a_confirmation(bill, paid, payer):
    page = payer.get(f"/platnosci/{paid.public_id}/?k={bill.customer.public_id}").content.decode()
    assert confirmation_of(paid) in page
    read = text(payer.get(confirmation_of(paid)))
    for fact in (paid.transit.reference, "204,10 zł", "012345/11/2026", "68,72 zł", "BLIK"):
        assert fact in read


def test_what_is_not_paid_or_is_held_has_none(bill, payer):
    payment = bill.start()
    assert payer.get(confirmation_of(payment)).status_code == 404
    sandbox.pay(payment.session_id, "blik")
    actions.ask_gateway(payment)
    Payment.objects.update(is_held_for_clerk=True)
    assert payer.get(confirmation_of(payment)).status_code == 404


def test_a_guest_s_confirmation_names_no_customer(paid):
    path = f"/platnosci/faktura/{paid.public_id}/potwierdzenie.pdf"
    assert Client().get(path).status_code == 404
    Payment.objects.update(payer=None)
    read = text(Client().get(path))
    assert "012345/11/2026" in read
    assert "ścieki" not in read


def report():
    out = io.StringIO()
    reconciliation.write_csv(out, clock.today(), clock.today())
    return list(csv.reader(io.StringIO(out.getvalue()), delimiter=";"))


def test_the_report_says_where_every_grosz_lies(bill, paid, run_jobs):
    assert report()[1][7:-2] == ["204,10", "0,00", "0,00", "0,00", "0,00", "0,00", "204,10", "0,00", "0,00"]
    refunds.ask(paid, amount=Decimal("68.72"), reason="x", by=bill.owner)
    run_jobs()
    assert report()[1][7:-2] == ["204,10", "0,00", "68,72", "0,00", "0,00", "0,00", "135,38", "0,00", "0,00"]
    entry = factories.make_entry(bill.customer, "-204.10", kind="payment", reference=paid.transit.reference)
    book_entries([entry])
    row = report()[1]
    assert row[7:-2] == ["204,10", "0,00", "68,72", "0,00", "0,00", "135,38", "0,00", "0,00", "0,00"]
    assert report()[2][7:-2] == row[7:-2]  # the total of the one gateway


def test_what_lies_nowhere_is_seen(paid):
    paid.transit.state = "released"
    paid.transit.save()
    assert report()[1][-3] == "204,10"


def test_only_clerks_who_see_payments_fetch_the_report(paid):
    clerk = factories.make_staff()
    client = Client()
    client.force_login(clerk)
    assert client.get(reverse("payment_register:report")).status_code == 302
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=("access_admin", "view_payment")))
    assert Client().get(reverse("payment_register:report")).status_code == 302
    clerk.user_permissions.add(*Permission.objects.filter(codename="add_refund"))
    answer = client.get(reverse("payment_register:report"))
    assert paid.transit.reference in answer.content.decode()
    assert reverse("payment_register:report") in client.get(reverse("payment_register:index")).content.decode()

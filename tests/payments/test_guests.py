"""Paying one invoice without signing in."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from payments import actions, guests
from payments.gateways import sandbox
from payments.models import Payment
from portal import clock
from portal.billing.models import CustomerAccount
from portal.billing.transit import ItemHeld
from portal.utility import rulebook
from portal.utility.models import RuleRecord

DOOR = "/platnosci/faktura/"
SUMMARY = "/platnosci/faktura/zaplac/"


@pytest.fixture
def guest(db):
    return Client()


def asked(bill, **fields):
    return {"number": "012345/11/2026", "amount": "135,38", "email": "ktos@example.pl"} | fields


def shown(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def prove(bill, guest, **fields):
    answer = guest.post(DOOR, asked(bill, **fields))
    assert (answer.status_code, answer.url) == (302, SUMMARY)


def press(guest, seen="135.38"):
    return guest.post(SUMMARY, {"seen": seen})


def test_a_guest_pays_an_invoice_and_is_told_by_mail(bill, guest, run_jobs):
    prove(bill, guest)
    summary = shown(guest.get(SUMMARY))
    assert "135,38 zł" in summary
    [seen] = re.findall(r'name="seen" value="([^"]*)"', summary)
    pressed = press(guest, seen)
    payment = Payment.objects.get()
    assert pressed.url == payment.session_url
    assert (payment.payer, payment.payer_email, payment.amount) == (None, "ktos@example.pl", Decimal("135.38"))

    guest.post(payment.session_url, {"button": "blik"})
    run_jobs()
    payment.refresh_from_db()
    assert payment.state == Payment.State.SUCCEEDED
    page = shown(guest.get(f"{DOOR}{payment.public_id}/"))
    assert payment.transit.reference in page
    [letter] = mail.outbox
    assert letter.to == ["ktos@example.pl"]
    assert f"{DOOR}{payment.public_id}/" in letter.body


def test_a_guest_meets_nothing_else_of_the_customer(bill, guest):
    prove(bill, guest)
    summary = shown(guest.get(SUMMARY))
    press(guest)
    page = shown(guest.get(f"{DOOR}{Payment.objects.get().public_id}/"))
    for seen in (summary, page):
        for secret in ("Kowalska", "Lipowa", "68,72", "012345/10/2026", str(bill.customer.public_id)):
            assert secret not in seen


@pytest.mark.parametrize("wrong", [{"number": "012345/11/2027"}, {"amount": "135,39"}])
def test_which_of_the_two_is_wrong_is_not_told(bill, guest, wrong):
    answer = guest.post(DOOR, asked(bill, **wrong))
    assert answer.status_code == 422
    right = guest.post(DOOR, asked(bill, number="nie ma", amount="1,00"))
    assert next(line for line in shown(answer).split("<li>") if "#id_number" in line)[:80] in shown(right)
    assert guest.get(SUMMARY).url == DOOR


def test_guessing_is_stopped(bill, guest):
    statuses = [guest.post(DOOR, asked(bill, amount=f"{n},00")).status_code for n in range(1, 8)]
    assert statuses == [422] * 5 + [429] * 2


def test_the_link_of_an_invoice_brings_its_number(guest):
    assert 'value="012345/11/2026"' in shown(guest.get(DOOR, {"faktura": "012345/11/2026"}))


def test_only_what_is_left_is_asked_for(bill, guest, run_jobs):
    payment = bill.start(amounts={0: "100.00"})
    sandbox.pay(payment.session_id, "blik")
    actions.ask_gateway(payment)
    prove(bill, guest)
    assert "35,38 zł" in shown(guest.get(SUMMARY))
    assert press(guest).status_code == 200  # he was shown another amount
    assert press(guest, "35.38").status_code == 302
    assert Payment.objects.get(payer=None).amount == Decimal("35.38")


def test_a_guest_takes_over_from_nobody(bill, guest):
    prove(bill, guest)
    bill.start()
    assert press(guest, "0.00").status_code == 409
    assert Payment.objects.count() == 1

    other = Client()
    prove(bill, other)
    assert Payment.objects.filter(state="pending").count() == 1


def test_another_guest_does_not_go_on_in_the_session_of_the_first(bill, guest):
    prove(bill, guest)
    press(guest)
    with pytest.raises(ItemHeld):
        guests.start(invoice_id=bill.items[0].entry.invoice_id, amount=Decimal("135.38"), email="", press=uuid4())
    assert Payment.objects.count() == 1


def test_the_same_browser_goes_on_where_it_was(bill, guest):
    prove(bill, guest)
    press(guest)
    press(guest, "0.00")
    payment = Payment.objects.get()
    assert f"{DOOR}{payment.public_id}/" in shown(guest.get(SUMMARY))


def test_an_invoice_is_held_by_guests_twice_an_hour_and_no_more(bill, guest):
    for _ in range(2):
        prove(bill, guest)
        assert press(guest).status_code == 302
        payment = Payment.objects.latest("pk")
        assert guest.post(f"{DOOR}{payment.public_id}/anuluj/").status_code == 302
    prove(bill, guest)
    refused = press(guest)
    assert refused.status_code == 409
    assert Payment.objects.count() == 2
    assert bill.start(amounts={0: "135.38"}).state == "pending"  # its owner pays on

    with clock.stopped(clock.now() + timedelta(minutes=61)):
        assert guests.left_to_pay(bill.items[0].entry.invoice_id) == Decimal("135.38")


def test_a_refused_hold_keeps_nothing(bill, guest):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"guest_holds": 1})
    rulebook.forget()
    prove(bill, guest)
    press(guest)
    guest.post(f"{DOOR}{Payment.objects.get().public_id}/anuluj/")
    prove(bill, guest)
    press(guest)
    assert guests.left_to_pay(bill.items[0].entry.invoice_id) == Decimal("135.38")


def test_where_guests_are_not_welcome_there_is_no_door(guest):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"guest_holds": 0})
    rulebook.forget()
    assert guest.get(DOOR).status_code == 404


def test_a_proof_does_not_hold_for_ever(bill, guest):
    prove(bill, guest)
    with clock.stopped(clock.now() + timedelta(minutes=31)):
        assert guest.get(SUMMARY).url == DOOR


def test_while_the_figures_are_in_question_nothing_is_paid(bill, guest):
    CustomerAccount.objects.filter(customer=bill.customer).update(is_in_question=True)
    prove(bill, guest)
    assert press(guest).status_code == 409
    assert not Payment.objects.exists()


@pytest.mark.parametrize("way", ["", "wznow/", "anuluj/"])
def test_the_payment_of_somebody_signed_in_is_not_found_here(bill, guest, way):
    path = f"{DOOR}{bill.start().public_id}/{way}"
    assert (guest.post(path) if way else guest.get(path)).status_code == 404

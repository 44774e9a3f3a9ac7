"""The gateways' keys reach the gateways and nobody else: no page, no log, no letter, no fact, no stored message."""

import io
import logging

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from payments import actions, refunds, tasks
from payments.gateways.base import GatewayFault, named
from payments.models import Payout
from portal import clock
from tests import factories
from tests.gateways import fake_przelewy24, fake_stripe
from tests.gateways.worlds import World

pytestmark = pytest.mark.django_db

SECRETS = (fake_stripe.KEY, fake_stripe.WEBHOOK_SECRET, fake_przelewy24.API_KEY, fake_przelewy24.CRC_KEY)


def test_the_keys_are_on_no_page_in_no_log_and_in_nothing_that_is_kept(bill, world: World, post, run_jobs, caplog):
    caplog.set_level(logging.DEBUG)
    clerk = factories.make_staff()
    rights = ("access_admin", "view_payment", "view_payout", "add_refund")
    clerk.user_permissions.add(*Permission.objects.filter(codename__in=rights))
    people = {"owner": Client(), "clerk": Client(), "stranger": Client()}
    people["owner"].force_login(bill.owner)
    people["clerk"].force_login(clerk)

    payment = bill.start()
    world.pay(payment.session_id)
    post(world.gateway.name, world.message(payment.session_id))
    post(world.gateway.name, world.tampered(world.message(payment.session_id)))
    run_jobs()
    payment.refresh_from_db()
    refunds.ask(payment, amount=payment.amount / 2, reason="x", by=clerk)
    run_jobs()
    with clock.stopped(clock.now() + world.pay_out()):
        tasks.read_payouts()
    with pytest.raises(GatewayFault):
        named(world.gateway.name).session_state("of-nobody")

    k = {"k": str(bill.customer.public_id)}
    pages = [
        people["owner"].get("/platnosci/zaplac/", k),
        people["owner"].get("/platnosci/", k),
        people["owner"].get(actions.page_of(payment)),
        people["clerk"].get(reverse("payment_register:index")),
        people["clerk"].get(reverse("payment_register:inspect", args=[payment.public_id])),
        people["clerk"].get(reverse("payment_register:report")),
        people["clerk"].get(reverse("payment_register:days")),
        people["clerk"].get(reverse("payout_register:index")),
        people["clerk"].get(reverse("payout_register:inspect", args=[Payout.objects.get().public_id])),
        people["stranger"].get("/platnosci/faktura/"),
        people["stranger"].post(f"/platnosci/webhook/{world.gateway.name}/", b"{}", content_type="application/json"),
    ]
    assert [page.status_code for page in pages] == [200] * 10 + [400]
    kept = io.StringIO()
    call_command("dumpdata", "payments", "journal", "desk", "outbox", "notifications", "billing.transit", stdout=kept)
    everything = [page.content.decode() for page in pages] + [caplog.text, kept.getvalue(), *map(repr, mail.outbox)]

    assert "payment_succeeded" in kept.getvalue()
    assert [secret for secret in SECRETS if any(secret in text for text in everything)] == []

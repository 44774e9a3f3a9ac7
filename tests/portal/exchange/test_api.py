"""The API of the exchange as a billing system uses it."""

import json
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from portal.customers.models import Customer
from portal.exchange import tokens
from portal.exchange.models import ApiToken, BillingDelivery, ReceivedDelivery
from portal.outbox.actions import tell
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture
def keys():
    """The secret of a token for each scope."""
    return {scope: tokens.make(scope, scopes=[scope], by=None)[1] for scope in tokens.SCOPES}


@pytest.fixture
def billing(keys):
    """A client of the billing system, who may send and fetch."""
    secret = tokens.make("billing", scopes=[tokens.PUSH, tokens.READ_OUTBOX], by=None)[1]
    return Client(headers={"authorization": f"Bearer {secret}"})


def zipped(folder: Path) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def push(client, content, key="night-1"):
    upload = SimpleUploadedFile("delivery.zip", content, "application/zip")
    return client.post(f"{API}/deliveries", {"delivery": upload}, headers={"idempotency-key": key})


# --------------------------------------------------------------------------------------------------------- deliveries


def test_a_delivery_is_taken_over_by_a_job_and_its_state_is_asked_for(billing, delivery, run_jobs):
    answer = push(billing, zipped(delivery.write()))
    assert answer.status_code == 202
    told = answer.json()
    assert told["state"] == "waiting"
    run_jobs()
    told = billing.get(f"{API}/deliveries/{told['id']}").json()
    assert told["state"] == "merged"
    assert told["counts"]["customers"]["new"] == 2
    assert Customer.objects.count() == 2
    assert not ReceivedDelivery.objects.get().file.storage.exists(ReceivedDelivery.objects.get().file.name)


def test_the_same_delivery_sent_again_is_the_first_one(billing, delivery, run_jobs):
    content = zipped(delivery.write())
    first = push(billing, content)
    run_jobs()
    again = push(billing, content)
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    assert again.json()["state"] == "merged"
    assert BillingDelivery.objects.count() == 1


def test_a_key_used_for_another_delivery_is_refused(billing, delivery):
    push(billing, zipped(delivery.write()))
    delivery.row("customers", "K1")["name"] = "Nowak"
    answer = push(billing, zipped(delivery.write()))
    assert answer.status_code == 409
    assert "Use a new key" in answer.json()["detail"]
    assert ReceivedDelivery.objects.count() == 1


def test_what_is_wrong_is_told_row_by_row(billing, delivery, lenient, run_jobs):
    delivery.row("points", "P1")["customer"] = "K9"
    told = push(billing, zipped(delivery.write())).json()
    run_jobs()
    faults = billing.get(f"{API}/deliveries/{told['id']}/faults?limit=1").json()
    assert faults["faults"][0]["file"] == "points.csv"
    assert faults["faults"][0]["line"] == 2
    rest = billing.get(f"{API}/deliveries/{told['id']}/faults?after={faults['next_after']}").json()
    assert all(one["number"] > faults["next_after"] for one in rest["faults"])


def test_a_refused_delivery_says_so(billing, delivery, run_jobs):
    folder = delivery.write()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["customers.csv"]["rows"] = 7
    (folder / "manifest.json").write_text(json.dumps(manifest))
    told = push(billing, zipped(folder)).json()
    run_jobs()
    assert billing.get(f"{API}/deliveries/{told['id']}").json()["state"] == "refused"
    assert not Customer.objects.exists()


def test_what_is_no_zip_is_refused_at_once(billing):
    assert push(billing, b"customers;number").status_code == 400


def test_a_delivery_needs_a_key(billing, delivery):
    upload = SimpleUploadedFile("delivery.zip", b"PK", "application/zip")
    assert billing.post(f"{API}/deliveries", {"delivery": upload}).status_code == 422


def test_a_token_sees_its_own_deliveries_only(billing, delivery, keys):
    told = push(billing, zipped(delivery.write())).json()
    other = Client(headers={"authorization": f"Bearer {keys['push']}"})
    assert other.get(f"{API}/deliveries/{told['id']}").status_code == 404


# -------------------------------------------------------------------------------------------------------------- facts


def test_facts_are_fetched_in_order_until_they_are_acknowledged(billing):
    for number in range(3):
        tell("reading", about=f"reading:{number}", value=str(number))
    first = billing.get(f"{API}/outbox?limit=2").json()
    assert [fact["position"] for fact in first["facts"]] == [1, 2]
    assert billing.get(f"{API}/outbox?limit=2").json() == first
    said = billing.post(f"{API}/outbox/acknowledge", {"position": 2}, content_type="application/json")
    assert said.json() == {"acknowledged": 2}
    assert [fact["about"] for fact in billing.get(f"{API}/outbox").json()["facts"]] == ["reading:2"]
    assert [fact["position"] for fact in billing.get(f"{API}/outbox?after=1").json()["facts"]] == [2, 3]


def test_what_was_not_given_cannot_be_acknowledged(billing):
    said = billing.post(f"{API}/outbox/acknowledge", {"position": 7}, content_type="application/json")
    assert said.status_code == 409


# ------------------------------------------------------------------------------------------------------------- tokens


@pytest.mark.parametrize(
    ("path", "scope"), [("/outbox", "outbox"), (f"/deliveries/{'0' * 8}-0000-0000-0000-{'0' * 12}", "push")]
)
def test_an_address_opens_to_its_scope_only(keys, path, scope):
    for held, secret in keys.items():
        answer = Client(headers={"authorization": f"Bearer {secret}"}).get(f"{API}{path}")
        assert (answer.status_code == 401) is (held != scope), held
    assert Client().get(f"{API}{path}").status_code == 401


def test_a_token_that_was_revoked_or_has_run_out_opens_nothing():
    token, secret = tokens.make("billing", scopes=["outbox"], by=None, expires_on=date(2026, 11, 20))
    assert tokens.token_of(secret, "outbox") == token
    ApiToken.objects.update(expires_on=date(2026, 11, 19))
    assert tokens.token_of(secret, "outbox") is None
    ApiToken.objects.update(expires_on=None)
    tokens.revoke(token, by=None)
    assert tokens.token_of(secret, "outbox") is None


def test_the_secret_is_shown_once_and_kept_nowhere(client):
    admin = make_staff(is_superuser=True)
    client.force_login(admin)
    page = client.post(reverse("api_tokens"), {"name": "Billing", "scopes": ["push"]}).content.decode()
    secret = page.split("<code>")[1].split("</code>")[0]
    assert tokens.token_of(secret, "push") is not None
    assert secret not in client.get(reverse("api_tokens")).content.decode()
    assert secret not in str(ApiToken.objects.values())
    client.post(reverse("revoke_api_token", args=[ApiToken.objects.get().pk]))
    assert tokens.token_of(secret, "push") is None


def test_a_name_taken_or_a_day_that_is_over_is_a_sentence_at_the_field(client):
    client.force_login(make_staff(is_superuser=True))
    tokens.make("billing", scopes=["push"], by=None)
    page = client.post(reverse("api_tokens"), {"name": "billing", "scopes": ["push"], "expires_on": "2026-11-19"})
    assert ApiToken.objects.count() == 1
    assert page.context["form"].errors.keys() == {"name", "expires_on"}


def test_who_asks_too_often_is_told_to_wait(billing):
    cache.clear()
    answers = {billing.get(f"{API}/outbox").status_code for _ in range(130)}
    assert answers == {200, 429}


def test_the_document_of_the_api_is_served(client):
    document = client.get(f"{API}/openapi.json").json()
    assert {"/api/v1/deliveries", "/api/v1/outbox", "/api/v1/outbox/acknowledge"} <= set(document["paths"])

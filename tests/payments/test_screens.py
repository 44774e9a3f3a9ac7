from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Payment, SandboxSession
from portal import clock, money
from portal.billing import transit
from portal.billing.models import CustomerAccount, OpenItem, Transit
from portal.customers.actions import grant_access
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests import factories
from tests.gateways.fake_stripe import KEY, WEBHOOK_SECRET

pytestmark = pytest.mark.django_db

CHOOSE = "/platnosci/zaplac/"


@pytest.fixture
def signed_in(bill) -> Client:
    client = Client()
    client.force_login(bill.owner)
    return client


def form(bill, *places: int, seen: str = "204.10", press: object = None, **amounts: str) -> dict[str, object]:
    chosen = places or range(len(bill.items))
    return {
        "k": str(bill.customer.public_id),
        "press": str(press or uuid4()),
        "seen": seen,
        "item": [str(bill.items[place].public_id) for place in chosen],
        **{f"amount_{bill.items[int(name[1:])].public_id}": text for name, text in amounts.items()},
    }


def where(payment: Payment, deed: str = "") -> str:
    path = f"/platnosci/{payment.public_id}/{deed}/" if deed else f"/platnosci/{payment.public_id}/"
    return f"{path}?k={payment.customer.public_id}"


def shown(answer) -> str:
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


# Choosing


def test_everything_open_is_chosen_and_one_press_pays_it(bill, signed_in):
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))

    assert page.count("checked") == 2
    assert "012345/11/2026" in page
    assert "204,10 zł" in page

    pressed = signed_in.post(CHOOSE, form(bill))
    assert pressed.status_code == 302
    assert pressed["Location"] == Payment.objects.get().session_url


def test_the_widget_names_what_is_chosen(bill, signed_in):
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id, "item": bill.items[1].public_id}))

    assert page.count("checked") == 1
    assert "68,72 zł</button>" in page


def test_a_press_beside_another_total_shows_the_new_total_and_pays_nothing(bill, signed_in):
    answer = signed_in.post(CHOOSE, form(bill, 0))

    assert "135,38 zł</button>" in shown(answer)
    assert not Payment.objects.exists()

    assert signed_in.post(CHOOSE, form(bill, 0, seen="135.38")).status_code == 302


def test_choosing_counts_the_total_anew_on_the_server(bill, signed_in):
    asked = form(bill, 0, i0="35,38") | {"recount": "1"}
    del asked["press"], asked["seen"]
    page = shown(signed_in.get(CHOOSE, asked))

    assert 'name="seen" value="35.38"' in page


@pytest.mark.parametrize("amount", ["35,38", "35.38", " 35,38 zł"])
def test_an_amount_may_be_typed_as_people_type_it(bill, signed_in, amount):
    assert signed_in.post(CHOOSE, form(bill, 0, i0=amount, seen="35.38")).status_code == 302
    assert Payment.objects.get().amount == Decimal("35.38")


@pytest.mark.parametrize("amount", ["abc", "0", "-5", "135,39", "1,234", "999999999999"])
def test_an_amount_tampered_with_is_refused_beside_its_field(bill, signed_in, amount):
    answer = signed_in.post(CHOOSE, form(bill, 0, i0=amount, seen=amount.replace(",", ".")))

    assert answer.status_code == 422
    assert f'href="#id_amount_{bill.items[0].public_id}"' in shown(answer)
    assert not Payment.objects.exists()


def test_choosing_nothing_is_said(bill, signed_in):
    asked = form(bill) | {"item": [], "seen": "0.00"}
    answer = signed_in.post(CHOOSE, asked)

    assert answer.status_code == 422
    assert 'href="#id_item_0"' in shown(answer)
    assert 'id="id_item_0"' in shown(answer)


def test_a_double_press_leads_to_one_session(bill, signed_in):
    asked = form(bill)
    first, second = signed_in.post(CHOOSE, asked), signed_in.post(CHOOSE, asked)

    assert first["Location"] == second["Location"]
    assert Payment.objects.count() == 1
    assert SandboxSession.objects.count() == 1


def test_a_press_on_an_old_form_leads_to_what_became_of_it(bill, signed_in):
    asked = form(bill)
    signed_in.post(CHOOSE, asked)
    Payment.objects.update(state="expired")
    Transit.objects.update(state="released")

    assert f"/platnosci/{Payment.objects.get().public_id}/" in signed_in.post(CHOOSE, asked)["Location"]


def test_what_is_being_booked_is_shown_and_not_offered(bill, signed_in):
    payment = bill.start(amounts={0: "135.38"})
    transit.settle(payment.transit.reference, clock.now())
    Payment.objects.update(state="succeeded")
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))

    assert page.count('type="checkbox"') == 1
    assert "135,38 zł" in page


def test_what_somebody_is_paying_is_shown_with_the_hour(bill, signed_in):
    other = factories.make_manager(bill.customer)
    payment = bill.start(amounts={0: "135.38"}, by=other)
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))

    assert page.count('type="checkbox"') == 1
    assert f"{payment.expires_at.astimezone(clock.WARSAW):%H:%M}" in page


def test_an_owner_ends_what_another_has_begun_in_one_press(bill, signed_in):
    begun = bill.start(by=factories.make_manager(bill.customer))
    item = bill.items[0].public_id
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))
    assert "/platnosci/przejmij/" in page
    assert f'value="{item}"' in page
    pressed = signed_in.post("/platnosci/przejmij/", {"k": str(bill.customer.public_id), "item": str(item)})
    begun.refresh_from_db()
    assert begun.state == Payment.State.EXPIRED
    page = shown(signed_in.get(pressed["Location"]))
    assert "135,38 zł</button>" in page


def test_a_manager_is_not_offered_to_end_the_owners_payment(bill):
    bill.start()
    client = Client()
    client.force_login(factories.make_manager(bill.customer))
    page = shown(client.get(CHOOSE, {"k": bill.customer.public_id}))
    assert 'name="item"' not in page
    pressed = client.post(
        "/platnosci/przejmij/", {"k": str(bill.customer.public_id), "item": str(bill.items[0].public_id)}
    )
    assert pressed.status_code == 404
    assert Payment.objects.get().is_waiting


def test_by_rule_one_pays_on_account_too(bill, signed_in):
    assert "on_account" not in shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"on_account": True})
    forget()
    assert 'name="on_account"' in shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))
    pressed = signed_in.post(CHOOSE, form(bill, 0, seen="185.38") | {"on_account": "50"})
    assert pressed["Location"] == Payment.objects.get().session_url
    assert Payment.objects.get().amount == Decimal("185.38")


@pytest.mark.parametrize("typed", ["0", "-5", "dużo"])
def test_an_amount_on_account_that_is_none_is_refused_beside_its_field(bill, signed_in, typed):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"on_account": True})
    forget()
    answer = signed_in.post(CHOOSE, form(bill) | {"on_account": typed})
    assert answer.status_code == 422
    assert "id_on_account" in shown(answer)
    assert not Payment.objects.exists()


def test_by_rule_each_document_is_paid_whole(bill, signed_in):
    RuleRecord.objects.create(rule_set="payments", effective_from=clock.today(), values={"parts": False})
    forget()
    assert "amount_" not in shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))
    signed_in.post(CHOOSE, form(bill, 0, seen="135.38", a0="10,00"))  # a field that is not offered counts for nothing
    assert Payment.objects.get().amount == Decimal("135.38")


def test_a_hold_that_was_quicker_is_said_at_the_press(bill, signed_in, monkeypatch):
    asked = form(bill)
    bill.start(by=factories.make_manager(bill.customer), amounts={1: "68.72"})
    answer = signed_in.post(CHOOSE, asked)

    assert answer.status_code == 422
    assert Payment.objects.count() == 1


def test_ones_own_open_payment_is_offered_to_go_on_or_cancel(bill, signed_in):
    payment = bill.start()
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))

    assert f"/platnosci/{payment.public_id}/?k=" in page
    assert f"/platnosci/{payment.public_id}/anuluj/" in page


def test_nothing_can_be_paid_while_the_balance_is_in_question(bill, signed_in):
    CustomerAccount.objects.update(is_in_question=True)
    page = shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))
    assert 'name="press"' not in page

    assert signed_in.post(CHOOSE, form(bill)).status_code == 409
    assert not Payment.objects.exists()


def test_with_nothing_open_there_is_nothing_to_press(bill, signed_in):
    OpenItem.objects.update(open_amount=Decimal(0))

    assert 'name="press"' not in shown(signed_in.get(CHOOSE, {"k": bill.customer.public_id}))


def test_the_smallest_payment_is_said(bill, signed_in):
    answer = signed_in.post(CHOOSE, form(bill, 0, i0="1,99", seen="1.99"))

    assert answer.status_code == 409
    assert "2,00 zł" in shown(answer)


@pytest.mark.parametrize("who", ["a stranger", "not linked", "another customer's owner", "module off", "no gateway"])
def test_who_may_not_pay_finds_no_page(bill, who, settings):
    client = Client()
    k = bill.customer.public_id
    if who == "not linked":
        client.force_login(factories.make_user())
    elif who == "another customer's owner":
        client.force_login(factories.make_owner())
    elif who in ("module off", "no gateway"):
        client.force_login(bill.owner)
        settings.EBOK_GATEWAY = "none" if who == "no gateway" else "sandbox"
        if who == "module off":
            RuleRecord.objects.create(rule_set="modules", effective_from=clock.today(), values={"payments": False})
            forget()
    answer = client.get(CHOOSE, {"k": k})
    pressed = client.post(CHOOSE, form(bill))

    assert answer.status_code == (302 if who == "a stranger" else 404)
    assert pressed.status_code == (302 if who == "a stranger" else 404)
    assert not Payment.objects.exists()


def test_a_proxy_with_the_deed_to_pay_alone_pays(bill):
    proxy = factories.make_user()
    grant_access(user=proxy, customer=bill.customer, role="proxy", ground="test", deeds=["pay"])
    client = Client()
    client.force_login(proxy)

    assert "204,10 zł" in shown(client.get(CHOOSE, {"k": bill.customer.public_id}))
    assert client.post(CHOOSE, form(bill)).status_code == 302
    assert client.get(page_of(Payment.objects.get())).status_code == 200


def test_choosing_costs_the_same_however_much_is_open(bill, signed_in, django_assert_max_num_queries):
    signed_in.get(CHOOSE, {"k": bill.customer.public_id})
    for _ in range(10):
        factories.make_charge(bill.customer, "10.00")
    with django_assert_max_num_queries(12):
        signed_in.get(CHOOSE, {"k": bill.customer.public_id})


# The gateway does not answer


def test_a_gateway_that_is_down_is_said_and_the_choice_is_kept(bill, signed_in, fake_stripe, settings):
    settings.EBOK_GATEWAY, settings.STRIPE_API_BASE = "stripe", fake_stripe.url
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = KEY, WEBHOOK_SECRET
    fake_stripe.is_down = True
    answer = signed_in.post(CHOOSE, form(bill), follow=True)
    payment = Payment.objects.get()
    assert f"/platnosci/{payment.public_id}/wznow/" in shown(answer)

    fake_stripe.is_down = False
    again = signed_in.post(f"/platnosci/{payment.public_id}/wznow/", {"k": bill.customer.public_id})
    assert again["Location"].startswith("https://checkout.stripe.com/")
    for page in (answer, signed_in.get(CHOOSE, {"k": bill.customer.public_id})):
        assert KEY not in shown(page)
        assert WEBHOOK_SECRET not in shown(page)


# The way back


def page_of(payment: Payment) -> str:
    return f"/platnosci/{payment.public_id}/?k={payment.customer.public_id}"


def test_coming_back_proves_nothing(bill, signed_in):
    payment = bill.start()
    answer = signed_in.get(page_of(payment) + "&session=cs_1&status=succeeded&paid=1")

    assert answer.status_code == 200
    assert Payment.objects.get().state == Payment.State.PENDING
    assert Transit.objects.get().state == Transit.State.HELD


def test_the_page_asks_by_itself_and_tells_what_became_of_it(bill, signed_in, run_jobs):
    payment = bill.start()
    waiting = shown(signed_in.get(page_of(payment)))
    assert "hx-trigger" in waiting
    assert 'http-equiv="refresh"' in waiting

    SandboxSession.objects.update(state="paid", method="blik", paid_at=clock.now())
    with clock.stopped(clock.now() + timedelta(seconds=30)):
        signed_in.get(page_of(payment))
        assert run_jobs() >= 1
    paid = shown(signed_in.get(page_of(payment)))
    assert "hx-trigger" not in paid
    assert "BLIK" in paid


def test_many_looks_ask_the_gateway_once(bill, signed_in, run_jobs):
    payment = bill.start()
    for _ in range(5):
        signed_in.get(page_of(payment))

    assert run_jobs() == 1


@pytest.mark.parametrize("state", ["failed", "expired", "cancelled"])
def test_a_payment_that_failed_offers_to_try_again_with_the_same_choice(bill, signed_in, state):
    payment = bill.start(amounts={1: "68.72"})
    Payment.objects.update(state=state)
    Transit.objects.update(state="released")
    page = shown(signed_in.get(page_of(payment)))

    again = f"{CHOOSE}?k={bill.customer.public_id}&amp;item={bill.items[1].public_id}"
    assert again in page


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "succeeded", "succeeded_at": "now", "transit": "paid"},
        {"state": "succeeded", "succeeded_at": "now", "transit": "booked"},
        {
            "state": "succeeded",
            "is_held_for_clerk": True,
            "held_because": "Kwota się nie zgadza.",
            "transit": "released",
        },
        {"state": "refunded", "transit": "booked"},
        {"state": "refunded_partly", "transit": "booked"},
        {"state": "disputed", "transit": "paid"},
        {"state": "charged_back", "transit": "paid"},
        {"state": "created", "session_url": "", "transit": "held"},
    ],
    ids=lambda changes: f"{changes['state']}-{changes['transit']}",
)
def test_every_state_has_its_page(bill, signed_in, changes):
    payment = bill.start()
    moved = dict(changes)
    Transit.objects.update(state=moved.pop("transit"))
    if moved.get("succeeded_at"):
        moved["succeeded_at"] = clock.now()
    Payment.objects.update(**moved)
    answer = signed_in.get(page_of(payment))

    assert answer.status_code == 200
    assert money.zloty(payment.amount) in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


def test_the_payer_cancels(bill, signed_in):
    payment = bill.start()
    answer = signed_in.post(f"/platnosci/{payment.public_id}/anuluj/", {"k": bill.customer.public_id})

    assert answer["Location"] == page_of(payment)
    assert Payment.objects.get().state == Payment.State.CANCELLED
    assert Transit.objects.get().state == Transit.State.RELEASED


def test_nobody_goes_on_in_the_session_of_another_and_only_the_owner_ends_it(bill, signed_in):
    managers = factories.make_manager(bill.customer), factories.make_manager(bill.customer)
    payment = bill.start(by=managers[0])
    other = Client()
    other.force_login(managers[1])
    page = shown(other.get(where(payment)))
    assert payment.session_url not in page
    for deed in ("wznow", "anuluj"):
        assert other.post(where(payment, deed)).status_code == 404
    assert signed_in.post(where(payment, "wznow")).status_code == 404
    assert signed_in.post(where(payment, "anuluj")).status_code == 302
    payment.refresh_from_db()
    assert payment.state == Payment.State.CANCELLED


def test_cancelling_what_was_paid_in_the_meantime_leaves_it_paid(bill, signed_in):
    payment = bill.start()
    SandboxSession.objects.update(state="paid", method="card", paid_at=clock.now())
    signed_in.post(f"/platnosci/{payment.public_id}/anuluj/", {"k": bill.customer.public_id})

    assert Payment.objects.get().state == Payment.State.SUCCEEDED


@pytest.mark.parametrize("path", ["", "wznow/", "anuluj/"])
def test_somebody_elses_payment_is_not_found(bill, path):
    payment = bill.start()
    stranger = Client()
    stranger.force_login(factories.make_owner())
    address = f"/platnosci/{payment.public_id}/{path}"
    ask = stranger.post if path else stranger.get

    assert ask(address).status_code == 404
    assert (
        stranger.post(address, {"k": bill.customer.public_id}) if path else stranger.get(page_of(payment))
    ).status_code == 404
    assert Payment.objects.get().state == Payment.State.PENDING


def test_a_stranger_is_sent_to_sign_in(bill):
    payment = bill.start()

    assert Client().get(page_of(payment)).status_code == 302


def test_a_payments_page_stays_small(bill, signed_in, django_assert_max_num_queries):
    payment = bill.start()
    signed_in.get(page_of(payment))
    with django_assert_max_num_queries(12):
        signed_in.get(page_of(payment))


def test_the_history_lists_what_was_paid_here(bill, signed_in, django_assert_max_num_queries):
    for _ in range(3):
        payment = bill.start()
        Payment.objects.filter(pk=payment.pk).update(state="expired")
        Transit.objects.update(state="released")
    signed_in.get("/platnosci/", {"k": bill.customer.public_id})
    with django_assert_max_num_queries(12):
        page = shown(signed_in.get("/platnosci/", {"k": bill.customer.public_id}))

    assert page.count("204,10 zł") == 3
    assert "012345/11/2026" in page


# The sandbox's page


def sandbox_page(payment: Payment) -> str:
    return reverse("payments:sandbox", args=[payment.session_id])


@pytest.mark.parametrize(
    ("button", "state", "lies"),
    [
        ("blik", "succeeded", "paid"),
        ("card", "succeeded", "paid"),
        ("decline", "failed", "released"),
        ("abandon", "pending", "held"),
        ("late", "expired", "released"),
    ],
)
def test_the_hosted_page_does_what_its_buttons_say(bill, signed_in, run_jobs, button, state, lies):
    payment = bill.start()
    assert "204,10 zł" in shown(signed_in.get(sandbox_page(payment)))
    back = signed_in.post(sandbox_page(payment), {"button": button})
    run_jobs()
    payment.refresh_from_db()

    assert back["Location"] == page_of(payment)
    assert (payment.state, payment.transit.state) == (state, lies)


def test_paying_late_pays_after_the_time_is_up(bill, signed_in, run_jobs):
    payment = bill.start()
    signed_in.post(sandbox_page(payment), {"button": "late"})
    run_jobs()
    assert Payment.objects.get().state == Payment.State.EXPIRED
    run_jobs(and_deferred=True)

    payment.refresh_from_db()
    assert (payment.state, payment.transit.state) == ("succeeded", "paid")


def test_a_closed_session_offers_only_the_way_back(bill, signed_in):
    payment = bill.start()
    SandboxSession.objects.update(state="expired")
    page = shown(signed_in.get(sandbox_page(payment)))
    assert 'name="button"' not in page

    signed_in.post(sandbox_page(payment), {"button": "blik"})
    assert SandboxSession.objects.get().state == "expired"


def test_the_hosted_page_is_not_there_where_real_money_is_taken(bill, settings):
    payment = bill.start()
    address = sandbox_page(payment)
    settings.EBOK_GATEWAY = "stripe"

    assert Client().get(address).status_code == 404
    assert Client().post(address, {"button": "blik"}).status_code == 404

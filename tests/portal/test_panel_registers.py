"""The office's registers in the panel: who reaches them, what they show, and that nothing is written there."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from wagtail import hooks
from wagtail.models import Page

from forms.registration.models import Application
from home.staff_roles import ensure_groups
from payments.models import GatewayEvent, Payment
from portal import clock
from portal.billing import transit
from portal.customers.actions import open_visit
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.journal.actions import note
from portal.notifications.models import Delivery
from portal.utility.registers import in_any_case
from tests.factories import make_charge, make_customer, make_owner, make_staff

pytestmark = pytest.mark.django_db

FOR_CLERKS = [
    "task_register:index",
    "customer_register:index",
    "payment_register:index",
    "application_register:index",
    "billing_delivery_register:index",
    "delivery_register:index",
    "suppression_register:index",
]
FOR_ADMINISTRATORS = ["journal", "acceptances", "billing_delivery_register:index", "delivery_register:index"]
ADDRESSES = {"journal": "/panel/journal/", "acceptances": "/panel/acceptances/"}


def address(name):
    return ADDRESSES.get(name) or reverse(name)


@pytest.fixture
def somebody_of(db):
    ensure_groups(Page.get_first_root_node())

    def person(name):
        user = make_staff()
        user.groups.add(Group.objects.get(name=name))
        return user

    return person


@pytest.fixture
def clerk(somebody_of, client):
    user = somebody_of("bok")
    client.force_login(user)
    return user


@pytest.fixture
def put_payment(db):
    def put(customer, reference):
        item = make_charge(customer, "135.38")
        held = transit.hold(
            customer_id=customer.pk, items=[(item.pk, item.amount)], reference=reference, until=clock.now()
        )
        return Payment.objects.create(
            customer=customer,
            payer=make_owner(customer),
            transit=held,
            amount=held.amount,
            gateway="sandbox",
            session_id="cs_1",
            created_at=clock.now(),
            expires_at=clock.now(),
        )

    return put


@pytest.fixture
def payment(put_payment):
    return put_payment(make_customer(number="000123", name="Łabędź Anna"), "EB-TEST-1")


@pytest.mark.parametrize("name", FOR_CLERKS)
def test_a_clerk_reaches_the_office_s_registers(clerk, client, name):
    assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("name", FOR_ADMINISTRATORS)
def test_an_administrator_reads_the_journal_and_what_came_and_went(somebody_of, client, name):
    client.force_login(somebody_of("administrator"))
    assert client.get(address(name)).status_code == 200


@pytest.mark.parametrize("group", ["redakcja", "marketing"])
@pytest.mark.parametrize("name", sorted({*FOR_CLERKS, *FOR_ADMINISTRATORS}))
def test_editors_and_marketing_meet_none_of_them(somebody_of, client, group, name):
    client.force_login(somebody_of(group))
    assert client.get(address(name)).status_code == 403


def test_a_customer_meets_none_of_them_and_a_clerk_not_the_journal(client, clerk):
    assert client.get("/panel/journal/").status_code == 403
    client.force_login(make_owner())
    for name in FOR_CLERKS:
        assert client.get(address(name)).status_code == 302


def test_the_office_s_menu_is_only_there_for_those_who_have_something_in_it(somebody_of, client):
    client.force_login(somebody_of("bok"))
    assert reverse("payment_register:index") in client.get("/panel/").content.decode()
    client.force_login(somebody_of("redakcja"))
    home = client.get("/panel/").content.decode()
    assert reverse("payment_register:index") not in home
    assert reverse("task_register:index") not in home


def test_registers_have_no_address_that_writes():
    every = [str(pattern.pattern) for fn in hooks.get_hooks("register_admin_urls") for pattern in fn()]
    assert [one for one in every if one.startswith("^journal")] == ["^journal/$"]
    for name in (
        "payment_register",
        "application_register",
        "billing_delivery_register",
        "customer_register",
        "delivery_register",
        "suppression_register",
    ):
        for deed in ("add", "edit", "delete", "history", "usage", "copy"):
            with pytest.raises(NoReverseMatch):
                reverse(f"{name}:{deed}", args=[1] if deed != "add" else [])


@pytest.mark.parametrize("name", sorted({*FOR_CLERKS, *FOR_ADMINISTRATORS}))
def test_a_superuser_is_offered_nothing_to_write_either(client, name, payment):
    user = make_staff(is_superuser=True)
    client.force_login(user)
    note("trial", about="payment:1", by=user)
    assert client.get(address(name)).status_code == 200


def test_in_a_visit_the_whole_story_of_a_payment_is_on_one_page(clerk, client, payment):
    note("payment_succeeded", about=f"payment:{payment.public_id}", by="sandbox")
    GatewayEvent.objects.create(
        gateway="sandbox", event_id="evt_1", kind="session.paid", payment=payment, received_at=clock.now()
    )
    story = reverse("payment_register:inspect", args=[payment.public_id])
    assert "135,38" not in client.get(story).content.decode()
    open_visit(staff=clerk, customer=payment.customer, reason="Sprawa 12/2026")
    page = client.get(story).content.decode()
    for words in ("000123", "EB-TEST-1", "135,38", "session.paid (evt_1)", "cs_1"):
        assert words in page
    by_reference = client.get(reverse("payment_register:by_reference", args=["EB-TEST-1"]))
    assert by_reference.url == reverse("payment_register:inspect", args=[payment.public_id])


def test_payments_are_found_by_number_of_customer_and_state(clerk, client, payment):
    def found(**asked):
        return list(client.get(reverse("payment_register:index"), asked).context["object_list"])

    assert found(q="000123") == [payment]
    assert found(q="eb-test") == [payment]
    assert found(state="succeeded") == []
    assert found(is_held_for_clerk="false") == [payment]


def test_the_register_of_payments_costs_the_same_at_any_length(clerk, client, payment, put_payment):
    def cost():
        client.get(reverse("payment_register:index"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("payment_register:index"))
        return len(asked)

    before = cost()
    for number in range(2, 7):
        put_payment(make_customer(), f"EB-TEST-{number}")
    assert cost() == before


def test_an_application_is_shown_without_its_password(clerk, client):
    application = Application.objects.create(
        mode="invoice_proof",
        email="anna@example.pl",
        password="argon2$tajne",
        submission="11111111-1111-4111-8111-111111111111",
        created_at=clock.now(),
        proven_customer=make_customer(number="000777"),
        reason=Application.Reason.HAS_OWNER,
    )
    assert "anna@example.pl" in client.get(reverse("application_register:index")).content.decode()
    page = client.get(reverse("application_register:inspect", args=[application.public_id])).content.decode()
    assert "000777" in page
    assert str(application.get_reason_display()) in page
    assert "argon2" not in page


def test_a_delivery_of_billing_data_shows_its_counts_and_faults(clerk, client):
    delivery = BillingDelivery.objects.create(
        name="20261120",
        started_at=clock.now(),
        state=BillingDelivery.State.MERGED,
        counts={"customers": {"new": 3, "changed": 2, "same": 190, "gone": 0, "out": 1}},
        fault_counts={"row": 1, "warning": 4},
    )
    DeliveryFault.objects.create(
        delivery=delivery, weight="row", file="ledger.csv", line=7, sentence="There is no such customer."
    )
    assert ">5<" in "".join(client.get(reverse("billing_delivery_register:index")).content.decode().split())
    page = client.get(reverse("billing_delivery_register:inspect", args=[delivery.pk])).content.decode()
    for words in ("ledger.csv:7", "There is no such customer.", "190"):
        assert words in page
    report = client.get(reverse("billing_delivery_register:inspect", args=[delivery.pk]), {"report": "csv"})
    assert b"ledger.csv;7;There is no such customer.\r\n" in b"".join(report.streaming_content)


def test_an_import_that_is_running_shows_how_far_it_is(clerk, client):
    delivery = BillingDelivery.objects.create(
        name="20261121", started_at=clock.now(), rows_promised={"ledger.csv": 7311}, rows_read={"ledger.csv": 4217}
    )
    page = client.get(reverse("billing_delivery_register:inspect", args=[delivery.pk])).content.decode()
    assert "<td>4217</td><td>7311</td>" in page


def test_messages_sent_are_shown_without_their_words_and_whole_addresses(clerk, client):
    delivery = Delivery.objects.create(
        message="account_ready",
        about="user:1",
        recipient="anna@example.pl",
        subject="Aktywacja konta",
        body="Twój link: https://tajny.example/",
        message_id="<1@localhost>",
        state=Delivery.State.FAILED,
        last_error="Skrzynka pełna.",
        queued_at=clock.now(),
    )
    listed = client.get(reverse("delivery_register:index")).content.decode()
    page = client.get(reverse("delivery_register:inspect", args=[delivery.public_id])).content.decode()
    assert "Skrzynka pełna." in page
    for shown in (listed, page):
        assert "a•••@example.pl" in shown
        assert "tajny" not in shown
        assert "anna@example.pl" not in shown


def test_the_journal_shows_who_did_what(somebody_of, client):
    user = somebody_of("administrator")
    client.force_login(user)
    note("access_granted", about="delegation:1", by=user, role="owner")
    page = client.get("/panel/journal/").content.decode()
    assert "access_granted" in page
    assert "role: owner" in page


def test_polish_letters_are_found_in_any_case():
    make_customer(name="Łabędź Anna")
    model = make_customer(name="Kowal").__class__
    for asked in ("łabędź", "ŁABĘDŹ", "Łabędź a"):
        assert model.objects.filter(in_any_case("name", asked)).count() == 1, asked

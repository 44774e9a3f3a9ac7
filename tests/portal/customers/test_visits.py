"""A clerk sees one customer, for a reason, for half an hour, and can only look."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page

from home.staff_roles import ensure_groups
from portal import clock
from portal.customers import access
from portal.customers.actions import ReasonTooShort, close_visit, open_visit
from portal.customers.middleware import viewer_for
from portal.customers.models import Customer, Deed, StaffVisit
from portal.journal.models import AuditLine
from tests.factories import make_charge, make_customer, make_owner, make_staff

pytestmark = pytest.mark.django_db

REASON = "Telefon w sprawie faktury 12/2026"


@pytest.fixture
def customer():
    return make_customer(number="000123", name="Łabędź Anna", phone="600 100 200")


@pytest.fixture
def clerk(client):
    ensure_groups(Page.get_first_root_node())
    user = make_staff(first_name="Barbara")
    user.groups.add(Group.objects.get(name="bok"))
    client.force_login(user)
    return user


@pytest.fixture
def seen_by(rf):
    def seen(user, customer=None):
        request = rf.get("/", {"k": str(customer.public_id)} if customer else {})
        request.user, request.session = user, {}
        return viewer_for(request)

    return seen


def test_without_a_visit_a_clerk_sees_nothing_of_a_customer(clerk, customer, seen_by):
    viewer = seen_by(clerk, customer)
    assert not viewer.is_linked
    assert not access.visible(Customer.objects.all(), viewer, Deed.SEE_CONTRACT).exists()


def test_in_a_visit_a_clerk_sees_the_named_customer_and_changes_nothing(clerk, customer, seen_by):
    make_charge(customer)
    open_visit(staff=clerk, customer=customer, reason=REASON)
    viewer = seen_by(clerk, customer)
    assert viewer.role == "staff"
    assert viewer.reason == REASON
    assert access.may(viewer, Deed.SEE_BALANCE)
    for deed in (Deed.PAY, Deed.SUBMIT_READING, Deed.WRITE_CASE, Deed.CHANGE_CONTACT, Deed.DELEGATE):
        assert not access.may(viewer, deed)
    assert not seen_by(clerk, make_customer()).is_linked
    assert not seen_by(clerk).is_linked
    assert not seen_by(make_staff(), customer).is_linked


def test_a_visit_ends_by_itself_after_half_an_hour(clerk, customer, seen_by):
    visit = open_visit(staff=clerk, customer=customer, reason=REASON)
    assert visit.ends_at - visit.opened_at == timedelta(minutes=30)
    assert not access.open_visits(visit.ends_at).exists()
    StaffVisit.objects.update(ends_at=clock.now())
    assert not seen_by(clerk, customer).is_linked


def test_a_visit_that_was_ended_is_over_at_once(clerk, customer, seen_by):
    visit = open_visit(staff=clerk, customer=customer, reason=REASON)
    close_visit(visit, by=clerk)
    close_visit(visit, by=clerk)
    assert not seen_by(clerk, customer).is_linked
    lines = AuditLine.objects.filter(customer=customer.public_id).order_by("pk")
    assert list(lines.values_list("deed", "user")) == [("visit_opened", clerk.pk), ("visit_closed", clerk.pk)]


def test_who_no_longer_works_here_has_no_visit(clerk, customer, seen_by):
    open_visit(staff=clerk, customer=customer, reason=REASON)
    clerk.is_staff = False
    assert not seen_by(clerk, customer).is_linked


@pytest.mark.parametrize("reason", ["", "   ", "tak", "a        b"])
def test_a_visit_needs_a_reason(clerk, customer, reason):
    with pytest.raises(ReasonTooShort, match=r"\.$"):
        open_visit(staff=clerk, customer=customer, reason=reason)
    assert not StaffVisit.objects.exists()


def test_customers_are_found_by_number_and_name_and_nothing_else_is_shown(clerk, client, customer):
    make_customer(name="Kowal Jan")

    def found(asked):
        return list(client.get(reverse("customer_register:index"), {"q": asked}).context["object_list"])

    assert found("000123") == [customer]
    assert found("ŁABĘDŹ") == [customer]
    assert found("600 100") == []
    assert "600 100 200" not in client.get(reverse("customer_register:index")).content.decode()


def test_the_form_asks_for_the_reason_and_leads_to_what_the_customer_sees(clerk, client, customer):
    page = reverse("customer_register:visit", args=[customer.public_id])
    assert client.get(page).status_code == 200
    assert client.get(page, {"reason": "Z zadania 12"}).context["form"]["reason"].value() == "Z zadania 12"
    for too_short in ("krótko", "a             b"):
        refused = client.post(page, {"reason": too_short})
        assert refused.context["form"].errors["reason"]
    assert "600 100 200" not in refused.content.decode()
    assert client.post(page, {"reason": REASON}).url == f"/go/dashboard/?k={customer.public_id}"
    assert REASON in client.get(page).content.decode()
    ended = client.post(reverse("customer_register:end_visit", args=[customer.public_id]))
    assert ended.url == reverse("customer_register:index")
    assert not access.open_visits().exists()


def test_a_visit_asked_for_at_other_work_leads_back_to_it_and_never_out_of_the_panel(clerk, client, customer):
    page = reverse("customer_register:visit", args=[customer.public_id])
    work = reverse("task_register:index")
    assert f'value="{work}"' in client.get(page, {"next": work}).content.decode()
    assert client.post(page, {"reason": REASON, "next": work}).url == work
    for elsewhere in ("https://example.org/panel/", "//example.org/panel/", "/pulpit/"):
        assert client.post(page, {"reason": REASON, "next": elsewhere}).url.startswith("/go/dashboard/")


def test_editors_and_customers_open_no_visit(client, customer, clerk):
    editor = make_staff()
    editor.groups.add(Group.objects.get(name="redakcja"))
    for person, answer in ((editor, 403), (make_owner(), 302)):
        client.force_login(person)
        pressed = client.post(reverse("customer_register:visit", args=[customer.public_id]), {"reason": REASON})
        assert pressed.status_code == answer
    assert not StaffVisit.objects.exists()


def test_a_clerk_sees_the_dashboard_in_a_frame_that_says_whose_it_is_and_why(preset, clerk, client, customer):
    make_charge(customer, "135.38")
    make_owner(customer)
    dashboard = f"/go/dashboard/?k={customer.public_id}"
    assert client.get(dashboard, follow=True).status_code == 404
    open_visit(staff=clerk, customer=customer, reason=REASON)
    shown = client.get(dashboard, follow=True)
    assert shown.status_code == 200
    page = shown.content.decode()
    for words in (
        "000123",
        "Łabędź Anna",
        REASON,
        "135,38",
        reverse("customer_register:end_visit", args=[customer.public_id]),
    ):
        assert words in page
    assert "Łabędź" not in client.get("/go/dashboard/", follow=True).content.decode()


def test_a_customer_sees_no_frame(preset, client):
    customer = make_customer()
    client.force_login(make_owner(customer))
    page = client.get(f"/go/dashboard/?k={customer.public_id}", follow=True)
    assert page.status_code == 200
    assert "/panel/customers/" not in page.content.decode()


def test_in_a_visit_the_customer_is_greeted_and_the_account_menu_keeps_whose_it_is(preset, clerk, client, customer):
    Customer.objects.filter(pk=customer.pk).update(first_name="Anna")
    open_visit(staff=clerk, customer=customer, reason=REASON)
    page = client.get(f"/go/dashboard/?k={customer.public_id}", follow=True).content.decode()
    assert "Dzień dobry, Anno" in page
    assert f'href="/moje-dane/?k={customer.public_id}"' in page

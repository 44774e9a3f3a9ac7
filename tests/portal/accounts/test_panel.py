"""The panel has no sign-in of its own, and shows nobody's account but staff's."""

import pytest
from django.urls import reverse

from portal.accounts.models import User
from tests.factories import make_staff, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make_staff("admin@example.pl", is_superuser=True, first_name="Ada", last_name="Adminowska")


@pytest.fixture
def panel(client, admin):
    client.force_login(admin)
    return client


@pytest.fixture
def customer():
    return make_user("anna@example.pl", first_name="Anna", last_name="Kowalska")


@pytest.mark.parametrize(
    "path", ["/panel/login/", "/panel/password_reset/", "/panel/password_reset/confirm/MQ/set-password/"]
)
def test_wagtails_doors_lead_to_ours(client, path):
    assert client.get(path).headers["Location"].startswith("/konto/zaloguj/")


def test_a_stranger_at_the_panel_is_sent_to_our_sign_in(client):
    assert client.get("/panel/").headers["Location"] == "/konto/zaloguj/?next=/panel/"


def test_signing_in_at_wagtails_door_signs_nobody_in(client, admin):
    client.post("/panel/login/", {"username": admin.username, "password": "dobre-haslo-do-testow"})
    assert "_auth_user_id" not in client.session


def test_a_customer_does_not_enter_the_panel(client, customer):
    client.force_login(customer)
    assert client.get("/panel/").status_code == 302


def test_the_panels_account_page_changes_neither_password_nor_email(panel, admin):
    page = panel.get(reverse("wagtailadmin_account")).content.decode()
    assert "password-old_password" not in page
    assert "name_email-email" not in page
    before = admin.password
    panel.post(
        reverse("wagtailadmin_account"),
        {"name_email-first_name": "Ada", "name_email-last_name": "Nowa", "name_email-email": "evil@example.com"},
    )
    admin.refresh_from_db()
    assert (admin.email, admin.password) == ("admin@example.pl", before)


def test_the_list_of_users_shows_staff_only(panel, customer):
    page = panel.get(reverse("wagtailusers_users:index")).content.decode()
    assert "Adminowska" in page
    assert "Kowalska" not in page
    assert "anna@example.pl" not in page


def test_searching_users_finds_no_customer(panel, customer):
    page = panel.get(reverse("wagtailusers_users:index_results"), {"q": "anna"}).content.decode()
    assert "anna@example.pl" not in page


@pytest.mark.parametrize("view", ["edit", "history", "usage"])
def test_a_customers_account_is_not_found_among_users(panel, customer, view):
    assert panel.get(reverse(f"wagtailusers_users:{view}", args=[customer.pk])).status_code == 404


@pytest.mark.parametrize("view", ["edit", "history", "usage"])
def test_a_colleagues_account_is(panel, view):
    colleague = make_staff("bok@example.pl")
    assert panel.get(reverse(f"wagtailusers_users:{view}", args=[colleague.pk])).status_code == 200


def test_nobody_is_deleted(panel):
    colleague = make_staff("bok@example.pl")
    answer = panel.post(reverse("wagtailusers_users:delete", args=[colleague.pk]))
    assert answer.status_code == 403
    assert User.objects.filter(pk=colleague.pk).exists()


@pytest.mark.parametrize("action", ["delete", "assign_role", "set_active_state"])
def test_wagtails_bulk_actions_reach_no_user(panel, customer, action):
    path = f"/panel/bulk/accounts/user/{action}/"
    assert panel.get(path, {"id": customer.pk}).status_code == 404
    assert panel.post(path + "?id=all", {"mark_as_active": "False"}).status_code == 404


def test_a_new_colleague_signs_in_with_the_email_and_has_no_password_yet(panel, client):
    facts = {"email": "Nowa@Example.pl", "first_name": "Nina", "last_name": "Nowa"}
    answer = panel.post(reverse("wagtailusers_users:add"), facts)
    assert answer.status_code == 302
    colleague = User.objects.get(email="nowa@example.pl")
    assert colleague.is_staff
    assert not colleague.has_usable_password()


def test_a_colleague_can_be_changed(panel):
    colleague = make_staff("bok@example.pl", first_name="Bo", last_name="Kowal")
    url = reverse("wagtailusers_users:edit", args=[colleague.pk])
    panel.post(url, {"email": "bok@example.pl", "first_name": "Bogna", "last_name": "Kowal", "is_active": "on"})
    colleague.refresh_from_db()
    assert colleague.first_name == "Bogna"


def test_a_link_to_sign_out_of_the_panel_asks_first_and_only_a_press_ends_the_session(client, django_user_model):
    client.force_login(make_staff())
    asked = client.get("/panel/logout/")
    assert asked.status_code == 200
    assert "_auth_user_id" in client.session
    assert client.post("/panel/logout/").status_code == 302
    assert "_auth_user_id" not in client.session

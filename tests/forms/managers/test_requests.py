"""Managers ask for access, clerks grant it by customer or points, customers are told and may object. docs/rules/managers.md."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Page

from forms.managers.actions import Asked, MandateOver, OwnsIt, ask, grant, object_to, refuse, token_of
from forms.managers.models import ManagerGrant, ManagerRequest
from forms.managers.policies import months_after
from home.staff_roles import ensure_groups
from portal import clock
from portal.accounts.models import User
from portal.accounts.queries import find_by_identifier
from portal.customers import access
from portal.customers.models import Deed, Delegation, ServicePoint, StaffVisit
from portal.desk.models import Task
from portal.retention.actions import purge
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/konto/zarzadca/"


def rule(**values):
    RuleRecord.objects.create(rule_set="managers", effective_from=date(2020, 1, 1), values=values)
    rulebook.forget()


def asked(**changed):
    values = {
        "press": uuid4(),
        "company": "Zarząd Lipowa sp. z o.o.",
        "email": "biuro@lipowa.example",
        "properties": "ul. Lipowa 5",
    }
    return Asked(**values | {"mandate_until": date(2027, 12, 31), "is_person": True} | changed)


@pytest.fixture
def clerk():
    ensure_groups(Page.get_first_root_node())
    user = factories.make_staff()
    user.groups.add(Group.objects.get(name="bok"))
    return user


@pytest.fixture
def customer():
    return factories.make_customer(number="012345", email="wspolnota@example.pl")


def letters(run_jobs):
    mail.outbox.clear()
    run_jobs()
    return {(letter.to[0], letter.subject): letter.body for letter in mail.outbox}


# ------------------------------------------------------------------------------------------------------------- asking


def answers(**changed):
    pdf = SimpleUploadedFile("umowa.pdf", b"%PDF-1.7 umowa", content_type="application/pdf")
    typed = {
        "press": str(uuid4()),
        "company": "Zarząd Lipowa",
        "email": "biuro@lipowa.example",
        "properties": "ul. Lipowa 5",
    }
    return typed | {"mandate": pdf, "mandate_until": "31.12.2027"} | changed


def test_the_form_writes_a_request_with_its_mandate_and_gives_it_to_a_clerk(client):
    sent = client.post(PAGE, answers())
    assert sent.url == f"{PAGE}wyslane/"
    request = ManagerRequest.objects.get()
    assert (request.company, request.mandate_until, request.state) == ("Zarząd Lipowa", date(2027, 12, 31), "new")
    with request.mandate.open() as kept:
        assert kept.read() == b"%PDF-1.7 umowa"
    assert Task.objects.get().kind == "manager_request"


def test_pressing_twice_makes_one_request(client):
    press = str(uuid4())
    for _ in range(2):
        client.post(PAGE, answers(press=press))
    assert ManagerRequest.objects.count() == 1


def test_without_the_captcha_a_clerk_gets_it_and_no_letter_goes_out(client, run_jobs):
    client.post(PAGE, answers())
    assert not letters(run_jobs)
    ask(asked())
    assert [to for to, _subject in letters(run_jobs)] == ["biuro@lipowa.example"]


@pytest.mark.parametrize(
    "changed",
    [
        {"mandate": SimpleUploadedFile("umowa.pdf", b"MZ\x90 a program", content_type="application/pdf")},
        {"mandate": SimpleUploadedFile("umowa.pdf", b"", content_type="application/pdf")},
        {"mandate": ""},
        {"mandate_until": "19.11.2026"},
        {"email": "biuro"},
        {"properties": ""},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(client, changed):
    page = client.post(PAGE, answers(**changed))
    assert "error-summary" in page.content.decode()
    assert not ManagerRequest.objects.exists()


def test_where_it_goes_by_e_mail_the_page_says_to_whom_and_with_which_subject(client):
    rule(asked_by="email", email="ebok@wodociagi.example", subject="Aktywacja konta")
    page = client.get(PAGE).content.decode()
    assert "ebok@wodociagi.example" in page
    assert "Aktywacja konta" in page
    assert "<form" not in page.split("<main")[1]


def test_where_managers_have_no_accounts_there_is_no_page_and_no_link(client):
    assert PAGE in client.get("/konto/zaloguj/").content.decode()
    rule(asked_by="off")
    assert client.get(PAGE).status_code == 404
    assert PAGE not in client.get("/konto/zaloguj/").content.decode()


# ------------------------------------------------------------------------------------------------------------- granting


def test_granted_for_a_customer_both_are_told_and_it_ends_with_the_mandate(clerk, customer, run_jobs):
    factories.make_owner(customer, email="wlasciciel@example.pl")
    request = ask(asked())
    letters(run_jobs)

    grant(request, customer=customer, by=clerk)

    told = letters(run_jobs)
    assert {to for to, _subject in told} == {"biuro@lipowa.example", "wspolnota@example.pl", "wlasciciel@example.pl"}
    user = User.objects.get(email="biuro@lipowa.example")
    viewer = factories.viewer(user)
    assert (viewer.role, viewer.is_whole_customer) == ("manager", True)
    with clock.stopped(factories.moment("2027-12-31 23:59")):
        assert factories.viewer(user).is_linked
    with clock.stopped(factories.moment("2028-01-01 00:00")):
        assert not factories.viewer(user).is_linked
    assert Task.objects.get(kind="manager_request").state == "done"


def test_granted_for_points_the_manager_sees_those(clerk, customer):
    contract = factories.make_contract(customer)
    mine = factories.make_point(contract)
    factories.make_point(contract)
    grant(ask(asked()), customer=customer, points=[mine], by=clerk)
    viewer = factories.viewer(User.objects.get(email="biuro@lipowa.example"))
    assert list(access.visible(ServicePoint.objects.all(), viewer, Deed.SEE_CONTRACT)) == [mine]
    assert not access.may(viewer, Deed.MANAGE_E_INVOICE)


def test_several_customers_on_one_request_are_one_account(clerk, customer):
    request = ask(asked())
    for one in (customer, factories.make_customer()):
        grant(request, customer=one, by=clerk)
    assert User.objects.filter(email="biuro@lipowa.example").count() == 1
    assert factories.viewer(request.user).customers_count == 2


def test_a_manager_signs_in_with_the_e_mail_even_where_customers_do_not(clerk, customer):
    RuleRecord.objects.create(
        rule_set="sign_in", effective_from=date(2020, 1, 1), values={"identifiers": ["customer_number"]}
    )
    rulebook.forget()
    grant(ask(asked()), customer=customer, by=clerk)
    assert find_by_identifier("Biuro@Lipowa.example") == User.objects.get(email="biuro@lipowa.example")


def test_a_mandate_without_an_end_lasts_as_long_as_the_rules_say(clerk, customer):
    rule(longest_months=12)
    made = grant(ask(asked(mandate_until=None)), customer=customer, by=clerk)
    assert made.delegation.ends_at == clock.at(months_after(clock.today(), 12) + timedelta(days=1))


def test_a_mandate_that_is_over_grants_nothing(clerk, customer):
    request = ask(asked(mandate_until=clock.today()))
    with clock.stopped(clock.now() + timedelta(days=1)), pytest.raises(MandateOver, match=r"\.$"):
        grant(request, customer=customer, by=clerk)
    assert not Delegation.objects.exists()


def test_an_owner_is_not_made_a_manager(clerk, customer):
    factories.make_owner(customer, email="biuro@lipowa.example")
    with pytest.raises(OwnsIt, match=r"\.$"):
        grant(ask(asked()), customer=customer, by=clerk)


def test_refused_the_manager_reads_why(clerk, run_jobs):
    request = ask(asked())
    letters(run_jobs)
    refuse(request, by=clerk, why="Brakuje uchwały wspólnoty.")
    ((_to, body),) = letters(run_jobs).items()
    assert "Brakuje uchwały wspólnoty." in body
    assert request.state == "refused"


def test_the_same_day_of_a_shorter_month_is_its_last():
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2026, 12, 5), 1) == date(2027, 1, 5)


# ------------------------------------------------------------------------------------------------------------ objecting


def test_a_customer_who_objects_ends_the_access_at_once(clerk, customer, client, run_jobs):
    made = grant(ask(asked()), customer=customer, by=clerk)
    user = made.request.user
    page = reverse("managers:object", args=[token_of(made)])
    assert client.get(page).status_code == 200
    assert factories.viewer(user).is_linked  # opened, as a scanner of letters does, it ends nothing
    letters(run_jobs)

    client.post(page, {"why": "Nie znam tej firmy"})

    assert not factories.viewer(user).is_linked
    assert Task.objects.get(kind="manager_objection").body == "Nie znam tej firmy"
    assert [to for to, _subject in letters(run_jobs)] == ["biuro@lipowa.example"]
    made.refresh_from_db()
    object_to(made, why="jeszcze raz")
    assert ManagerGrant.objects.get().objection == "Nie znam tej firmy"


def test_an_altered_address_ends_nothing(clerk, customer, client):
    made = grant(ask(asked()), customer=customer, by=clerk)
    other = token_of(ManagerGrant(public_id=uuid4()))
    for token in (token_of(made)[:-1] + "_", other, "x"):
        assert client.post(reverse("managers:object", args=[token])).status_code == 404
    assert factories.viewer(made.request.user).is_linked


# ----------------------------------------------------------------------------------------------------------- the desk


def test_a_clerk_enters_an_e_mail_finds_the_customer_and_grants_points(clerk, customer, client):
    point = factories.make_point(factories.make_contract(customer))
    client.force_login(clerk)
    entered = client.post(reverse("manager_request_register:enter"), answers(mandate=""))
    request = ManagerRequest.objects.get()
    assert entered.url == reverse("manager_request_register:inspect", args=[request.public_id])
    assert (request.way, request.entered_by) == ("email", clerk)

    found = client.post(entered.url, {"do": "find", "number": "012345"})
    assert StaffVisit.objects.get().customer == customer  # what he sees of the customer, the customer can read later
    assert str(point) in client.get(found.url).content.decode()
    client.post(
        entered.url,
        {"do": "grant", "customer": str(customer.public_id), "scope": "points", "points": str(point.public_id)},
    )
    assert list(Delegation.objects.get().points.all()) == [point]


def test_a_clerk_grants_nothing_of_a_customer_whom_he_does_not_visit(clerk, customer, client):
    client.force_login(clerk)
    request = ask(asked())
    page = reverse("manager_request_register:inspect", args=[request.public_id])
    client.post(page, {"do": "grant", "customer": str(customer.public_id), "scope": "whole"})
    assert not Delegation.objects.exists()


def test_points_of_another_customer_are_not_granted(clerk, customer, client):
    foreign = factories.make_point()
    client.force_login(clerk)
    request = ask(asked())
    page = reverse("manager_request_register:inspect", args=[request.public_id])
    client.post(page, {"do": "find", "number": "012345"})
    client.post(
        page, {"do": "grant", "customer": str(customer.public_id), "scope": "points", "points": str(foreign.public_id)}
    )
    assert not Delegation.objects.exists()


def test_editors_and_customers_meet_no_request_and_no_mandate(clerk, client):
    name = ask(asked()).public_id
    editor = factories.make_staff()
    editor.groups.add(Group.objects.get(name="redakcja"))
    for person in (editor, factories.make_owner()):
        client.force_login(person)
        for address in (
            reverse("manager_request_register:index"),
            reverse("manager_request_register:inspect", args=[name]),
            reverse("manager_request_register:mandate", args=[name]),
            reverse("manager_request_register:enter"),
        ):
            assert client.get(address).status_code in (302, 403)


def test_a_request_is_emptied_a_year_after_its_access_ended(clerk, customer):
    made = grant(ask(asked(mandate_until=clock.today())), customer=customer, by=clerk)
    with clock.stopped(clock.now() + timedelta(days=300)):
        purge(is_dry=False)
        assert ManagerRequest.objects.get().properties
    with clock.stopped(clock.now() + timedelta(days=400)):
        purge(is_dry=False)
        assert ManagerRequest.objects.get().properties == ""
    assert made.request.company == ManagerRequest.objects.get().company

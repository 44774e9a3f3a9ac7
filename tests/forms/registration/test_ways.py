"""Each way of verifying, sent as the wizard sends it, to its end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password

from forms.registration import decisions, letter_requests
from forms.registration.actions import Asked, confirm, submit, token_of
from forms.registration.models import Application
from forms.registration.waiting import close_unsent_forms, forget_mailed_passwords, remind_of_forms
from portal import clock
from portal.accounts.models import Acceptance, SignInIdentifier, User
from portal.billing.consent_model import EInvoiceConsent
from portal.calendar import add_working_days
from portal.customers.actions import make_letter_code, revoke_access
from portal.customers.models import Customer, Delegation
from portal.customers.queries import customer_of_letter
from portal.desk.models import Task
from portal.notifications.models import Delivery
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests.factories import make_contract, make_customer, make_owner, make_staff, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "zielony-parapet-i-trzy-koty"


@pytest.fixture
def send(invoice: Any, terms: Any) -> Any:
    def sent(way: str, **more: Any) -> Application:
        facts: dict[str, Any] = {
            "submission": uuid4(),
            "way": way,
            "email": "anna@example.pl",
            "terms_id": terms.pk,
            "is_person": True,
        }
        if way in ("invoice_proof", "at_once", "letter_code"):
            facts["customer_id"] = invoice.customer_id
        if way in ("invoice_proof", "letter_code", "signed_form"):
            facts["password"] = make_password(PASSWORD)
        return submit(Asked(**(facts | more)))

    return sent


def letters(to: str = "anna@example.pl") -> list[str]:
    return list(Delivery.objects.filter(recipient=to).order_by("pk").values_list("message", flat=True))


def press(application: Application) -> Application:
    confirm(token_of(application))
    application.refresh_from_db()
    return application


# At once


@pytest.mark.fact("S1.7")
def test_at_once_the_login_and_a_password_come_in_one_mail(send, rule, invoice):
    rule(modes=["at_once"], gives_identifiers=["customer_number"])
    application = send("at_once")
    user = User.objects.get()
    assert (application.state, letters()) == ("active", ["registration_password"])
    assert Delegation.objects.get().customer == invoice.customer
    assert [one.value for one in user.identifiers.all()] == ["012345"]
    assert (user.must_change_password, user.has_usable_password()) == (True, True)
    assert Acceptance.objects.get().user == user


def test_at_once_a_customer_with_an_owner_gets_no_second_account(send, rule, invoice):
    rule(modes=["at_once"])
    owner = make_owner(invoice.customer, email="owner@example.pl")
    application = send("at_once")
    assert (application.state, application.reason) == ("to_decide", "has_owner")
    assert set(User.objects.all()) == {owner}
    assert letters() == ["registration_waiting"]
    assert letters("owner@example.pl") == ["registration_owner_told"]


def test_a_mailed_password_is_gone_from_our_books_once_it_is_sent(send, rule, run_jobs):
    rule(modes=["at_once"])
    send("at_once")
    delivery = Delivery.objects.get(message="registration_password")
    before = delivery.body
    forget_mailed_passwords()
    delivery.refresh_from_db()
    assert delivery.body == before
    run_jobs()
    forget_mailed_passwords()
    delivery.refresh_from_db()
    assert User.objects.get().email == "anna@example.pl"
    assert "hasło" in delivery.body
    assert not set(before.split()) & {word for word in delivery.body.split() if "-" in word}


# A clerk decides


@pytest.mark.fact("S3.21")
def test_where_a_clerk_decides_nobody_has_an_account_before(send, rule, invoice):
    rule(modes=["clerk"], generates_passwords=True, gives_identifiers=["issued"])
    application = send("clerk", given={"first_name": "Anna", "last_name": "Kowalska"})
    assert (application.state, application.reason) == ("to_decide", "by_rule")
    assert application.due_on == add_working_days(clock.today(), 5)
    assert not User.objects.exists()
    assert letters() == ["registration_waiting"]
    assert Task.objects.get().about == f"application:{application.public_id}"


@pytest.mark.fact("S3.22")
def test_a_clerks_yes_brings_an_issued_identifier_and_a_password(send, rule, sign_in_rule, invoice):
    sign_in_rule(identifiers=["issued"])
    rule(modes=["clerk"], generates_passwords=True, gives_identifiers=["issued"])
    application = send("clerk", given={"first_name": "Anna", "last_name": "Kowalska"})
    decisions.accept(application, invoice.customer, by=make_staff())
    application.refresh_from_db()
    user = application.user
    assert user is not None
    issued = SignInIdentifier.objects.get(user=user)
    assert (issued.kind, issued.value.isdigit(), issued.value == "012345") == ("issued", True, False)
    assert letters() == ["registration_waiting", "registration_accepted"]
    assert issued.value in Delivery.objects.get(message="registration_accepted").body
    assert user.get_full_name() == "Anna Kowalska"
    assert Task.objects.get().state == "done"


@pytest.mark.fact("S3.13")
def test_where_the_rules_say_so_linking_changes_the_billing_period_and_undoing_changes_it_back(send, rule, invoice):
    contract = make_contract(invoice.customer, billing_period_months=2)
    rule(modes=["clerk"], generates_passwords=True)
    RuleRecord.objects.create(rule_set="billing_period", effective_from="2020-01-01", values={"linking_sets_months": 1})
    rulebook.forget()
    application, clerk = send("clerk"), make_staff()
    decisions.accept(application, invoice.customer, by=clerk)
    contract.refresh_from_db()
    assert contract.billing_period_months == 1
    application.refresh_from_db()
    decisions.undo(application, why="To nie był ten klient.", by=clerk)
    contract.refresh_from_db()
    assert contract.billing_period_months == 2


@pytest.mark.fact("S3.2")
@pytest.mark.parametrize(
    ("changed", "rules", "words"),
    [
        ({"kind": "community"}, {"eligible_kinds": ["person"]}, "rodzaju"),
        ({"services": ["waste"]}, {}, "usług"),
        ({"is_closed": True}, {}, "zamknięty"),
    ],
)
def test_not_even_a_clerk_links_whom_the_rules_keep_out_and_it_is_said_why(send, rule, invoice, changed, rules, words):
    rule(modes=["clerk"], generates_passwords=True, **rules)
    Customer.objects.filter(pk=invoice.customer_id).update(**changed)
    with pytest.raises(decisions.CannotLink) as refused:
        decisions.accept(send("clerk"), Customer.objects.get(pk=invoice.customer_id), by=make_staff())
    assert words in str(refused.value)
    assert not Delegation.objects.exists()
    assert not User.objects.filter(is_staff=False).exists()


@pytest.mark.fact("S4.9")
def test_without_a_first_invoice_a_clerk_is_refused_too(send, rule, invoice):
    rule(modes=["clerk"], generates_passwords=True, is_first_invoice_needed=True)
    with pytest.raises(decisions.CannotLink) as refused:
        decisions.accept(send("clerk"), make_customer(), by=make_staff())
    assert "pierwszej" in str(refused.value)


def test_a_clerk_cannot_give_away_a_customer_that_has_an_owner(send, rule, invoice):
    rule(modes=["clerk"], generates_passwords=True)
    make_owner(invoice.customer)
    with pytest.raises(decisions.CannotLink):
        decisions.accept(send("clerk"), invoice.customer, by=make_staff())


# Signed form


@pytest.fixture
def form_a(rule: Any, send: Any) -> Application:
    rule(modes=["signed_form"], gives_identifiers=["email"], form_marking="iBOK")
    application: Application = send("signed_form", given={"first_name": "Anna", "last_name": "Nowa"})
    return application


def test_the_first_mail_holds_both_links_and_where_to_bring_the_form(form_a):
    (message,) = Delivery.objects.filter(recipient="anna@example.pl")
    assert message.message == "registration_form_a"
    assert message.body.count("/konto/rejestracja/") == 2
    assert "z dopiskiem: iBOK" in message.body
    assert not User.objects.exists()


def test_pressed_the_link_gives_an_account_that_acts_for_nobody(form_a, client):
    application = press(form_a)
    assert application.state == "awaits_form"
    assert not Delegation.objects.exists()
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    own = client.get("/konto/wniosek/")
    assert own.status_code == 200
    assert form_a.form_expires_at.strftime("%d.%m.%Y") in own.content.decode()
    assert client.get("/konto/wniosek/formularz/").headers["Content-Type"] == "application/pdf"


def test_the_form_of_the_link_is_this_applications_only_and_ends_with_its_time(form_a, client, page):
    from forms.registration.letters import form_token_of  # noqa: PLC0415 - only this test

    path = f"/konto/rejestracja/formularz/{form_token_of(form_a)}/"
    assert client.get(path).headers["Content-Type"] == "application/pdf"
    assert client.get(path[:-3] + "xx/").status_code == 404
    # The link that confirms is no link to the form, nor the other way round.
    assert client.get(f"/konto/rejestracja/formularz/{token_of(form_a)}/").status_code == 404
    assert client.post(f"/konto/rejestracja/{form_token_of(form_a)}/").status_code == 404
    with clock.stopped(clock.now() + timedelta(days=60)):
        assert client.get(path).status_code == 410


def test_whoever_waits_is_reminded_and_not_twice_a_day(form_a):
    press(form_a)
    with clock.stopped(clock.now() + timedelta(days=13)):
        assert remind_of_forms() == 0
    with clock.stopped(clock.now() + timedelta(days=15)):
        assert (remind_of_forms(), remind_of_forms()) == (1, 0)
    with clock.stopped(clock.now() + timedelta(days=29)):
        assert remind_of_forms() == 1
    assert letters().count("registration_form_reminder") == 2


def test_when_no_form_comes_the_account_is_closed_and_the_e_mail_is_free_again(form_a, client):
    press(form_a)
    with clock.stopped(clock.now() + timedelta(days=60, minutes=1)):
        assert (close_unsent_forms(), close_unsent_forms()) == (1, 0)
    form_a.refresh_from_db()
    assert (form_a.state, form_a.reason) == ("expired", "no_form")
    assert letters()[-1] == "registration_form_late"
    assert not User.objects.filter(email="anna@example.pl").exists()
    client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_consent_on_the_paper_turns_e_invoices_on(form_a, invoice):
    from portal.accounts.actions import publish_terms  # noqa: PLC0415 - only this test

    make_contract(invoice.customer)
    publish_terms(
        kind="e_invoice",
        language="pl",
        version="1",
        effective_from=clock.today(),
        title="E-faktura",
        text="<p>Tak.</p>",
    )
    press(form_a)
    decisions.accept(form_a, invoice.customer, by=make_staff(), with_e_invoice=True)
    consent = EInvoiceConsent.objects.get()
    assert (consent.customer, consent.email, consent.channel) == (invoice.customer, "anna@example.pl", "form_a")
    assert letters()[-1] in ("e_invoice_on", "registration_done")
    assert "registration_done" in letters()


# Letter with a code


def test_a_code_of_a_letter_proves_its_customer_once_and_in_time(send, rule, invoice):
    rule(modes=["letter_code"])
    code = make_letter_code(invoice.customer, by=make_staff(), days=30)
    assert customer_of_letter(number=" 012 345", code=code.lower().replace("-", " ")) == invoice.customer_id
    assert customer_of_letter(number="012346", code=code) is None
    assert customer_of_letter(number="012345", code=code[:-1] + "?") is None
    with clock.stopped(clock.now() + timedelta(days=30)):
        assert customer_of_letter(number="012345", code=code) is None
    assert press(send("letter_code")).state == "active"
    assert customer_of_letter(number="012345", code=code) is None


def test_a_second_letter_ends_the_first(invoice):
    clerk = make_staff()
    first = make_letter_code(invoice.customer, by=clerk, days=30)
    second = make_letter_code(invoice.customer, by=clerk, days=30)
    assert customer_of_letter(number="012345", code=first) is None
    assert customer_of_letter(number="012345", code=second) == invoice.customer_id


def test_asking_for_a_letter_tells_nothing_and_opens_one_task(client, page, rule, invoice):
    rule(modes=["invoice_proof", "letter_code"])
    answers = [
        client.post("/konto/rejestracja/list-z-kodem/", {"number": number, "name": name}, follow=True)
        for number, name in (("012345", "Kowalska"), ("999999", "Kowalska"), ("012345", "Wiśniewski"))
    ]
    said = [answer.content.decode().split("<main")[1].split("csrfmiddlewaretoken")[0] for answer in answers]
    assert said[0] == said[1] == said[2]
    assert Task.objects.get(kind="letter_code").customer == invoice.customer.public_id


def test_letters_cannot_be_asked_for_where_the_rules_offer_none(client, page):
    assert client.get("/konto/rejestracja/list-z-kodem/").status_code == 404


def test_letters_are_asked_for_only_so_often(invoice, rule):
    rule(modes=["letter_code"])
    asked = [letter_requests.ask(number="012345", name="Kowalska", address="10.0.0.1") for _ in range(7)]
    assert asked[0] is True
    assert asked[-1] is False


# One e-mail, several customers


def test_where_one_e_mail_may_own_many_a_second_customer_joins_the_account(send, sign_in_rule, invoice):
    sign_in_rule(customers_per_email="many")
    first = make_customer(number="077777")
    user = press(send("invoice_proof", customer_id=first.pk)).user
    application = send("invoice_proof")
    assert letters()[-1] == "registration_add"
    press(application)
    assert application.user == user
    assert {one.customer for one in Delegation.objects.all()} == {first, invoice.customer}
    assert user.check_password(PASSWORD)
    assert {one.value for one in user.identifiers.all()} == {"077777", "012345", "anna@example.pl"}


def test_a_clerks_own_e_mail_never_becomes_a_customers(send, sign_in_rule):
    sign_in_rule(customers_per_email="many")
    make_staff("anna@example.pl")
    assert send("invoice_proof").reason == "taken_email"


def test_where_one_e_mail_owns_one_a_clerk_cannot_link_a_second(send, rule, invoice):
    rule(modes=["clerk"], generates_passwords=True)
    application = send("clerk")
    make_owner(make_customer(), email="anna@example.pl")
    with pytest.raises(decisions.CannotLink) as refused:
        decisions.accept(application, invoice.customer, by=make_staff())
    assert "jednego" in str(refused.value)


def test_after_an_owner_is_revoked_the_number_signs_him_in_no_more_and_the_next_one_in(send, invoice, client):
    first = press(send("invoice_proof"))
    revoke_access(Delegation.objects.get(), by=make_staff())
    assert not first.user.identifiers.filter(value="012345").exists()
    second = press(send("invoice_proof", email="ewa@example.pl"))
    assert second.user.identifiers.filter(value="012345").exists()


# In person


def statement(**more: Any) -> decisions.Statement:
    facts = {"first_name": "Zofia", "last_name": "Dąb", "email": "", "phone": "", "signed_on": clock.today()}
    return decisions.Statement(**(facts | more))


@pytest.mark.fact("S2.8")
def test_somebody_without_an_e_mail_is_registered_at_the_office(rule, invoice, terms):
    rule(modes=["invoice_proof", "in_person"])
    clerk = make_staff()
    application = decisions.register_in_person(statement(), invoice.customer, by=clerk)
    assert (application.state, application.user.email, letters("")) == ("active", None, [])
    assert [one.value for one in application.user.identifiers.all()] == ["012345"]
    assert not application.user.has_usable_password()
    first = decisions.new_start_password(application, by=clerk)
    second = decisions.new_start_password(application, by=clerk)
    application.user.refresh_from_db()
    assert not application.user.check_password(first)
    assert application.user.check_password(second)
    assert application.user.must_change_password


def test_a_start_letter_cannot_be_printed_once_its_owner_has_signed_in(rule, invoice, client):
    clerk = make_staff()
    application = decisions.register_in_person(statement(), invoice.customer, by=clerk)
    password = decisions.new_start_password(application, by=clerk)
    client.post("/konto/zaloguj/", {"login": "012345", "password": password})
    assert "_auth_user_id" in client.session
    with pytest.raises(decisions.NotToDecide):
        decisions.new_start_password(application, by=clerk)


def test_at_the_office_nobody_is_left_without_a_way_in(rule, invoice):
    rule(gives_identifiers=["email"])
    with pytest.raises(decisions.NoWayIn):
        decisions.register_in_person(statement(), invoice.customer, by=make_staff())
    assert not Application.objects.exists()


def test_at_the_office_a_taken_e_mail_is_refused(rule, invoice):
    make_user("zofia@example.pl")
    with pytest.raises(decisions.CannotLink):
        decisions.register_in_person(statement(email="zofia@example.pl"), invoice.customer, by=make_staff())

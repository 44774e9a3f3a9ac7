"""An owner lets somebody else act: never more than the owner has, until a day, both told. docs/rules/rights.md."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail

from portal import clock
from portal.accounts.models import User
from portal.customers import access
from portal.customers.invitations import (
    InvitationOver,
    NotInvited,
    accept,
    end_right,
    invitation_of,
    invite,
    token_of,
    withdraw,
)
from portal.customers.models import Deed, Delegation, Invitation, ServicePoint
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
BOOKS = "ksiegowa@example.pl"


@pytest.fixture
def owner():
    return factories.make_owner(factories.make_customer(number="012345"), email="anna@example.pl", first_name="Anna")


@pytest.fixture
def customer(owner):
    return Delegation.objects.get(user=owner).customer


def invited(owner, **changed):
    terms = {"email": BOOKS, "deeds": ["see_invoices", "pay"], "until": clock.today() + timedelta(days=30)}
    return invite(viewer=factories.viewer(owner), by=owner, **terms | changed)


def letters(run_jobs):
    mail.outbox.clear()
    run_jobs()
    return {(letter.to[0], letter.subject): letter.body for letter in mail.outbox}


def test_the_invited_may_do_what_was_chosen_until_that_day(owner, customer):
    user = factories.make_user(BOOKS)
    accept(invited(owner), by=user)
    viewer = factories.viewer(user)
    assert {deed for deed in Deed if access.may(viewer, deed)} == {Deed.SEE_INVOICES, Deed.PAY}
    with clock.stopped(clock.at(clock.today() + timedelta(days=31))):
        assert not factories.viewer(user).is_linked


def test_only_the_chosen_points_are_seen(owner, customer):
    contract = factories.make_contract(customer)
    mine, _other = factories.make_point(contract), factories.make_point(contract)
    user = factories.make_user(BOOKS)
    accept(invited(owner, deeds=["see_contract"], points=[mine]), by=user)
    seen = access.visible(ServicePoint.objects.all(), factories.viewer(user), Deed.SEE_CONTRACT)
    assert list(seen) == [mine]


@pytest.mark.parametrize("deed", [Deed.DELEGATE, *sorted(access.CHANGES), "no_such_deed"])
def test_no_right_is_given_that_only_the_owner_has(owner, deed):
    with pytest.raises(NotInvited, match=r"\.$"):
        invited(owner, deeds=["pay", deed])
    assert not Invitation.objects.exists()


def test_who_is_not_the_owner_invites_nobody(owner, customer):
    for somebody in (factories.make_manager(customer), factories.make_owner(), factories.make_user()):
        viewer = access.viewer_of(somebody, customer=customer.public_id)
        with pytest.raises(NotInvited):
            invite(viewer=viewer, by=somebody, email=BOOKS, deeds=["pay"], until=clock.today())


@pytest.mark.parametrize(
    "changed",
    [
        {"deeds": []},
        {"until": date(2026, 11, 19)},
        {"until": date(2036, 11, 20)},
        {"email": "ANNA@example.pl"},
        {"points": []},
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(owner, changed):
    with pytest.raises(NotInvited, match=r"\.$"):
        invited(owner, **changed)


def test_points_of_another_customer_are_refused(owner):
    with pytest.raises(NotInvited):
        invited(owner, points=[factories.make_point()])


def test_a_taken_e_mail_is_refused_only_where_the_rules_say_so(owner):
    factories.make_user(BOOKS)
    assert invited(owner)
    RuleRecord.objects.create(
        rule_set="sign_in", effective_from=date(2020, 1, 1), values={"invites_taken_email": False}
    )
    rulebook.forget()
    with pytest.raises(NotInvited):
        invited(owner)


def test_both_are_told_of_everything(owner, run_jobs):
    made = invited(owner)
    assert [to for to, _subject in letters(run_jobs)] == [BOOKS]
    user = factories.make_user(BOOKS)
    held = accept(made, by=user)
    assert [to for to, _subject in letters(run_jobs)] == ["anna@example.pl"]
    end_right(held, by=owner)
    assert {to for to, _subject in letters(run_jobs)} == {"anna@example.pl", BOOKS}
    assert not factories.viewer(user).is_linked


def test_an_invitation_works_once_in_its_time_and_unless_taken_back(owner):
    late, back, used = (invited(owner, email=f"{name}@example.pl") for name in ("a", "b", "c"))
    withdraw(back, by=owner)
    accept(used, by=factories.make_user())
    with clock.stopped(clock.now() + timedelta(days=15)), pytest.raises(InvitationOver):
        accept(late, by=factories.make_user())
    for made in (back, used):
        with pytest.raises(InvitationOver):
            accept(made, by=factories.make_user())
        with pytest.raises(InvitationOver):
            invitation_of(token_of(made))
    with pytest.raises(InvitationOver):
        invitation_of(token_of(late)[:-1] + "_")


def test_an_owner_who_is_one_no_more_gives_nothing(owner):
    made = invited(owner)
    Delegation.objects.filter(user=owner).update(revoked_at=clock.now())
    with pytest.raises(InvitationOver):
        accept(made, by=factories.make_user(BOOKS))


def test_an_expired_right_opens_nothing_and_can_be_given_anew(owner, customer):
    user = factories.make_user(BOOKS)
    accept(invited(owner), by=user)
    with clock.stopped(clock.now() + timedelta(days=40)):
        accept(invited(owner, deeds=["see_readings"]), by=user)
        assert factories.viewer(user).deeds == {Deed.SEE_READINGS}


# -------------------------------------------------------------------------------------------------------------- screens


def test_on_the_pages_an_owner_invites_and_the_invited_opens_an_account(client, owner, customer, run_jobs):
    client.force_login(owner)
    k = str(customer.public_id)
    page = f"/konto/upowaznienia/zapros/?k={k}"
    assert client.get(page).status_code == 200
    wrong = client.post(page, {"email": BOOKS, "deeds": ["delegate"], "until": "31.12.2026"})
    assert "error-summary" in wrong.content.decode()
    client.post(page, {"email": BOOKS, "deeds": ["see_invoices"], "until": "31.12.2026"})
    assert BOOKS in client.get(f"/konto/upowaznienia/?k={k}").content.decode()
    ((_key, body),) = letters(run_jobs).items()
    link = re.search(r"https?://[^/\s]+(/konto/zaproszenie/\S+)", body)[1]

    client.logout()
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": "krótkie"}).status_code == 200
    accepted = client.post(link, {"first_name": "Ewa", "password": PASSWORD})
    assert accepted.url.endswith(f"?k={k}")
    user = User.objects.get(email=BOOKS)
    assert factories.viewer(user).deeds == {Deed.SEE_INVOICES}
    assert client.get(link).status_code == 404
    client.logout()
    client.post("/konto/zaloguj/", {"login": BOOKS, "password": PASSWORD})
    assert "_auth_user_id" in client.session


def test_a_person_gives_up_a_right_and_not_another_s(client, owner, customer):
    user, other = factories.make_user(BOOKS), factories.make_user()
    held = accept(invited(owner), by=user)
    client.force_login(other)
    assert client.post(f"/konto/upowaznienia/zakoncz/{held.public_id}/").status_code == 404
    client.force_login(user)
    client.post(f"/konto/upowaznienia/zakoncz/{held.public_id}/")
    assert not factories.viewer(user).is_linked

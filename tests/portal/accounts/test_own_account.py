"""“My account”: the e-mail confirmed at both addresses, sign-ins, consents, the file of all own data, closing."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.files.base import ContentFile

from portal import clock
from portal.accounts.actions import accept
from portal.accounts.email_change import TooManyQuestions, ask_for
from portal.accounts.models import Acceptance, DataDownload, EmailChange, TermsVersion, User
from portal.customers.models import Delegation
from portal.notifications.models import Delivery
from portal.retention.actions import purge
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client):
    """Signed in, and with the password typed once more a moment ago."""
    user = factories.make_owner(factories.make_customer(number="012345"), email="anna@example.pl", first_name="Anna")
    client.post(
        "/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD}, headers={"user-agent": "Firefox Android"}
    )
    client.post("/konto/potwierdz/?next=/konto/", {"password": PASSWORD})
    return user


def letters(run_jobs):
    mail.outbox.clear()
    run_jobs()
    return {letter.to[0]: letter.body for letter in mail.outbox}


def link(body):
    return re.search(r"https?://[^/\s]+(/konto/\S+)", body)[1]


# -------------------------------------------------------------------------------------------------------------- e-mail


def test_the_e_mail_changes_when_both_addresses_have_said_yes(client, anna, run_jobs):
    client.post("/konto/e-mail/", {"email": "Nowa@Example.pl"})
    written = letters(run_jobs)
    assert set(written) == {"anna@example.pl", "nowa@example.pl"}
    old, new = link(written["anna@example.pl"]), link(written["nowa@example.pl"])

    client.get(old)  # a scanner of letters opens it, and nothing happens
    client.post(new)
    anna.refresh_from_db()
    assert anna.email == "anna@example.pl"
    client.post(old)
    anna.refresh_from_db()
    assert anna.email == "nowa@example.pl"
    assert anna.identifiers.get().value == "nowa@example.pl"
    assert set(letters(run_jobs)) == {"anna@example.pl", "nowa@example.pl"}
    client.post(old)  # pressed again it changes nothing
    assert client.get(new).status_code == 200


def test_one_yes_changes_nothing_and_a_late_one_neither(client, anna, run_jobs):
    client.post("/konto/e-mail/", {"email": "nowa@example.pl"})
    written = letters(run_jobs)
    client.post(link(written["nowa@example.pl"]))
    with clock.stopped(clock.now() + timedelta(hours=49)):
        assert client.post(link(written["anna@example.pl"])).status_code == 404
    anna.refresh_from_db()
    assert anna.email == "anna@example.pl"


def test_an_altered_link_and_one_given_up_do_not_work(client, anna, run_jobs):
    client.post("/konto/e-mail/", {"email": "nowa@example.pl"})
    address = link(letters(run_jobs)["nowa@example.pl"])
    assert client.post(address[:-3] + "xx/").status_code == 404
    client.post("/konto/e-mail/", {"do": "give_up"})
    assert client.post(address).status_code == 404


def test_a_taken_e_mail_gets_no_letter_and_the_page_says_the_same(client, anna, run_jobs):
    factories.make_user("zajety@example.pl")
    answers = [
        client.post("/konto/e-mail/", {"email": email}).status_code
        for email in ("zajety@example.pl", "nowa@example.pl")
    ]
    assert answers == [302, 302]
    assert "zajety@example.pl" not in letters(run_jobs)


def test_asked_again_and_again_no_more_letters_go_out_and_it_is_said(client, anna, run_jobs):
    for number in range(5):
        ask_for(anna, f"nowa{number}@example.pl")
    with pytest.raises(TooManyQuestions, match="jutro"):
        ask_for(anna, "nowa5@example.pl")
    with clock.stopped(clock.now() + timedelta(hours=25)):
        ask_for(anna, "nowa5@example.pl")


def test_an_e_mail_taken_between_the_two_is_refused(client, anna, run_jobs):
    client.post("/konto/e-mail/", {"email": "nowa@example.pl"})
    written = letters(run_jobs)
    factories.make_user("nowa@example.pl")
    client.post(link(written["nowa@example.pl"]))
    assert client.post(link(written["anna@example.pl"])).status_code == 404
    anna.refresh_from_db()
    assert anna.email == "anna@example.pl"


def test_without_the_password_again_nobody_asks_for_another_e_mail(client):
    client.force_login(factories.make_user())
    client.post("/konto/e-mail/", {"email": "nowa@example.pl"})
    assert not EmailChange.objects.exists()


# ------------------------------------------------------------------------------------------------- sign-ins and consents


def test_the_list_of_sign_ins_says_when_and_from_which_device(client, anna):
    assert "Firefox, Android" in client.get("/konto/logowania/").content.decode()


def terms(kind="marketing"):
    return TermsVersion.objects.create(
        kind=kind, version="1", effective_from=date(2026, 1, 1), title="Zgoda", text="…", text_sha256="0" * 64
    )


def test_a_consent_is_taken_back_and_terms_lead_to_closing(client, anna):
    marketing, obligatory = accept(anna, terms()), accept(anna, terms("terms"))
    client.post("/konto/zgody/", {"acceptance": marketing.pk})
    assert client.post("/konto/zgody/", {"acceptance": obligatory.pk}).url == "/konto/zamknij/"
    withdrawn = dict(Acceptance.objects.values_list("terms__kind", "withdrawn_at"))
    assert withdrawn["marketing"]
    assert withdrawn["terms"] is None


def test_another_s_consent_is_not_found(client, anna):
    other = accept(factories.make_user(), terms())
    for key in (other.pk, "x", "9" * 30):
        assert client.post("/konto/zgody/", {"acceptance": key}).status_code == 404


# -------------------------------------------------------------------------------------------------------- the download


def packed(client):
    return zipfile.ZipFile(io.BytesIO(b"".join(client.get("/konto/moje-dane/plik/").streaming_content)))


def test_the_file_holds_everything_of_mine_and_nothing_of_others(client, anna, run_jobs):
    mine = Delegation.objects.get(user=anna).customer
    invoice = factories.make_charge(mine, "135.38", number="012345/7/2026").entry.invoice
    invoice.received_pdf.save("f.pdf", ContentFile(b"%PDF-1.7 moja"))
    factories.make_charge(factories.make_customer(), number="999999/1/2026")
    foreign = factories.make_customer(number="888888")
    factories.make_charge(foreign, number="888888/1/2026")
    Delegation.objects.create(user=anna, customer=foreign, role="manager", starts_at=clock.now(), ground="mandate")

    client.post("/konto/moje-dane/")
    assert client.get("/konto/moje-dane/plik/").status_code == 404  # it is being made
    run_jobs()

    pack = packed(client)
    invoices = json.loads(pack.read("invoices.json"))
    assert [one["number"] for one in invoices] == ["012345/7/2026"]
    (pdf,) = [name for name in pack.namelist() if name.endswith(".pdf")]
    assert pack.read(pdf) == b"%PDF-1.7 moja"
    assert "anna@example.pl" in pack.read("account.csv").decode()
    assert PASSWORD not in str([pack.read(name) for name in pack.namelist()])
    assert Delivery.objects.filter(message="download_ready", recipient="anna@example.pl").exists()


def test_asked_twice_it_is_made_once_and_it_goes_in_time(client, anna, run_jobs):
    for _ in range(2):
        client.post("/konto/moje-dane/")
    run_jobs()
    made = DataDownload.objects.get()
    assert made.parts_done == made.parts > 10
    with clock.stopped(clock.now() + timedelta(days=9)):
        purge(is_dry=False)
    assert not DataDownload.objects.exists()


# ------------------------------------------------------------------------------------------------------------- closing


def test_closing_forgets_the_person_and_keeps_the_money(client, anna, run_jobs):
    customer = Delegation.objects.get(user=anna).customer
    factories.make_charge(customer)
    proxy = factories.make_user()
    Delegation.objects.create(
        user=proxy, customer=customer, role="proxy", deeds=["pay"], starts_at=clock.now(), ground="invitation"
    )
    Authenticator.objects.create(user=anna, type="totp", data={})

    assert client.post("/konto/zamknij/", {}).status_code == 200
    assert User.objects.get(pk=anna.pk).is_active  # not ticked
    client.post("/konto/zamknij/", {"is_sure": "on"})

    anna.refresh_from_db()
    assert (anna.email, anna.first_name, anna.is_active) == (None, "", False)
    assert not anna.identifiers.exists()
    assert not Authenticator.objects.filter(user=anna).exists()
    assert not factories.viewer(proxy).is_linked
    assert client.get("/konto/").status_code == 302
    assert customer.invoices.count() == 1
    assert "anna@example.pl" in letters(run_jobs)
    again = client.post("/konto/zaloguj/", {"login": "anna@example.pl", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert again.status_code == 200
    assert factories.viewer(factories.make_owner(customer)).role == "owner"  # another may own it now


def test_staff_do_not_close_their_own_account(client):
    user = factories.make_staff("bok@example.pl")
    client.post("/konto/zaloguj/", {"login": "bok@example.pl", "password": PASSWORD})
    client.post("/konto/zamknij/", {"is_sure": "on"})
    assert User.objects.get(pk=user.pk).is_active

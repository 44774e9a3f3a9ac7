"""A sixth utility, which nobody thought of: its ways of registering work with a file of settings alone."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from forms.registration import decisions
from forms.registration.models import Application
from portal import clock
from portal.accounts.models import User
from portal.calendar import add_working_days
from portal.customers.actions import make_letter_code
from portal.customers.models import Delegation
from tests.factories import make_customer, make_staff
from tests.forms.conftest import Steps

pytestmark = pytest.mark.django_db
DOLINA = Path(__file__).with_name("dolina.toml")
OWN = "zielony-parapet-i-trzy-koty"
EWA = "ewa@example.pl"


@pytest.fixture
def steps(client: Client) -> Steps:
    call_command("load_preset", str(DOLINA), verbosity=0)
    return Steps(client)


def link_in(letter: Any) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/konto/rejestracja/\S+)", letter.body)
    assert found, letter.body
    return found[1]


def test_a_clerk_links_one_customer_a_letters_code_the_second_and_one_e_mail_signs_in_for_both(steps, run_jobs):
    first = make_customer(number="77-001", name="Wilk Ewa", street="ul. Polna 4")
    second = make_customer(number="77-002", name="Wilk Ewa", street="ul. Leśna 9")
    assert steps.get().headers["Location"] == "/rejestracja/regulamin/"
    assert "1 z 4" in steps.get("regulamin").content.decode()
    steps.send("regulamin", accepted="on")
    assert "error-summary" in steps.send("dane", first_name="Ewa", last_name="Wilk").content.decode()  # no street
    steps.send("dane", first_name="Ewa", last_name="Wilk", street="Polna 4")
    assert "error-summary" in steps.contact(EWA).content.decode()  # the phone is required here
    steps.contact(EWA, "600 100 200")
    assert steps.password(OWN).headers["Location"] == "/rejestracja/wyslane/"
    run_jobs()

    # The e-mail is confirmed, then a clerk decides, within the days of this utility.
    steps.client.post(link_in(mail.outbox[0]))
    application = Application.objects.get()
    assert (application.state, application.due_on) == ("to_decide", add_working_days(clock.today(), 3))
    clerk = make_staff()
    decisions.accept(application, first, by=clerk)

    # The second customer of the same person: by the code of a letter.
    code = make_letter_code(second, by=clerk, days=10)
    steps.client.get("/rejestracja/inaczej/letter_code/")
    steps.send("regulamin", accepted="on")
    assert "error-summary" in steps.send("kod", customer_number="77002", code="AAA-AAA-AAA-AAA").content.decode()
    steps.send("kod", customer_number="77 002", code=code.lower().replace("-", " "))
    steps.contact(EWA, "600 100 200")
    steps.password(OWN)
    run_jobs()
    steps.client.post(link_in(mail.outbox[-1]))

    user = User.objects.get(email=EWA)
    held = Delegation.objects.filter(user=user, role=Delegation.Role.OWNER)
    assert set(held.values_list("customer__number", "ground")) == {("77-001", "clerk"), ("77-002", "letter_code")}
    assert {identifier.kind for identifier in user.identifiers.all()} == {"email"}
    home = Client()
    assert home.post("/konto/zaloguj/", {"login": "77-001", "password": OWN}).status_code == 200
    assert home.post("/konto/zaloguj/", {"login": EWA, "password": OWN}).status_code == 302
    shown = home.get("/konto/klienci/").content.decode()
    assert "77-001" in shown
    assert "77-002" in shown


def test_a_preset_of_a_file_that_is_not_there_is_a_sentence(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("load_preset", "nigdzie/nie-ma.toml")
    assert ended.value.code == 2
    assert "nie-ma" in capsys.readouterr().err

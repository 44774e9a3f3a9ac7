"""Somebody is on the way to an account in each demo, as the preset's rules have it."""

import pytest
from django.core.management import call_command

from ebok import demo_applications, demo_people
from forms.moving.models import OldAccount
from forms.registration.models import Application
from portal.accounts.models import User
from portal.desk.models import Task
from tests.factories import make_contract, make_customer, make_point

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("preset_name", "mode", "state", "old"),
    [
        ("warszawa", "invoice_proof", "to_decide", 0),
        ("gryfino", "invoice_proof", "to_decide", 0),
        ("lebork", "clerk", "to_decide", 0),
        ("jaworzno", "clerk", "to_decide", 0),
        ("rzeszow", "signed_form", "awaits_form", 2),
    ],
)
def test_an_application_waits_and_old_accounts_may_move(settings, run_jobs, preset_name, mode, state, old):
    settings.EBOK_PRESET = preset_name
    call_command("load_preset", preset_name, verbosity=0)
    for name, kind in (
        ("Kowalska Anna", "person"),
        ("Wrona Piotr", "person"),
        ("Zając Ewa", "person"),
        ("Dąb", "firm"),
    ):
        make_point(make_contract(make_customer(external_id=f"A{name}", name=name, kind=kind)))
    demo_people.settle()
    # The demo gives its first firm to the manager; another one is free.
    free = make_customer(external_id="B", name="Sosna", kind="firm")

    for _start in range(2):
        demo_applications.settle()
        run_jobs()

    application = Application.objects.get()
    assert (application.mode, application.state) == (mode, state)
    assert application.user == User.objects.get(email="oczekujacy@demo.example")
    if mode == "invoice_proof":
        assert application.proven_customer == free
    else:
        assert (application.given["first_name"], application.given["last_name"]) == ("Piotr", "Wrona")
    assert bool(application.form_code) == (state == "awaits_form")
    assert Task.objects.filter(about=f"application:{application.public_id}").exists() == (state == "to_decide")
    assert OldAccount.objects.count() == old
    assert (demo_people.old_account_to_try() is not None) == bool(old)

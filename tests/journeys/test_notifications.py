"""An editor rewords a letter and the next one uses it; a customer chooses which letters come."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail

from portal import jobs
from portal.accounts.actions import accept
from portal.accounts.queries import terms_in_force
from portal.customers.models import Delegation
from portal.notifications.models import ChannelChoice, Delivery
from tests.beginnings import begin
from tests.factories import PASSWORD, make_charge, make_customer, make_owner, make_staff
from tests.journeys.registering import link_in, mails_to, press

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def sign_in(page: Any, login: str) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(login)
    page.locator("input[type=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_load_state()


@pytest.fixture
def editor(preset: str) -> Any:
    user = make_staff("redakcja@example.pl")
    user.groups.add(Group.objects.get(name="redakcja"))
    return user


def test_an_editor_changes_the_new_invoice_letter_and_the_next_invoice_uses_it(
    page: Any, axe: Any, editor: Any, run_jobs: Callable[[], Any]
) -> None:
    sign_in(page, editor.email)
    page.goto("/panel/messages/")
    row = page.locator("tr", has=page.locator("code", has_text="invoice_new"))
    row.get_by_role("link").click()
    page.locator("#id_subject").fill("Rachunek za wodę: {amount}")
    body = page.locator("#id_body")
    body.fill(body.input_value().replace("{number}", "{numer}"))
    page.locator("button:has-text('Zapisz')").first.click()
    page.locator("text={numer}").first.wait_for()  # refused: nothing fills it, and nothing that was typed is lost
    assert page.locator("#id_subject").input_value() == "Rachunek za wodę: {amount}"
    body.fill(body.input_value().replace("{numer}", "{number}"))
    with page.context.expect_page() as opened:
        page.locator("button[formaction*=trial]").click()
    opened.value.wait_for_load_state()
    opened.value.close()
    run_jobs()
    trial = mail.outbox[-1]
    assert trial.to == [editor.email]
    assert trial.subject == "Rachunek za wodę: [kwota faktury]"
    page.locator("button:has-text('Zapisz')").first.click()
    page.wait_for_url("**/snippets/**")

    customer = make_customer(number="098765")
    make_owner(customer, email="anna@example.pl")
    make_charge(customer, "135.38", number="098765/11/2026")
    jobs.later("portal.billing.tasks.announce_new")
    run_jobs()
    letter = mail.outbox[-1]
    assert letter.to == ["anna@example.pl"]
    assert letter.subject.replace("\xa0", " ") == "Rachunek za wodę: 135,38 zł"


def test_a_customer_chooses_which_letters_come_and_stops_one_from_a_letter(
    page: Any, axe: Any, preset: str, run_jobs: Callable[[], Any]
) -> None:
    customer = make_customer(number="098765")
    anna = make_owner(customer, email="anna@example.pl", phone="501502503")
    accept(anna, terms_in_force())
    make_charge(customer, "135.38", number="098765/11/2026")
    jobs.later("portal.billing.tasks.announce_new")
    run_jobs()
    sign_in(page, anna.email)
    page.goto("/konto/powiadomienia/")
    axe(page)
    assert page.get_by_text("Nowa faktura: 135,38").first.is_visible()
    page.locator("[name='sms:invoice_new']").check()
    page.locator("[name='email:invoice_overdue']").uncheck()
    page.locator("main form button").click()
    page.get_by_text("Zapisaliśmy Twój wybór").wait_for()
    chosen = {(one.message, one.channel): one.is_on for one in ChannelChoice.objects.filter(user=anna)}
    assert chosen["invoice_new", "sms"]
    assert not chosen["invoice_overdue", "email"]

    link = mail.outbox[-1].extra_headers["List-Unsubscribe"].strip("<>")
    page.goto("/" + link.split("/", 3)[3])
    axe(page)
    page.locator("main form button").click()
    page.get_by_text("Gotowe").wait_for()
    axe(page)
    assert not ChannelChoice.objects.get(user=anna, message="invoice_new", channel="email").is_on


@pytest.mark.fact("S2.6")
def test_a_recipient_in_gryfino_learns_of_a_new_invoice_by_e_mail_and_opens_it_from_there(
    page: Any, axe: Any, run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    klient = begin(settings, tmp_path, "gryfino", customers=12)["klient"]
    owner = Delegation.objects.get(user__email=klient["email"])
    make_charge(owner.customer, "135.38", number="FV/11/2026")
    jobs.later("portal.billing.tasks.announce_new")
    run_jobs()
    (letter,) = mails_to(klient["email"])
    assert "135,38" in letter.subject
    assert "FV/11/2026" in letter.body

    page.goto(link_in(letter))
    page.locator("input[name=login]").fill(klient["identifier"])
    page.locator("input[name=password]").fill(klient["password"])
    press(page)
    page.get_by_role("heading", name="FV/11/2026").wait_for()
    axe(page)
    assert Delivery.objects.get(message="invoice_new", user=owner.user).opened_at

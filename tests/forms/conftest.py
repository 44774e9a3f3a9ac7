"""A site with the registration page, the rules of a utility whose user number begins each invoice number, and a customer."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import altcha
import pytest
from django.test import Client
from wagtail.models import Locale, Page, Site

from forms.models import RegistrationPage
from home.models import HomePage
from home.roles import PageRole
from portal import clock
from portal.accounts.actions import publish_terms
from portal.accounts.models import TermsVersion
from portal.billing.models import Invoice
from portal.content import addresses
from portal.utility import rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord, Utility
from tests.factories import make_charge, make_customer


@pytest.fixture
def warszawa(db: None) -> Iterator[None]:
    """Number or e-mail; persons link themselves; captcha on."""
    values: dict[str, dict[str, Any]] = {
        "sign_in": {
            "identifiers": ["customer_number", "email"],
            "label": "Numer użytkownika lub e-mail",
            "hint": "Numer użytkownika to 6 pierwszych cyfr faktury.",
            "customers_per_email": "one",
        },
        "registration": {"gives_identifiers": ["customer_number", "email"], "self_link_kinds": ["person"]},
    }
    for name, rule_values in values.items():
        RuleRecord.objects.create(rule_set=name, effective_from="2020-01-01", values=rule_values)
    Utility.objects.create(name="Wodociągi Testowe", product_name="eBOK", phone="22 445 50 00")
    yield
    forget_everything()


@pytest.fixture
def rule(warszawa: None) -> Any:
    """Changes values of the registration rules, from the beginning of time."""

    def change(**values: Any) -> None:
        record = RuleRecord.objects.get(rule_set="registration")
        record.values |= values
        record.save()
        rulebook.forget()

    return change


@pytest.fixture
def sign_in_rule(warszawa: None) -> Any:
    """Changes values of the rules of signing in."""

    def change(**values: Any) -> None:
        record = RuleRecord.objects.get(rule_set="sign_in")
        record.values |= values
        record.save()
        rulebook.forget()

    return change


@pytest.fixture
def terms(db: None) -> TermsVersion:
    return publish_terms(
        kind="terms",
        language="pl",
        version="1.0",
        effective_from=clock.today(),
        title="Regulamin eBOK",
        text="<p>Zasady.</p>",
        pdf=b"%PDF-1.7 " + b"x" * 435_000,
    )


@pytest.fixture
def page(warszawa: None, terms: TermsVersion) -> Iterator[RegistrationPage]:
    locale = Locale.objects.get(language_code="pl")
    home = Page.get_first_root_node().add_child(instance=HomePage(title="Start", slug="start", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    page = home.add_child(instance=RegistrationPage(title="Załóż konto", slug="rejestracja", locale=locale))
    PageRole.objects.create(role="registration", page=page)
    addresses.forget()
    forget_everything()
    yield page
    addresses.forget()


@pytest.fixture
def invoice(warszawa: None) -> Invoice:
    """Anna Kowalska's invoice 012345/11/2026 of 135,38 zł; the office knows her as known@example.pl."""
    customer = make_customer(number="012345", email="known@example.pl")
    return make_charge(customer, "135.38", number="012345/11/2026").entry.invoice


@pytest.fixture
def wizard(client: Client, page: RegistrationPage, invoice: Invoice) -> "Steps":
    return Steps(client)


class Steps:
    """Somebody who registers in a browser without scripts."""

    path = "/rejestracja/"

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, step: str = "", **more: Any) -> Any:
        return self.client.get(f"{self.path}{step}/" if step else self.path, **more)

    def send(self, step: str, **answers: str) -> Any:
        """What the form of this step holds, with these answers: hidden fields are sent along as a browser would."""
        shown = self.get(step)
        hidden = {} if shown.status_code != 200 else self._hidden(shown)
        posted = hidden | {f"{step}-{name}": value for name, value in answers.items()}
        return self.client.post(f"{self.path}{step}/", posted)

    def _hidden(self, shown: Any) -> dict[str, str]:
        fields = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', shown.content.decode())
        return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}

    def invoice(self, number: str = "012345/11/2026", amount: str = "135,38") -> Any:
        return self.send("faktura", number=number, amount=amount)

    def contact(self, email: str = "anna@example.pl", phone: str = "") -> Any:
        return self.send("kontakt", email=email, phone=phone)

    def password(self, chosen: str = "zielony-parapet-i-trzy-koty") -> Any:
        return self.send("haslo", password=chosen)

    def accept(self, *, person: str = "", **answers: str) -> Any:
        return self.send("regulamin", **({"accepted": "on", "person": person} | answers))

    def everything(self, *, email: str = "anna@example.pl", person: str = "") -> Any:
        self.invoice()
        self.contact(email)
        self.password()
        return self.accept(person=person)


@pytest.fixture
def solved(client: Client, page: RegistrationPage) -> Any:
    """Works the captcha out, as a browser with scripts does."""

    def solve() -> str:
        asked = client.get("/konto/rejestracja/sprawdzenie/").json()
        found = altcha.solve_challenge(asked["challenge"], asked["salt"], asked["algorithm"], asked["max_number"], 0)
        answer = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")} | {
            "number": found.number
        }
        return base64.b64encode(json.dumps(answer).encode()).decode()

    return solve

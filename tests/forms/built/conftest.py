"""A site with one form: a first step, a step that only some are asked, a last step."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from wagtail.models import Locale, Page, Site

from forms.built.models import FormField
from forms.built.uploads import WAITING
from forms.models import FormPage
from home.models import HomePage
from home.staff_roles import ensure_groups
from portal.content import addresses
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests.factories import make_staff

QUESTION = "Czy coś nie działa?"


@pytest.fixture
def form(db: None) -> Iterator[FormPage]:
    locale = Locale.objects.get(language_code="pl")
    home = Page.get_first_root_node().add_child(instance=HomePage(title="Start", slug="start", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    page = FormPage(title="Ankieta", slug="ankieta", locale=locale, told="biuro@example.pl, drugi@example.pl")
    page.form_fields = [
        FormField(sort_order=0, field_type="radio", label=QUESTION, choices="Tak\nNie"),
        FormField(sort_order=1, field_type="singleline", label="Imię", required=False),
        FormField(sort_order=2, field_type="step", label="Co nie działa?", only_if=QUESTION, only_if_answer="Tak"),
        FormField(sort_order=3, field_type="multiline", label="Opis"),
        FormField(sort_order=4, field_type="file", label="Zdjęcie", required=False),
        FormField(sort_order=5, field_type="step", label="Kontakt"),
        FormField(sort_order=6, field_type="email", label="E-mail"),
    ]
    home.add_child(instance=page)
    page.save_revision().publish()
    ensure_groups(home)
    RuleRecord.objects.create(rule_set="forms", effective_from="2020-01-01", values={"is_captcha_on": False})
    addresses.forget()
    forget_everything()
    if storages["private"].exists(WAITING):
        for name in storages["private"].listdir(WAITING)[1]:
            storages["private"].delete(f"{WAITING}/{name}")
    yield page
    addresses.forget()


class Filling:
    """Somebody who fills the form in, in a browser without scripts."""

    path = "/ankieta/"

    def __init__(self, client: Client) -> None:
        self.client = client

    def get(self, step: str = "") -> Any:
        return self.client.get(f"{self.path}{step}/" if step else self.path)

    def send(self, step: str, **answers: Any) -> Any:
        shown = self.get(step).content.decode()
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown)
        posted = {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}
        return self.client.post(
            f"{self.path}{step}/", posted | {f"{step}-{name}": one for name, one in answers.items()}
        )

    def everything(self, **contact: Any) -> Any:
        self.send("krok-1", czy_cos_nie_dziala="Nie", imie="Ewa")
        self.send("krok-3", **({"e_mail": "ewa@example.pl"} | contact))
        return self.send("sprawdz")


@pytest.fixture
def filling(client: Client, form: FormPage) -> Filling:
    return Filling(client)


@pytest.fixture
def a_picture() -> Any:
    def draw(name: str = "zdjecie.png") -> SimpleUploadedFile:
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8), "blue").save(drawn, "PNG")
        return SimpleUploadedFile(name, drawn.getvalue(), content_type="image/png")

    return draw


@pytest.fixture
def staff(form: FormPage) -> Any:
    from django.contrib.auth.models import Group  # noqa: PLC0415 - a model, needed here alone

    def person(group: str) -> Any:
        user = make_staff(email=f"{group}@example.org")
        user.groups.add(Group.objects.get(name=group))
        return user

    return person

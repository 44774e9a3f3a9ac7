"""Building a form, and reading and exporting what came, in the panel."""

import csv
import io

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from forms.built.models import Attachment, FilledForm
from forms.models import FormPage
from home.models import HomePage

pytestmark = pytest.mark.django_db


def row(number, **values):
    plain = {"label": "", "help_text": "", "choices": "", "only_if": "", "only_if_answer": "", "ORDER": number}
    return {f"form_fields-{number}-{name}": value for name, value in (plain | values).items()}


def build(staff, *rows, title="Nowy formularz"):
    """What an editor's press on "publish" sends."""
    client = Client()
    client.force_login(staff("redakcja"))
    home = HomePage.objects.get()
    sent = {"title": title, "slug": "nowy", "lead": "", "told": "", "thanks": "null", "body-count": 0}
    sent |= {"form_fields-TOTAL_FORMS": len(rows), "form_fields-INITIAL_FORMS": 0, "comments-TOTAL_FORMS": 0}
    sent |= {"form_fields-MIN_NUM_FORMS": 0, "form_fields-MAX_NUM_FORMS": 1000, "comments-INITIAL_FORMS": 0}
    for number, values in enumerate(rows):
        sent |= row(number, **values)
    address = reverse("wagtailadmin_pages:add", args=["ebok_forms", "formpage", home.pk])
    return client.post(address, sent | {"action-publish": "1"})


def words(answer):
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


CHOICE = {"field_type": "radio", "label": "Czy działa?", "choices": "Tak\nNie"}


def test_an_editor_builds_and_publishes_a_form(form, staff):
    build(
        staff,
        CHOICE,
        {"field_type": "step", "label": "Dalej", "only_if": "Czy działa?", "only_if_answer": "Nie"},
        {"field_type": "multiline", "label": "Co się stało?"},
    )
    built = FormPage.objects.get(slug="nowy")
    assert [field.name for field in built.form_fields.all()] == ["czy_dziala", "dalej", "co_sie_stalo"]
    assert Client().get("/nowy/krok-1/").status_code == 200


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([CHOICE | {"choices": "Tak"}], "Wpisz co najmniej dwie odpowiedzi"),
        ([{"field_type": "step", "label": "Krok"}], "musi mieć choć jedno pytanie"),
        ([CHOICE | {"only_if": "Cokolwiek"}], "może zależeć tylko krok"),
        ([CHOICE, {"field_type": "step", "label": "Dalej", "only_if": "Inne?"}], "Żadne wcześniejsze pytanie"),
        (
            [CHOICE, {"field_type": "step", "label": "D", "only_if": "Czy działa?", "only_if_answer": "Może"}],
            "jedną z jego odpowiedzi: Tak, Nie",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(form, staff, rows, says):
    refused = build(staff, *rows)
    assert refused.status_code == 200
    assert says in words(refused)
    assert not FormPage.objects.filter(slug="nowy").exists()


@pytest.fixture
def filled(form, filling, a_picture):
    filling.send("krok-1", czy_cos_nie_dziala="Tak", imie="=HYPERLINK(1)")
    filling.send("krok-2", opis="Nie działa.", zdjecie=a_picture())
    filling.send("krok-3", e_mail="ewa@example.pl")
    filling.send("sprawdz")
    return FilledForm.objects.get()


def listed(form, who, **asked):
    client = Client()
    client.force_login(who)
    return client.get(reverse("wagtailforms:list_submissions", args=[form.pk]), asked)


def test_the_office_reads_the_answers_and_takes_the_file(form, staff, filled):
    page = listed(form, staff("bok"))
    assert "ewa@example.pl" in words(page)
    link = BeautifulSoup(page.content, "html.parser").find("a", string="zdjecie.png")["href"]
    client = Client()
    client.force_login(staff("redakcja"))
    answer = client.get(link)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")


def test_the_answers_are_exported_as_csv_without_a_formula(form, staff, filled):
    exported = b"".join(listed(form, staff("redakcja"), export="csv").streaming_content).decode()
    head, first = csv.reader(io.StringIO(exported))
    assert head[1:3] == ["Czy coś nie działa?", "Imię"]
    assert first[1:3] == ["Tak", "'=HYPERLINK(1)"]


def test_the_answers_are_exported_as_xlsx_without_a_formula(form, staff, filled):
    exported = b"".join(listed(form, staff("redakcja"), export="xlsx").streaming_content)
    head, first = openpyxl.load_workbook(io.BytesIO(exported)).active.values
    assert head[0] == "Wysłano"
    assert first[2] == "'=HYPERLINK(1)"
    assert first[4] == "zdjecie.png"


def test_the_clerk_finds_the_list_of_forms(form, staff):
    client = Client()
    client.force_login(staff("bok"))
    assert "Ankieta" in words(client.get(reverse("wagtailforms:index")))


def test_marketing_reads_no_answers(form, staff, filled):
    client = Client()
    client.force_login(staff("marketing"))
    attached = Attachment.objects.get()
    addresses = [
        reverse("wagtailforms:index"),
        reverse("wagtailforms:list_submissions", args=[form.pk]),
        reverse("filled_form_file", args=[attached.public_id]),
    ]
    for address in addresses:
        answer = client.get(address, headers={"X-Requested-With": "XMLHttpRequest"})
        assert answer.status_code in (403, 404), address


def test_an_editor_previews_every_step(form, rf, staff):
    request = rf.get("/")
    request.user = staff("redakcja")
    for mode, _label in form.preview_modes:
        assert form.make_preview_request(request, mode).status_code == 200, mode

"""The page that editors place and put words to."""

import pytest
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import Page

from forms.models import RegistrationPage
from forms.registration.verification import UnknownWay, way_named
from portal.notifications.messages import message
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def test_an_editors_words_stand_in_the_place_of_the_houses(client, page, invoice):
    page.words = [
        (
            "step",
            {
                "step": "faktura",
                "heading": "Podaj fakturę",
                "text": "<p>Weź <b>ostatnią</b> fakturę.</p>",
                "hints": [{"field": "number", "text": "W ramce po prawej."}],
                "folds": [{"title": "Nie mam faktury", "text": "<p>Zadzwoń.</p>"}],
            },
        )
    ]
    page.save()
    shown = client.get("/rejestracja/faktura/").content.decode()
    for words in ("Podaj fakturę", "<b>ostatnią</b>", "W ramce po prawej.", "Nie mam faktury"):
        assert words in shown


def test_what_an_editor_leaves_empty_stays_the_houses(client, page, invoice):
    page.words = [("step", {"step": "faktura", "heading": "Podaj fakturę", "text": "", "hints": [], "folds": []})]
    page.save()
    shown = client.get("/rejestracja/faktura/").content.decode()
    assert "Podaj fakturę" in shown
    assert "6" in shown  # how many months an invoice is good for, from the rules
    assert "<details" in shown


def test_the_houses_words_follow_the_rules(client, page, invoice, rule):
    from portal.utility import rulebook  # noqa: PLC0415 - only this test
    from portal.utility.models import RuleRecord  # noqa: PLC0415 - only this test

    RuleRecord.objects.create(rule_set="billing", effective_from="2020-01-01", values={"proof_recent_months": 17})
    rulebook.forget()
    assert "17" in client.get("/rejestracja/faktura/").content.decode()


@pytest.mark.parametrize("mode", ["faktura", "kontakt", "haslo", "regulamin", "wyslane", "oczekuje", ""])
def test_each_step_has_a_preview_that_leads_nowhere_and_holds_nobodys_data(client, page, mode):
    editor = make_staff(is_superuser=True)
    request = RequestFactory().get("/")
    request.user = editor
    shown = page.make_preview_request(request, mode)
    assert shown.status_code == 200
    assert "error-summary" not in shown.rendered_content if hasattr(shown, "rendered_content") else True


def test_a_draft_can_be_previewed_before_it_is_published(page):
    page.live = False
    request = RequestFactory().get("/")
    request.user = make_staff(is_superuser=True)
    assert page.make_preview_request(request, "kontakt").status_code == 200


def test_an_editor_opens_the_page_in_the_panel(client, page):
    client.force_login(make_staff(is_superuser=True))
    assert client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200


def test_there_is_one_such_page_a_language():
    assert RegistrationPage.max_count == 2
    assert Page not in RegistrationPage.allowed_subpage_models()


def test_a_way_that_no_file_knows_is_said_so():
    with pytest.raises(UnknownWay):
        way_named("telepathy")


@pytest.mark.parametrize(
    "code",
    [
        "registration_confirm",
        "registration_done",
        "registration_taken",
        "registration_waiting",
        "registration_owner_told",
        "contact_told",
    ],
)
def test_each_message_fills_what_its_text_asks_for(code):
    from portal.notifications.messages import placeholders_in  # noqa: PLC0415 - only this test

    known = message(code)
    asked = placeholders_in(str(known.subject)) | placeholders_in(str(known.body))
    assert asked <= set(known.every_placeholder)
    assert set(known.needed) <= asked

"""What an editor may write into a message."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.models import Locale

from portal.notifications.models import MessageTemplate
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


def template(code: str = "greeting", subject: str = "Witaj", body: str = "{name}: {link}") -> MessageTemplate:
    return MessageTemplate(code=code, locale=Locale.objects.get(), subject=subject, body=body)


def faults(wrong: MessageTemplate) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        wrong.full_clean()
    return refused.value.message_dict


def test_known_placeholders_are_accepted(greeting):
    template(subject="{utility} pisze do {name}").full_clean()


def test_a_placeholder_that_nothing_fills_is_refused_with_the_list_of_those_that_exist(greeting):
    (sentence,) = faults(template(body="{nmae}: {link}"))["body"]
    assert "{nmae}" in sentence
    assert "{name}" in sentence
    assert "{utility}" in sentence


def test_a_placeholder_in_the_subject_is_checked_too(greeting):
    assert "{name.email}" in faults(template(subject="{name.email}"))["subject"][0]


def test_a_text_without_its_link_is_refused(greeting):
    assert "{link}" in faults(template(body="{name}"))["body"][0]


def test_a_message_that_nobody_sends_is_refused(greeting):
    assert "code" in faults(template(code="birthday"))


@pytest.fixture
def editor(client):
    client.force_login(make_staff(is_superuser=True))
    return client


def test_an_editor_sees_each_placeholder_beside_the_text(greeting, editor):
    url = reverse(MessageTemplate.snippet_viewset.get_url_name("add"))
    page = editor.get(url).content.decode()
    assert "<code>{name}</code>" in page
    assert "<code>{utility}</code>" in page
    assert "Dzień dobry, {name}!" in page


def test_an_editor_can_save_a_template_and_a_wrong_one_comes_back_with_a_sentence(greeting, editor):
    url = reverse(MessageTemplate.snippet_viewset.get_url_name("add"))
    wrong = editor.post(url, {"code": "greeting", "subject": "Witaj", "body": "{nobody} {link}"})
    assert "{nobody}" in wrong.content.decode()
    right = editor.post(url, {"code": "greeting", "subject": "Witaj", "body": "{name} {link}"})
    assert right.status_code == 302
    assert MessageTemplate.objects.get().subject == "Witaj"


def test_the_preview_shows_the_meaning_of_each_placeholder_in_its_place(greeting, rf):
    shown = template().serve_preview(rf.get("/"), "").content.decode()
    assert "[the reader&#x27;s name]" in shown

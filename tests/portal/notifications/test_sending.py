"""How a message is written with its deed, and sent once."""

from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from wagtail.models import Locale

from portal import clock
from portal.notifications.actions import send
from portal.notifications.letter import paragraphs
from portal.notifications.models import Delivery, MessageTemplate
from portal.notifications.tasks import ClaimedElsewhere, deliver
from portal.utility.models import Utility

pytestmark = pytest.mark.django_db


def write(code: str, to: str = "anna@example.pl", about: str = "test:1", **values: str) -> Any:
    return send(code, to=to, about=about, **{"name": "Anna", "link": "https://ebok.example.pl/x/", **values})


def test_a_message_is_sent_by_a_job_and_not_by_the_deed(greeting, run_jobs):
    write(greeting)
    assert mail.outbox == []
    run_jobs()
    assert [letter.to for letter in mail.outbox] == [["anna@example.pl"]]
    assert Delivery.objects.get().state == "sent"


def test_asked_twice_about_one_thing_the_portal_writes_once(greeting, run_jobs):
    assert write(greeting).pk == write(greeting, name="Ewa").pk
    run_jobs()
    assert len(mail.outbox) == 1


def test_another_thing_or_another_recipient_gets_a_message_of_its_own(greeting, run_jobs):
    write(greeting)
    write(greeting, about="test:2")
    write(greeting, to="ewa@example.pl")
    run_jobs()
    assert len(mail.outbox) == 3


def test_a_deed_that_is_taken_back_sends_nothing(greeting, run_jobs):
    with transaction.atomic():
        write(greeting)
        transaction.set_rollback(True)
    run_jobs()
    assert mail.outbox == []
    assert not Delivery.objects.exists()


def test_without_an_address_nothing_is_written(greeting):
    assert write(greeting, to="") is None


def test_a_placeholder_that_the_caller_forgot_is_a_fault_of_the_caller(greeting):
    with pytest.raises(TypeError, match="link, name"):
        send(greeting, to="anna@example.pl", about="test:1", name="Anna")


def test_a_job_done_twice_sends_once(greeting, run_jobs):
    delivery = write(greeting)
    run_jobs()
    deliver(delivery.pk)
    assert len(mail.outbox) == 1


def test_a_message_that_is_being_sent_is_left_alone(greeting):
    delivery = write(greeting)
    Delivery.objects.update(state="claimed", claimed_at=clock.now())
    with pytest.raises(ClaimedElsewhere):
        deliver(delivery.pk)
    assert mail.outbox == []


def test_the_claim_of_a_killed_worker_is_taken_over_with_the_same_message_id(greeting):
    delivery = write(greeting)
    Delivery.objects.update(state="claimed", claimed_at=clock.now() - timedelta(minutes=11))
    deliver(delivery.pk)
    assert mail.outbox[0].extra_headers["Message-ID"] == delivery.message_id


def test_a_mail_server_that_fails_is_tried_again(greeting, run_jobs, monkeypatch):
    delivery = write(greeting)
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", _refuse)
        with pytest.raises(OSError, match="no route"):
            deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("queued", 1, "no route")
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("sent", 2, "")


def test_after_the_last_attempt_a_message_has_failed(greeting, monkeypatch):
    delivery = write(greeting)
    Delivery.objects.update(attempts=5)
    monkeypatch.setattr(EmailBackend, "send_messages", _refuse)
    with pytest.raises(OSError, match="no route"):
        deliver(delivery.pk)
    assert Delivery.objects.get().state == "failed"


def _refuse(self: Any, messages: Any) -> int:
    raise OSError("no route")


def test_a_letter_is_plain_text_and_the_same_words_as_html(greeting, run_jobs):
    Utility.objects.create(name="Wodociągi Testowe", email="bok@example.pl")
    write(greeting)
    run_jobs()
    letter = mail.outbox[0]
    html, kind = letter.alternatives[0]
    assert (
        letter.body
        == "Dzień dobry, Anna!\n\nZobacz stronę: https://ebok.example.pl/x/\n\nPozdrawiamy, Wodociągi Testowe"
    )
    assert kind == "text/html"
    assert 'lang="pl"' in html
    assert "<h1" in html
    assert '<a href="https://ebok.example.pl/x/"' in html
    assert ">Zobacz stronę</a>" in html
    assert letter.reply_to == ["bok@example.pl"]
    assert "Wodociągi Testowe" in str(make_header(decode_header(letter.from_email)))
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"


def test_an_address_of_ours_alone_becomes_a_button_and_another_s_stays_words(settings):
    settings.EBOK_BASE_URL = "https://ebok.example.pl"
    own, anothers = paragraphs("https://ebok.example.pl/x/\n\nhttps://ebok.example.pl.evil.example/x/")
    assert own == {"label": "Otwórz w portalu", "url": "https://ebok.example.pl/x/"}
    assert set(anothers) == {"text"}


def test_what_a_person_typed_is_text_in_a_letter_and_never_a_tag_or_a_placeholder(greeting, run_jobs):
    write(greeting, name="<b>{link}</b>")
    run_jobs()
    html, _ = mail.outbox[0].alternatives[0]
    assert "<b>{link}</b>" in mail.outbox[0].body
    assert "&lt;b&gt;{link}&lt;/b&gt;" in html


def test_an_address_within_a_sentence_is_a_link_in_html(greeting, run_jobs):
    write(greeting, name="Anno (https://example.pl/a)")
    run_jobs()
    html, _ = mail.outbox[0].alternatives[0]
    assert 'href="https://example.pl/a"' in html


def test_a_line_break_in_a_value_does_not_break_the_subject(greeting):
    MessageTemplate.objects.create(code=greeting, locale=Locale.objects.get(), subject="Do: {name}", body="{link}")
    assert write(greeting, name="Anna\nBcc: all@example.pl").subject == "Do: Anna Bcc: all@example.pl"


def test_an_editors_template_is_used_instead_of_the_default(greeting):
    MessageTemplate.objects.create(code=greeting, locale=Locale.objects.get(), subject="Witaj", body="{name}: {link}")
    delivery = write(greeting)
    assert (delivery.subject, delivery.body) == ("Witaj", "Anna: https://ebok.example.pl/x/")

"""Filling in a form that an editor built, in a browser without scripts."""

import re
import uuid
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from forms.built import tasks
from forms.built.models import Attachment, FilledForm
from forms.built.uploads import WAITING
from portal import clock
from portal.notifications.models import Delivery
from portal.retention.actions import purge
from portal.utility import rulebook
from portal.utility.models import RuleRecord
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def words(answer):
    return answer.content.decode()


def test_the_first_page_says_what_the_form_is_for_and_is_kept_for_everybody(filling, django_assert_max_num_queries):
    filling.get()
    with django_assert_max_num_queries(5):
        drawn = filling.client.get("/ankieta/", {"drawn": "anew"})
    assert 'href="/ankieta/krok-1/"' in words(drawn)
    assert drawn.headers["Cache-Control"].startswith("public")
    with django_assert_max_num_queries(0):
        filling.get()


def test_a_step_is_nobody_else_s(filling):
    assert filling.get("krok-1").headers["Cache-Control"] == "private, no-store"


def test_what_was_answered_decides_which_step_comes_next(filling):
    assert filling.send("krok-1", czy_cos_nie_dziala="Nie").url == "/ankieta/krok-3/"
    assert filling.send("krok-1", czy_cos_nie_dziala="Tak").url == "/ankieta/krok-2/"


def test_a_step_that_is_not_asked_cannot_be_opened_nor_one_before_its_turn(filling):
    filling.send("krok-1", czy_cos_nie_dziala="Nie")
    assert filling.get("krok-2").url == "/ankieta/krok-1/"
    assert filling.get("sprawdz").url == "/ankieta/krok-3/"


def test_each_mistake_is_a_sentence_at_its_field_and_nothing_is_lost(filling):
    page = words(filling.send("krok-1", imie="Ewa"))
    assert 'value="Ewa"' in page
    assert page.count("Wybierz odpowiedź.") == 2  # above the form, and at the field
    filling.send("krok-1", czy_cos_nie_dziala="Nie")
    assert "anna@example.pl" in words(filling.send("krok-3", e_mail="nie adres"))


def test_before_sending_the_answers_are_read_back_without_the_steps_that_were_not_asked(filling):
    filling.send("krok-1", czy_cos_nie_dziala="Nie", imie="Ewa <b>")
    filling.send("krok-3", e_mail="ewa@example.pl")
    page = words(filling.get("sprawdz"))
    assert "Ewa &lt;b&gt;" in page
    assert "ewa@example.pl" in page
    assert "Opis" not in page


def test_what_was_sent_is_kept_and_those_who_wait_for_it_are_told_without_the_answers(filling, run_jobs):
    assert filling.everything().url == "/ankieta/wyslane/"
    filled = FilledForm.objects.get()
    assert filled.form_data == {"czy_cos_nie_dziala": "Nie", "imie": "Ewa", "e_mail": "ewa@example.pl"}
    assert filled.user is None
    run_jobs()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["biuro@example.pl", "drugi@example.pl"]
    assert "ewa@example.pl" not in mail.outbox[0].body
    assert "/panel/forms/submissions/" in mail.outbox[0].body
    assert filling.get("wyslane").status_code == 200


def test_whoever_is_signed_in_is_known_as_the_sender(filling):
    user = make_user()
    filling.client.force_login(user)
    filling.everything()
    assert FilledForm.objects.get().user == user


def test_the_button_pressed_twice_keeps_one_form(filling):
    filling.send("krok-1", czy_cos_nie_dziala="Nie")
    filling.send("krok-3", e_mail="ewa@example.pl")
    shown = words(filling.get("sprawdz"))
    number = shown.split('name="sprawdz-submission" value="')[1].split('"')[0]
    management = re.search(r'name="([^"]+current_step)"', shown)[1]
    filling.send("sprawdz")
    again = filling.client.post("/ankieta/sprawdz/", {"sprawdz-submission": number, management: "sprawdz"})
    assert again.url == "/ankieta/wyslane/"
    assert FilledForm.objects.count() == 1


def test_whoever_fills_the_field_that_nobody_sees_is_thanked_and_nothing_is_kept(filling):
    filling.send("krok-1", czy_cos_nie_dziala="Nie")
    filling.send("krok-3", e_mail="ewa@example.pl")
    assert filling.send("sprawdz", website="https://spam.example").url == "/ankieta/wyslane/"
    assert not FilledForm.objects.exists()
    assert not Delivery.objects.exists()


def test_too_many_forms_from_one_address_wait_until_the_next_hour(filling):
    RuleRecord.objects.filter(rule_set="forms").update(values={"is_captcha_on": False, "sent_an_hour": 1})
    rulebook.forget()
    filling.everything()
    assert "11:00" in words(filling.everything())
    assert FilledForm.objects.count() == 1
    with clock.stopped(clock.now() + timedelta(hours=1)):
        filling.everything()
    assert FilledForm.objects.count() == 2


def test_without_the_check_that_a_person_sends_it_the_form_is_kept_and_marked(filling):
    RuleRecord.objects.filter(rule_set="forms").update(values={"is_captcha_on": True})
    rulebook.forget()
    filling.everything()
    assert FilledForm.objects.get().is_person is False


# Files


def with_file(filling, upload):
    filling.send("krok-1", czy_cos_nie_dziala="Tak")
    return filling.send("krok-2", opis="Nie działa.", zdjecie=upload)


def finish(filling):
    filling.send("krok-3", e_mail="ewa@example.pl")
    return filling.send("sprawdz")


def test_a_file_waits_in_private_storage_and_is_kept_with_the_form(filling, a_picture):
    assert with_file(filling, a_picture("../../etc/passwd.png")).url == "/ankieta/krok-3/"
    finish(filling)
    attached = Attachment.objects.get()
    assert attached.name == "passwd.png"
    assert attached.file.name.startswith("forms/answers/")
    assert attached.file.name.endswith(".png")
    assert FilledForm.objects.get().form_data["zdjecie"] == "passwd.png"
    assert storages["private"].listdir(WAITING)[1] == []


def test_going_back_and_on_keeps_the_file_that_was_attached(filling, a_picture):
    with_file(filling, a_picture())
    assert "zdjecie.png" in words(filling.get("krok-2"))
    filling.send("krok-2", opis="Wciąż nie działa.")
    finish(filling)
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("faktura.pdf", b"<html><script>alert(1)</script></html>"),
        ("obraz.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("zdjecie.png", b"\x89PNG\r\n\x1a\nnic"),
        ("program.exe", b"MZ\x90\x00"),
        ("puste.pdf", b""),
    ],
)
def test_a_file_is_refused_by_its_content_whatever_it_is_called(filling, name, content):
    refused = with_file(filling, SimpleUploadedFile(name, content))
    assert refused.status_code == 200
    assert 'id="id_krok-2-zdjecie_error"' in words(refused)
    assert "Nie działa." in words(refused)


def packed(*names):
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def test_a_document_with_macros_is_refused_and_one_without_is_taken(filling):
    macro = SimpleUploadedFile("pismo.docx", packed("word/document.xml", "word/vbaProject.bin"))
    assert with_file(filling, macro).status_code == 200
    assert with_file(filling, SimpleUploadedFile("pismo.docx", packed("word/document.xml"))).status_code == 302


def test_a_file_that_is_too_large_is_refused_with_the_limit(filling):
    RuleRecord.objects.filter(rule_set="forms").update(values={"is_captcha_on": False, "largest_file_mb": 1})
    rulebook.forget()
    page = words(with_file(filling, SimpleUploadedFile("skan.pdf", b"%PDF-1.7" + b"0" * 1024 * 1024)))
    assert "1 MB" in page


def test_files_of_forms_that_nobody_sent_are_swept_after_a_day(filling, a_picture, monkeypatch):
    with_file(filling, a_picture())
    assert len(storages["private"].listdir(WAITING)[1]) == 1
    tasks.sweep_waiting_files()
    assert len(storages["private"].listdir(WAITING)[1]) == 1
    monkeypatch.setattr(tasks, "LONGEST_WAIT", timedelta(0))
    tasks.sweep_waiting_files()
    assert storages["private"].listdir(WAITING)[1] == []


# Their end


def test_answers_end_with_their_term_and_their_files_with_them(filling, a_picture, django_capture_on_commit_callbacks):
    with_file(filling, a_picture())
    finish(filling)
    name = Attachment.objects.get().file.name
    with clock.stopped(clock.now() + timedelta(days=700)), django_capture_on_commit_callbacks(execute=True):
        purge(is_dry=False)
    assert FilledForm.objects.count() == 1
    with clock.stopped(clock.now() + timedelta(days=740)), django_capture_on_commit_callbacks(execute=True):
        purge(is_dry=False)
    assert not FilledForm.objects.exists()
    assert not storages["private"].exists(name)


def test_another_file_in_private_storage_is_left_alone_by_the_sweep(form):
    kept = storages["private"].save(f"forms/answers/{uuid.uuid4()}.pdf", ContentFile(b"%PDF-"))
    tasks.sweep_waiting_files()
    assert storages["private"].exists(kept)

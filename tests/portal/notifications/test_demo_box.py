"""The demo's mail box."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

from portal.notifications.models import DemoMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    mail = EmailMultiAlternatives(
        "Rejestracja",
        "Witaj!\n\nAktywuj konto: http://127.0.0.1:8000/x/",
        to=["anna@example.pl"],
        headers={"Message-ID": "<1@x>"},
    )
    mail.attach_alternative('<p style="color:red">Witaj!</p>', "text/html")
    get_connection("portal.notifications.demo_box.EmailBackend").send_messages([mail])
    return DemoMail.objects.get()


def test_a_message_is_kept_instead_of_sent(letter):
    assert (letter.to, letter.subject, letter.message_id) == ("anna@example.pl", "Rejestracja", "<1@x>")
    assert "Witaj" in letter.html


def test_the_box_lists_messages(letter, client):
    page = client.get(reverse("demo_mail_list"))
    assert "Rejestracja" in page.content.decode()
    assert page.request["PATH_INFO"] == "/demo/poczta/"


def test_an_empty_box_says_what_will_be_there(client):
    assert client.get("/demo/poczta/").status_code == 200


def test_a_links_of_a_message_can_be_clicked(letter, client):
    assert (
        '<a class="btn btn-primary" href="http://127.0.0.1:8000/x/">Aktywuj konto</a>'
        in client.get(reverse("demo_mail", args=[letter.pk])).content.decode()
    )


def test_the_letter_as_html_may_have_styles_and_nothing_else(letter, client):
    policy = client.get(reverse("demo_mail_letter", args=[letter.pk])).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.parametrize("name", ["demo_mail_list", "demo_mail", "demo_mail_letter"])
def test_nobody_indexes_or_keeps_the_box(letter, client, name):
    page = client.get(reverse(name, args=[] if name == "demo_mail_list" else [letter.pk]))
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_message_that_is_not_there_is_not_found(client):
    assert client.get("/demo/poczta/7/").status_code == 404

"""What a mail server answers, over real SMTP: an address refused for ever or for now, and silence in the midst of a letter."""

from smtplib import SMTPRecipientsRefused

import pytest

from portal.desk.models import Task
from portal.notifications import messages
from portal.notifications.actions import BOUNCED, UNSURE, send
from portal.notifications.models import Delivery, Suppression
from portal.notifications.post import ASKED_IDLE, InDoubt, _post
from portal.notifications.tasks import deliver
from tests.mail_server import mail_server

pytestmark = pytest.mark.django_db
ANNA = "anna@example.pl"


@pytest.fixture
def server(settings):
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running
        _post.hang_up()


@pytest.fixture
def newsletter(greeting):
    """A message that may be switched off; the greeting's registry is put back after it."""
    messages.register_message("newsletter", "Nowość", "Zobacz.", {}, is_obligatory=False)
    return "newsletter"


def write(code: str, about: str = "test:1") -> Delivery:
    values = {"name": "Anna", "link": "https://ebok.example.pl/x/"} if code == "greeting" else {}
    written = send(code, to=ANNA, about=about, **values)
    assert written is not None
    return written


def test_an_address_that_is_refused_for_ever_is_not_written_to_again_and_a_clerk_is_told(server, greeting):
    server.refused[ANNA] = "550 5.1.1 no such user"
    first = write(greeting)
    deliver(first.pk)
    second = write(greeting, about="test:2")
    deliver(second.pk)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("bounced", "suppressed")
    assert "no such user" in Suppression.objects.get(address=ANNA).words
    assert "no such user" in Task.objects.get(kind=BOUNCED).body
    assert not server.taken


def test_an_address_that_is_refused_for_now_is_tried_again(server, greeting):
    server.refused[ANNA] = "451 4.7.1 come back later"
    delivery = write(greeting)
    with pytest.raises(SMTPRecipientsRefused):
        deliver(delivery.pk)
    server.refused.clear()
    deliver(delivery.pk)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 2)
    assert not Suppression.objects.exists()


def test_after_silence_what_must_arrive_goes_again_under_the_same_message_id(server, greeting):
    server.silences = 1
    delivery = write(greeting)
    with pytest.raises(InDoubt):
        deliver(delivery.pk)
    deliver(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert server.taken == [delivery.message_id, delivery.message_id]


def test_after_silence_anything_else_is_left_to_a_clerk(server, newsletter):
    server.silences = 1
    delivery = write(newsletter)
    deliver(delivery.pk)
    deliver(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.state == "unsure"
    assert server.taken == [delivery.message_id]
    assert Task.objects.get(kind=UNSURE).about == f"delivery:{delivery.public_id}"


def test_a_connection_that_the_server_gave_up_meanwhile_costs_no_letter(server, newsletter):
    first = write(newsletter)
    deliver(first.pk)
    _post.connection.connection.sock.close()
    _post.used_at -= 2 * ASKED_IDLE
    second = write(newsletter, about="test:2")
    deliver(second.pk)

    second.refresh_from_db()
    assert second.state == "sent"
    assert server.taken == [first.message_id, second.message_id]

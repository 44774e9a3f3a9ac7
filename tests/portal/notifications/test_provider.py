"""A provider reached over HTTP that says nothing: perhaps it has the letter, perhaps not; or that is not there at all."""

import socket

import pytest
from anymail.exceptions import AnymailRequestsAPIError

from portal.desk.models import Task
from portal.notifications import messages
from portal.notifications.actions import UNSURE, send
from portal.notifications.models import Delivery
from portal.notifications.post import InDoubt, _post
from portal.notifications.tasks import deliver

pytestmark = pytest.mark.django_db
QUICKLY = 0.3  # seconds


@pytest.fixture
def provider(settings):
    """Takes the connection, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        settings.ANYMAIL = {
            "POSTMARK_SERVER_TOKEN": "of-nobody",
            "POSTMARK_API_URL": f"http://127.0.0.1:{line.getsockname()[1]}/",
            "REQUESTS_TIMEOUT": QUICKLY,
        }
        yield line
        _post.hang_up()


@pytest.fixture
def newsletter(greeting):
    """A message that may be switched off; the greeting's registry is put back after it."""
    messages.register_message("newsletter", "Nowość", "Zobacz.", {}, is_obligatory=False)
    return "newsletter"


def write(code: str) -> Delivery:
    values = {"name": "Anna", "link": "https://ebok.example.pl/x/"} if code == "greeting" else {}
    written = send(code, to="anna@example.pl", about="test:1", **values)
    assert written is not None
    return written


def test_a_provider_that_falls_silent_leaves_the_letter_in_doubt_and_what_must_arrive_goes_again(provider, greeting):
    delivery = write(greeting)
    for _again in range(2):
        with pytest.raises(InDoubt):
            deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.attempts == 2


def test_a_provider_that_falls_silent_leaves_anything_else_to_a_clerk(provider, newsletter):
    delivery = write(newsletter)
    deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "unsure"
    assert Task.objects.get(kind=UNSURE).about == f"delivery:{delivery.public_id}"


def test_a_provider_that_is_not_there_has_no_letter_and_is_simply_tried_again(provider, newsletter):
    """The control: only silence is doubt."""
    provider.close()
    delivery = write(newsletter)
    with pytest.raises(AnymailRequestsAPIError):
        deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state != "unsure"
    assert not Task.objects.filter(kind=UNSURE).exists()

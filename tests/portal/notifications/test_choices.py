"""Who gets what by which channel, and how one gets less."""

import json
from collections.abc import Iterator

import pytest
from django.core import mail
from django.urls import reverse

from portal import clock
from portal.accounts.models import Acceptance, TermsVersion
from portal.desk.models import Task
from portal.notifications import messages
from portal.notifications.actions import choose, send, suppress, write_to
from portal.notifications.models import ChannelChoice, Delivery, DemoMail, Suppression
from portal.notifications.policies import open_channels, phone_number
from portal.notifications.queries import own_choices, unsubscribe_token
from portal.notifications.tasks import deliver
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def news() -> Iterator[str]:
    """A message that may be switched off, and goes by SMS too."""
    before = dict(messages._registry)
    messages.register_message(
        "news",
        "Nowość",
        "Zobacz: {link}",
        {"link": "address"},
        is_obligatory=False,
        title="Nowości",
        text_message="Nowość: {link}",
        says_when_read=True,
    )
    messages.register_message("offer", "Oferta", "Kup.", {}, is_obligatory=False, is_marketing=True)
    yield "news"
    messages._registry.clear()
    messages._registry.update(before)


@pytest.fixture
def anna():
    return make_user(email="anna@example.pl", phone="501 502 503")


LINK = "http://127.0.0.1:8000/pulpit/"


def write(user, code="news", about="n:1"):
    return [one.channel for one in write_to(user, code, about=about, link=LINK)]


def test_a_person_gets_e_mail_unless_they_switched_it_off(news, anna):
    assert write(anna) == ["email"]
    choose(anna, [("news", "email", False)])
    assert write(anna, about="n:2") == []
    assert send("news", to=anna.email, about="n:3", user=anna, link=LINK) is None


def test_a_text_message_goes_to_whom_asked_for_it_and_has_a_number(news, anna, run_jobs):
    choose(anna, [("news", "sms", True)])
    assert write(anna) == ["email", "sms"]
    run_jobs()
    assert [one.to for one in DemoMail.objects.all()] == ["+48501502503"]
    anna.phone = "12"
    assert write(anna, about="n:2") == ["email"]


def test_the_same_text_message_tried_again_is_sent_once(news, anna, run_jobs):
    choose(anna, [("news", "sms", True)])
    write(anna)
    run_jobs()
    Delivery.objects.filter(channel="sms").update(state="queued")

    deliver(Delivery.objects.get(channel="sms").pk)
    assert DemoMail.objects.count() == 1


def test_without_a_gateway_there_are_no_text_messages(news, anna, settings):
    settings.EBOK_SMS_GATEWAY = ""
    choose(anna, [("news", "sms", True)])
    assert write(anna) == ["email"]


def test_an_obligatory_message_cannot_be_switched_off(greeting, anna):
    choose(anna, [(greeting, "email", False)])
    assert not ChannelChoice.objects.exists()
    assert send(greeting, to=anna.email, about="x:1", user=anna, name="Anna", link=LINK) is not None


def test_marketing_goes_to_whom_agreed_to_it_and_to_nobody_who_took_it_back(news, anna):
    assert write_to(anna, "offer", about="o:1") == ()
    terms = TermsVersion.objects.create(kind="marketing", version="1", effective_from=clock.today(), title="Zgoda")
    agreed = Acceptance.objects.create(user=anna, terms=terms, accepted_at=clock.now())
    assert len(write_to(anna, "offer", about="o:1")) == 1
    agreed.withdrawn_at = clock.now()
    agreed.save()
    assert write_to(anna, "offer", about="o:2") == ()


def test_marketing_can_never_be_obligatory(news):
    with pytest.raises(ValueError, match="obligatory"):
        messages.register_message("bad", "x", "y", {}, is_marketing=True)


def test_a_person_chooses_on_a_page_of_their_own(news, anna, client):
    client.force_login(anna)
    page = client.get(reverse("notification_choices")).content.decode()
    assert "Nowości" in page
    client.post(reverse("notification_choices"), {"sms:news": "on"})
    assert {(one.channel, one.is_on) for one in ChannelChoice.objects.filter(message="news")} == {
        ("email", False),
        ("sms", True),
    }


def test_messages_of_a_module_that_is_off_are_offered_to_nobody(news, anna):
    offered = {one.code for one in own_choices(anna)}
    assert "news" in offered
    assert "pickup_tomorrow" not in offered
    RuleRecord.objects.create(rule_set="modules", effective_from="2020-01-01", values={"waste": True})
    forget_everything()
    assert "pickup_tomorrow" in {one.code for one in own_choices(anna)}


def test_a_letter_that_may_be_switched_off_brings_the_one_press_of_mail_programs(news, anna, run_jobs, client):
    write(anna)
    run_jobs()
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    path = link.removeprefix("http://127.0.0.1:8000")
    assert link in mail.outbox[0].body
    assert client.get(path).status_code == 200
    assert not ChannelChoice.objects.exists(), "to look at the page changes nothing"
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert write(anna, about="n:2") == []


def test_an_obligatory_letter_brings_no_such_press(greeting, run_jobs):
    send(greeting, to="anna@example.pl", about="x:1", name="Anna", link=LINK)
    run_jobs()
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_who_has_no_account_unsubscribes_the_address(news, client):
    delivery = send("news", to="Bez@example.pl", about="n:1", link=LINK)

    client.post(reverse("unsubscribe", args=[unsubscribe_token(delivery)]))
    assert Suppression.objects.get().address == "bez@example.pl"
    assert send("news", to="bez@example.pl", about="n:2", link=LINK).state == "suppressed"


def test_an_altered_link_unsubscribes_nobody(news, anna, client):
    assert client.post(reverse("unsubscribe", args=["altered:token"])).status_code == 404


def test_the_link_of_a_letter_says_that_its_reader_signed_in_and_opened_it(news, anna, client):
    (delivery,) = write_to(anna, "news", about="n:1", link=LINK)
    opened = reverse("notification_open", args=[delivery.public_id])
    assert opened in delivery.body
    assert LINK not in delivery.body
    assert client.get(opened).url.startswith(reverse("account_login"))
    client.force_login(make_user(email="inna@example.pl"))
    assert client.get(opened).url == "/pulpit/"
    delivery.refresh_from_db()
    assert delivery.opened_at is None
    client.force_login(anna)
    assert client.get(opened).url == "/pulpit/"
    delivery.refresh_from_db()
    assert delivery.opened_at is not None


# ------------------------------------------------------------------------------------------------------------ bounces


def bounce(client, address, kind="HardBounce", **more):
    event = {"RecordType": "Bounce", "Type": kind, "Email": address, "Description": "No such mail box", "ID": 1}
    return client.post(
        reverse("postmark_tracking_webhook"),
        json.dumps(event | more),
        content_type="application/json",
        headers={"authorization": "Basic dGVzdHM6b25seQ=="},
    )


def test_an_address_that_bounced_is_not_written_to_again_and_a_clerk_is_told(greeting, anna, run_jobs, client):

    delivery = send(greeting, to=anna.email, about="x:1", user=anna, name="Anna", link=LINK)
    run_jobs()
    assert bounce(client, anna.email, Metadata={"delivery": str(delivery.public_id)}).status_code == 200
    delivery.refresh_from_db()
    assert (delivery.state, delivery.last_error) == ("bounced", "No such mail box")
    assert Task.objects.get().kind == "mail_bounced"
    again = send(greeting, to=anna.email, about="x:2", user=anna, name="Anna", link=LINK)
    run_jobs()
    assert again.state == "suppressed"
    assert len(mail.outbox) == 1


def test_the_same_bounce_told_twice_changes_nothing(greeting, anna, run_jobs, client):

    delivery = send(greeting, to=anna.email, about="x:1", user=anna, name="Anna", link=LINK)
    run_jobs()
    for _again in range(2):
        bounce(client, anna.email, Metadata={"delivery": str(delivery.public_id)})
    assert Task.objects.count() == 1
    assert Suppression.objects.count() == 1


def test_a_stranger_cannot_make_an_address_bounce(greeting, anna, run_jobs, client):
    delivery = send(greeting, to=anna.email, about="x:1", user=anna, name="Anna", link=LINK)
    event = {"RecordType": "Bounce", "Type": "HardBounce", "Metadata": {"delivery": str(delivery.public_id)}}
    answer = client.post(reverse("postmark_tracking_webhook"), json.dumps(event), content_type="application/json")
    assert answer.status_code == 400
    assert not Suppression.objects.exists()


def test_who_is_no_longer_written_to_reads_it_at_sign_in(anna, client):
    anna.set_password("woda-plynie-2026")
    anna.save()
    suppress(anna.email, reason="bounced")

    RuleRecord.objects.create(rule_set="sign_in", effective_from="2020-01-01", values={"identifiers": ["email"]})
    forget_everything()
    signed = client.post(reverse("account_login"), {"login": anna.email, "password": "woda-plynie-2026"}, follow=False)
    assert signed.status_code == 302
    assert "anna@example.pl" in str(next(iter(signed.wsgi_request._messages)))


# ----------------------------------------------------------------------------------------------------------- policies


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("501 502 503", "+48501502503"),
        ("+48 501-502-503", "+48501502503"),
        ("48501502503", "+48501502503"),
        ("(501) 502 503", "+48501502503"),
        ("+49 170 1234567", "+491701234567"),
        ("22 123 45 67", ""),
        ("12", ""),
        ("nie mam", ""),
        ("", ""),
    ],
)
def test_a_mobile_number_is_recognised_however_it_is_typed(typed, number):
    assert phone_number(typed) == number


def test_a_channel_is_open_by_the_message_and_by_choice():
    def channels(**facts):
        usual = {"is_obligatory": False, "is_marketing": False, "agreed_to_marketing": False, "by_sms": True}
        return open_channels(**(usual | {"chosen": {}} | facts))

    assert channels() == ("email",)
    assert channels(chosen={"email": False}) == ()
    assert channels(chosen={"email": False}, is_obligatory=True) == ("email",)
    assert channels(chosen={"sms": True}) == ("email", "sms")
    assert channels(chosen={"sms": True}, by_sms=False) == ("email",)
    assert channels(is_marketing=True) == ()
    assert channels(is_marketing=True, agreed_to_marketing=True) == ("email",)

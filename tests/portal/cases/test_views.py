"""The screens of cases: a customer's, a guest's, a clerk's; bad input; what a screen costs."""

import io
import re
from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from wagtail.models import Page

from home.staff_roles import ensure_groups
from portal import clock
from portal.cases import actions, checks, outages
from portal.cases.gateways.scanner import EICAR
from portal.cases.models import (
    AnswerTemplate,
    Attachment,
    Case,
    Entry,
    InboxItem,
    OfficeMessage,
    Outage,
    OutageStreet,
    TopicQuestion,
)
from portal.notifications.models import Delivery
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests.factories import make_point, moment

pytestmark = pytest.mark.django_db


def rule(**values):
    RuleRecord.objects.update_or_create(rule_set="cases", effective_from=date(2020, 1, 1), defaults={"values": values})
    forget()


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


def a_photo() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "navy").save(drawn, "JPEG")
    return SimpleUploadedFile("rura.jpg", drawn.getvalue(), content_type="image/jpeg")


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def desk(clerk):
    ensure_groups(Page.get_first_root_node())
    clerk.groups.add(Group.objects.get(name="bok"))
    client = Client()
    client.force_login(clerk)
    return client


def new_url(topic: str, customer) -> str:
    return f"{reverse('cases:new', args=[topic])}?k={customer.public_id}"


# A customer's


def test_a_case_is_sent_with_its_questions_and_a_photo(signed_in, topics, customer, point):
    question = TopicQuestion.objects.create(topic=topics["complaint"], label="Numer faktury", kind="text")
    assert "4 grudnia" in words(signed_in.get(new_url("complaint", customer)))

    sent = {
        "k": customer.public_id,
        "subject": "Za wysoki rachunek",
        "text": "Dwa razy tyle co zwykle.",
        f"question-{question.pk}": "FV/1/2026",
        "attachments": a_photo(),
    }
    answer = signed_in.post(reverse("cases:new", args=["complaint"]), sent, follow=True)

    case = Case.objects.get()
    assert case.answers == [["Numer faktury", "FV/1/2026"]]
    assert case.point == point
    assert case.number in words(answer)
    assert "FV/1/2026" in words(answer)
    assert Attachment.objects.get().name == "rura.jpg"


@pytest.mark.parametrize("subject", ["Temat\r\nBcc: wszyscy@example.pl", "Temat\nX: y", "Temat\u2028dwa"])
def test_a_subject_with_a_second_header_is_refused_with_a_sentence(signed_in, topics, customer, subject):
    sent = {"k": customer.public_id, "subject": subject, "text": "Treść."}
    answer = signed_in.post(reverse("cases:new", args=["other"]), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors["subject"]
    assert not Case.objects.exists()
    assert not Delivery.objects.exists()


def test_a_file_stays_when_something_else_must_be_put_right(signed_in, topics, customer):
    sent = {"k": customer.public_id, "subject": "", "text": "Treść.", "attachments": a_photo()}
    answer = signed_in.post(reverse("cases:new", args=["other"]), sent)
    assert answer.status_code == 422
    ticket = re.search(r'name="kept" value="([^"]+)"', answer.content.decode())[1]

    again = {"k": customer.public_id, "subject": "Temat", "text": "Treść.", "kept": ticket}
    signed_in.post(reverse("cases:new", args=["other"]), again)

    assert Attachment.objects.get().name == "rura.jpg"


def test_somebody_elses_ticket_brings_no_file(signed_in, topics, customer, client):
    from django.core import signing  # noqa: PLC0415 - beside the one forgery

    forged = signing.dumps(["999999", "cases/x", "x.pdf", "application/pdf", 3], salt="cases.file")
    sent = {"k": customer.public_id, "subject": "Temat", "text": "Treść.", "kept": [forged, "zmyślony"]}
    signed_in.post(reverse("cases:new", args=["other"]), sent)

    assert Case.objects.exists()
    assert not Attachment.objects.exists()


def test_one_person_cannot_flood_the_office(signed_in, topics, customer):
    rule(opened_a_day=2)
    sent = {"k": customer.public_id, "subject": "Temat", "text": "Treść."}
    answers = [signed_in.post(reverse("cases:new", args=["other"]), sent).status_code for _press in range(3)]

    assert answers == [302, 302, 429]


def test_the_customer_writes_on_and_opens_an_answered_case_again(signed_in, opened, clerk):
    case = opened()
    here = f"{reverse('cases:case', args=[case.public_id])}?k={case.customer.public_id}"
    signed_in.post(here, {"text": "Jeszcze jedno."})
    actions.answer(case, text="Wyjaśniamy.", by=clerk, version=Case.objects.get().version)

    signed_in.post(here, {"text": "Nadal się nie zgadza."})

    case.refresh_from_db()
    assert case.state == Case.State.REOPENED
    assert [entry.text for entry in case.entries.filter(kind="message")][1:] == [
        "Jeszcze jedno.",
        "Nadal się nie zgadza.",
    ]


def test_customer_and_clerk_read_the_same_deadline_and_only_the_clerk_the_note(signed_in, desk, opened, clerk):
    case = opened()
    actions.note_inside(case, text="Dzwonić po szesnastej.", by=clerk)
    customers = words(signed_in.get(f"{reverse('cases:case', args=[case.public_id])}?k={case.customer.public_id}"))
    clerks = words(desk.get(reverse("case_register:inspect", args=[case.public_id])))

    assert "4 grudnia" in customers
    assert "4 grudnia" in clerks
    assert "szesnastej" in clerks
    assert "szesnastej" not in customers


def test_a_file_is_handed_out_so_that_it_never_runs_as_a_page(signed_in, opened):
    case = opened()
    kept = checks.Attachment.objects.create(
        entry=case.entries.get(), name="łąka.pdf", content_type="application/pdf", size=5, file="", state="waiting"
    )
    kept.file = actions.files.store(b"%PDF-", name="x", content_type="application/pdf").path
    kept.save()
    address = f"{reverse('cases:attachment', args=[kept.public_id])}?k={case.customer.public_id}"
    assert signed_in.get(address).status_code == 404  # not looked through yet

    checks.scan(kept.pk)
    answer = signed_in.get(address)

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"].startswith("attachment")


def test_where_customers_do_not_write_there_is_nothing_to_write_with(signed_in, topics, customer):
    rule(customers_write=False)

    assert signed_in.get(new_url("other", customer)).status_code == 404
    assert signed_in.get(f"{reverse('cases:cases')}?k={customer.public_id}").status_code == 404


def in_the_inbox(customer, size) -> InboxItem:
    for number in range(size):
        message = OfficeMessage.objects.create(subject=f"Nr {number}", text="Treść", written_at=clock.now())
        item = InboxItem.objects.create(message=message, customer=customer, arrived_at=clock.now())
    return item


@pytest.mark.parametrize("size", [1, 30])
def test_a_screen_costs_the_same_at_any_size(signed_in, opened, clerk, customer, point, size):
    for number in range(size):
        case = opened("other", subject=f"Sprawa {number}")
    for _line in range(size):
        actions.write(case, text="Jeszcze jedno.", by=case.user)
    k = f"?k={customer.public_id}"
    item = in_the_inbox(customer, size)
    screens = [reverse(f"cases:{name}") for name in ("cases", "choose", "inbox", "outages", "change", "handover")]
    screens += [
        reverse("cases:case", args=[case.public_id]),
        reverse("cases:new", args=["other"]),
        reverse("cases:inbox_message", args=[item.public_id]),
        reverse("notification_choices"),
    ]
    for address in (screen + k for screen in screens):
        signed_in.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert signed_in.get(address).status_code == 200
        assert len(asked) <= 12, address


# A guest's


def report(client, **also):
    sent = {"street": "Lipowa", "building": "5", "text": "Leje się.", "email": "jan@example.pl", "press": "look"}
    return client.post(reverse("cases:failure"), {**sent, **also})


def test_a_failure_is_reported_by_anybody_and_followed_by_its_signature(client, topics):
    answer = report(client, attachments=a_photo())
    case = Case.objects.get()
    assert answer.url == reverse("cases:guest_case", args=[case.public_id])
    assert case.signature in words(client.get(answer.url))

    elsewhere = Client()
    assert elsewhere.get(answer.url).url == reverse("cases:follow")
    wrong = elsewhere.post(reverse("cases:follow"), {"number": case.number, "signature": "AAAAAAAAAA"})
    assert wrong.status_code == 422
    typed = {"number": case.number.lower(), "signature": f" {case.signature[:5].lower()}-{case.signature[5:]} "}
    right = elsewhere.post(reverse("cases:follow"), typed)
    assert "Leje się." in words(elsewhere.get(right.url))
    elsewhere.post(right.url, {"text": "Już przestało."})
    assert case.entries.count() == 2


def test_guessing_a_signature_ends_soon(client, guest_case):
    sent = {"number": guest_case.number, "signature": "AAAAAAAAAA"}
    answers = [client.post(reverse("cases:follow"), sent).status_code for _guess in range(11)]

    assert answers[-1] == 429
    right = client.post(reverse("cases:follow"), sent | {"signature": guest_case.signature})
    assert right.status_code == 429


def test_a_guests_proof_opens_that_case_only(client, guest_case, opened):
    other = opened()
    client.post(reverse("cases:follow"), {"number": guest_case.number, "signature": guest_case.signature})

    assert client.get(reverse("cases:guest_case", args=[guest_case.public_id])).status_code == 200
    assert client.get(reverse("cases:guest_case", args=[other.public_id])).status_code == 302
    assert (
        client.post(reverse("cases:follow"), {"number": other.number, "signature": other.signature}).status_code == 422
    )


def test_what_we_know_of_is_said_and_a_report_is_sent_all_the_same(client, topics, clerk):
    with clock.stopped(moment("2026-11-20 10:00")):
        outage = Outage.objects.create(title="Pęknięta rura", starts_at=clock.now(), ends_at=moment("2026-11-20 14:00"))
        OutageStreet.objects.create(outage=outage, street="ul. Lipowa")
        outages.publish(outage, by=clerk)
        known = report(client, attachments=a_photo())
        assert known.status_code == 200
        assert "14:00" in words(known)
        assert not Case.objects.exists()

        ticket = re.search(r'name="kept" value="([^"]+)"', known.content.decode())[1]
        report(client, press="send", kept=ticket)

    assert Case.objects.count() == 1
    assert Attachment.objects.count() == 1


def write_as_guest(client, topic="complaint", **also):
    sent = {"subject": "Za wysoki rachunek", "text": "Dwa razy tyle.", "name": "Jan Nowak", "email": "jan@example.pl"}
    return client.post(reverse("cases:guest_new", args=[topic]), sent | also)


def test_anybody_writes_about_the_topics_that_are_open_to_them(client, topics):
    type(topics["complaint"]).objects.filter(slug="complaint").update(is_for_guests=True)
    offered = words(client.get(reverse("cases:guest_choose")))
    assert "complaint" in offered
    assert "other" not in offered
    assert client.get(reverse("cases:guest_new", args=["other"])).status_code == 404
    assert write_as_guest(client, name="").status_code == 422

    answer = write_as_guest(client, customer_number="098765", attachments=a_photo())

    case = Case.objects.get()
    assert (case.customer, case.is_consumer, case.may_pause) == (None, True, False)
    assert case.answers == [["Numer klienta", "098765"]]
    assert case.signature in words(client.get(answer.url))
    assert case.signature in Delivery.objects.get(message="case_received").body
    rule(customers_write=False)
    assert client.get(reverse("cases:guest_choose")).status_code == 404


def test_who_acts_for_a_customer_writes_as_that_customer(signed_in, topics, customer):
    assert signed_in.get(reverse("cases:guest_choose")).url == reverse("cases:choose")


def test_a_customer_too_is_told_what_we_know_of_at_their_place(signed_in, topics, customer, point, clerk):
    outage = Outage.objects.create(
        title="Pęknięta rura", starts_at=clock.now(), ends_at=clock.now() + 8 * outages.HALF_AN_HOUR
    )
    OutageStreet.objects.create(outage=outage, street="ul. Lipowa")
    outages.publish(outage, by=clerk)
    sent = {"k": customer.public_id, "subject": "Brak wody", "text": "Nie ma wody od rana."}

    assert "Pęknięta rura" in words(signed_in.post(reverse("cases:new", args=["failure"]), sent))
    assert not Case.objects.exists()
    signed_in.post(reverse("cases:new", args=["failure"]), sent | {"press": "send"})
    assert Case.objects.get().point == point


def test_reports_from_one_address_are_counted(client, topics):
    rule(guest_reports_an_hour=2)

    assert [report(client).status_code for _press in range(3)] == [302, 302, 429]


def test_the_offices_own_address_is_refused_so_that_no_letter_answers_itself(client, topics):
    assert report(client, email="BOK@wodociagi.example").status_code == 422
    assert not Case.objects.exists()


# A clerk's


def press(desk, case, name, **sent):
    where = reverse("case_register:inspect", args=[case.public_id])
    return desk.post(where, {"press": name, "version": Case.objects.get(pk=case.pk).version, **sent})


def test_a_file_with_a_note_is_kept_with_it_and_no_customer_opens_it(desk, opened, signed_in):
    case = opened()
    press(desk, case, "note", text="Protokół z oględzin.", attachments=a_photo())

    attached = Attachment.objects.get()
    checks.scan(attached.pk)
    assert attached.entry.kind == Entry.Kind.NOTE
    assert desk.get(reverse("case_register:attachment", args=[attached.public_id])).status_code == 200
    own = f"{reverse('cases:attachment', args=[attached.public_id])}?k={case.customer.public_id}"
    assert signed_in.get(own).status_code == 404


def test_a_clerk_takes_asks_answers_and_closes(desk, clerk, opened):
    case = opened()
    press(desk, case, "take")
    press(desk, case, "ask", text="Od kiedy?")
    press(desk, case, "note", text="Sprawdzić wodomierz.")
    press(desk, case, "answer", text="Korygujemy.")
    press(desk, case, "close")

    case.refresh_from_db()
    assert (case.state, case.assigned_to) == (Case.State.CLOSED, clerk)
    kinds = list(case.entries.values_list("kind", flat=True))
    assert kinds == ["message", "question", "note", "answer", "event"]


def test_a_template_is_put_below_what_was_typed_and_nothing_is_sent(desk, opened):
    case = opened()
    template = AnswerTemplate.objects.create(title="Zdjęcie", text="Prosimy o zdjęcie wodomierza.")

    page = press(desk, case, "template", text="Szanowna Pani,", template=template.pk, attachments=a_photo())

    assert page.context["form"].initial["text"] == "Szanowna Pani,\n\nProsimy o zdjęcie wodomierza."
    assert [name for name, _ticket in page.context["form"].tickets] == ["rura.jpg"]
    assert case.entries.count() == 1


def test_an_answer_written_while_somebody_else_answered_is_not_sent(desk, opened, other_clerk):
    case = opened()
    old = case.version
    actions.answer(case, text="Pierwsza.", by=other_clerk, version=case.version)

    where = reverse("case_register:inspect", args=[case.public_id])
    desk.post(where, {"press": "answer", "version": old, "text": "Druga."})

    assert Entry.objects.filter(kind="answer").count() == 1


def test_the_desk_lists_searches_and_filters(desk, opened, other_clerk):
    late = opened("failure", subject="Zalana łąka")
    opened("other", subject="Inna sprawa")
    with clock.stopped(moment("2026-11-25 10:00")):
        index = reverse("case_register:index")
        assert "Zalana łąka" in words(desk.get(index))
        found = words(desk.get(index, {"q": "LAKA"}))
        assert "Zalana łąka" in found
        assert "Inna sprawa" not in found
        overdue = words(desk.get(index, {"queue": "late"}))
        assert late.number in overdue
        assert "Inna sprawa" not in overdue


def test_the_month_has_its_page(desk, opened):
    opened("complaint")

    page = words(desk.get(reverse("case_register:statistics"), {"month": "2026-11"}))

    assert "complaint" in page


def test_a_message_is_written_with_its_count_and_waits_for_a_second_clerk(desk, clerk, other_clerk, point):
    make_point(street="ul. Ogrodowa")
    sent = {
        "subject": "Wymiana wodomierzy",
        "text": "Przyjdziemy w grudniu.",
        "audience-count": "1",
        "audience-0-deleted": "",
        "audience-0-order": "0",
        "audience-0-type": "streets",
        "audience-0-id": "",
        "audience-0-value-streets": "Lipowa",
    }
    desk.post(reverse("message_register:add"), sent)
    message = OfficeMessage.objects.get()
    page = desk.get(reverse("message_register:inspect", args=[message.public_id]))

    assert (message.counted, message.written_by) == (1, clerk)
    assert "Wymiana wodomierzy" in words(page)
    desk.post(reverse("message_register:inspect", args=[message.public_id]), {"press": "send", "counted": "1"})
    message.refresh_from_db()
    assert message.state == OfficeMessage.State.DRAFT

    other_clerk.groups.add(Group.objects.get(name="bok"))
    second = Client()
    second.force_login(other_clerk)
    second.post(reverse("message_register:inspect", args=[message.public_id]), {"press": "send", "counted": "1"})
    message.refresh_from_db()
    assert message.state == OfficeMessage.State.SENDING


@pytest.mark.parametrize(("content", "said"), [(EICAR, "złośliw"), (b"MZ a program", "nie jest zdjęciem")])
def test_a_file_that_must_not_go_out_is_refused_with_the_message(desk, customer, content, said):
    sent = {
        "subject": "Termin wizyty",
        "text": "We wtorek.",
        "audience-count": "0",
        "to": str(customer.public_id),
        "upload": SimpleUploadedFile("plan.pdf", (b"%PDF-1.7 " if content == EICAR else b"") + content),
    }
    answer = desk.post(reverse("message_register:add"), sent)

    assert said in words(answer)
    assert not OfficeMessage.objects.exists()


def test_a_message_to_nobody_in_particular_is_refused(desk, point):
    sent = {"subject": "Temat", "text": "Treść", "audience-count": "0"}
    answer = desk.post(reverse("message_register:add"), sent)

    assert answer.status_code == 200
    assert not OfficeMessage.objects.exists()


def outage_form(**also):
    return {
        "kind": "planned",
        "title": "Wymiana zasuwy",
        "text": "",
        "starts_at": "2026-11-21 08:00",
        "ends_at": "2026-11-21 14:00",
        "streets-TOTAL_FORMS": "1",
        "streets-INITIAL_FORMS": "0",
        "streets-MIN_NUM_FORMS": "1",
        "streets-MAX_NUM_FORMS": "1000",
        "streets-0-street": "ul. Lipowa",
        "streets-0-buildings": "1-20",
        "streets-0-ORDER": "1",
        "streets-0-id": "",
        **also,
    }


def test_an_outage_is_written_warned_about_published_and_closed(desk, point):
    desk.post(reverse("outage_register:add"), outage_form())
    outage = Outage.objects.get()
    where = reverse("outage_register:inspect", args=[outage.public_id])
    with clock.stopped(moment("2026-11-20 10:00")):
        assert "ul. Lipowa" in words(desk.get(where))
        desk.post(where, {"press": "publish"})
        outage.refresh_from_db()
        assert outage.published_at is None  # two days' notice: the publisher must say that it is meant
        desk.post(where, {"press": "publish", "sure": "yes"})
        outage.refresh_from_db()
        assert outage.published_at
        desk.post(where, {"press": "close"})
    outage.refresh_from_db()
    assert outage.closed_at


@pytest.mark.parametrize(
    "also",
    [
        {"streets-TOTAL_FORMS": "0"},
        {"streets-0-buildings": "od piątej"},
        {"ends_at": "2026-11-21 07:00"},
    ],
)
def test_an_outage_that_concerns_nobody_or_never_ends_is_refused(desk, also):
    answer = desk.post(reverse("outage_register:add"), outage_form(**also))

    assert answer.status_code == 200
    assert not Outage.objects.exists()


def test_the_public_list_of_outages_is_for_everybody(client, clerk):
    make_point(street="ul. Lipowa")
    outage = Outage.objects.create(
        title="Pęknięta rura", starts_at=clock.now(), ends_at=clock.now() + outages.HALF_AN_HOUR
    )
    OutageStreet.objects.create(outage=outage, street="ul. Lipowa")
    outages.publish(outage, by=clerk)

    assert "Pęknięta rura" in words(client.get(reverse("cases:outages")))


def test_what_a_clerk_wrote_while_the_customer_wrote_too_stays_in_its_field(desk, opened):
    case = opened()
    old = case.version
    actions.write(case, text="Jeszcze jedno.", by=case.user)

    where = reverse("case_register:inspect", args=[case.public_id])
    answer = desk.post(where, {"press": "answer", "version": old, "text": "Długa odpowiedź."})

    assert "Długa odpowiedź." in words(answer)
    assert answer.context["form"].initial["version"] == Case.objects.get().version
    assert not Entry.objects.filter(kind="answer").exists()


def test_a_clerk_writes_to_one_customers_inbox(desk, clerk, customer, run_jobs):
    sent = {"subject": "Termin wizyty", "text": "We wtorek.", "audience-count": "0", "to": str(customer.public_id)}
    desk.post(reverse("message_register:add"), sent)
    run_jobs()

    message = OfficeMessage.objects.get()
    assert (message.customer, message.state) == (customer, OfficeMessage.State.SENT)
    assert message.items.get().customer == customer

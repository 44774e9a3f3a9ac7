"""The clerks' desk: what is shown, what may be done, and what the others are told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Site

from forms.registration import decisions
from forms.registration.actions import Asked, submit
from forms.registration.comparing import comparison
from forms.registration.models import Application
from home.staff_roles import ensure_groups
from portal import clock
from portal.accounts.models import User
from portal.customers.models import Customer, Delegation, StaffVisit
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.retention.actions import purge
from tests.factories import make_customer, make_staff

pytestmark = pytest.mark.django_db
GIVEN = {
    "first_name": "anna",
    "last_name": "KOWALSKA",
    "street": "ul. lipowa 5",
    "postcode": "00-002",
    "city": "Warszawa",
    "customer_number": "012345",
}


@pytest.fixture
def clerk(page: Any) -> User:
    ensure_groups(Site.objects.get(is_default_site=True).root_page)
    user = make_staff("bok@example.pl")
    user.groups.add(Group.objects.get(name="bok"))
    return user


@pytest.fixture
def desk(client: Any, clerk: User) -> Any:
    client.force_login(clerk)
    return client


@pytest.fixture
def application(rule: Any, invoice: Any, terms: Any) -> Application:
    rule(modes=["clerk", "in_person"], generates_passwords=True, gives_identifiers=["issued"])
    asked = Asked(
        submission=uuid4(), way="clerk", email="anna@example.pl", terms_id=terms.pk, is_person=True, given=GIVEN
    )
    return submit(asked)


def path(application: Application, deed: str = "") -> str:
    return f"/panel/applications/{application.public_id}/" + (f"{deed}/" if deed else "")


def letters(to: str = "anna@example.pl") -> list[str]:
    return list(Delivery.objects.filter(recipient=to).order_by("pk").values_list("message", flat=True))


def test_the_queue_says_until_when_each_is_promised(desk, application):
    shown = desk.get("/panel/applications/").content.decode()
    assert "anna@example.pl" in shown
    assert f"{application.due_on:%d.%m.%Y}" in shown
    assert "roboczych" in shown


def test_a_search_by_name_needs_no_polish_letters_and_shows_number_and_name_only(desk, application, invoice):
    Customer.objects.filter(pk=invoice.customer_id).update(phone="600111222")
    Customer.objects.get(pk=invoice.customer_id).save()
    make_customer(name="Żółć Łucja", number="555555", street="ul. Tajna 7")
    shown = desk.get(path(application), {"q": "zolc lucja"}).content.decode()
    assert "Żółć Łucja" in shown
    assert "555555" in shown
    assert "Tajna" not in shown


def test_comparing_opens_a_visit_and_shows_what_agrees(desk, application, invoice, clerk):
    customer = invoice.customer
    # Without a visit nothing of the customer is shown, whatever the address says.
    assert "00-001" not in desk.get(path(application), {"customer": str(customer.public_id)}).content.decode()
    answer = desk.post(path(application, "compare"), {"customer": str(customer.public_id)})
    visit = StaffVisit.objects.get()
    assert (visit.staff, visit.customer) == (clerk, customer)
    assert "anna@example.pl" in visit.reason
    assert "00-001" in desk.get(answer.headers["Location"]).content.decode()


def test_the_comparison_forgives_case_and_order_and_marks_what_differs(application, invoice):
    verdicts = {row.field: row.verdict for row in comparison(application, invoice.customer)}
    assert [*verdicts.values()][:5] == ["same", "same", "different", "same", "same"]


def test_linking_from_the_page_opens_the_account(desk, application, invoice, clerk):
    desk.post(path(application, "link"), {"customer": str(invoice.customer.public_id)})
    application.refresh_from_db()
    assert (application.state, application.customer, application.decided_by) == ("active", invoice.customer, clerk)
    assert letters() == ["registration_waiting", "registration_accepted"]
    assert AuditLine.objects.filter(deed="account_opened", user=clerk).exists()


def test_a_second_clerk_confirms_where_the_rules_want_four_eyes(desk, application, invoice, clerk, rule):
    rule(needs_second_clerk=True)
    named = {"customer": str(invoice.customer.public_id)}
    desk.post(path(application, "link"), named)
    application.refresh_from_db()
    assert (application.state, application.proposed_by) == ("proposed", clerk)
    assert not Delegation.objects.exists()
    desk.post(path(application, "link"), named)
    assert not Delegation.objects.exists()
    second = make_staff("drugi@example.pl")
    second.groups.add(Group.objects.get(name="bok"))
    desk.force_login(second)
    desk.post(path(application, "link"), named)
    application.refresh_from_db()
    assert (application.state, application.decided_by) == ("active", second)


def test_a_second_clerk_who_names_another_customer_proposes_anew(application, invoice, clerk, rule):
    rule(needs_second_clerk=True)
    other = make_customer()
    decisions.accept(application, invoice.customer, by=clerk)
    done = decisions.accept(application, other, by=make_staff())
    assert (done.state, done.customer) == ("proposed", other)


def test_a_refusal_is_mailed_with_its_reason(desk, application):
    desk.post(path(application, "refuse"), {"words": "Adres nie zgadza się z umową."})
    application.refresh_from_db()
    assert (application.state, application.reason) == ("refused", "by_clerk")
    assert "Adres nie zgadza się z umową." in Delivery.objects.get(message="registration_refused").body
    assert Task.objects.get().state == "done"
    desk.post(path(application, "link"), {"customer": str(make_customer().public_id)})
    assert not Delegation.objects.exists()


@pytest.mark.parametrize("words", ["", "krótko"])
def test_the_applicant_is_never_refused_without_words(desk, application, words):
    desk.post(path(application, "refuse"), {"words": words})
    application.refresh_from_db()
    assert application.state == "to_decide"


def test_a_question_is_answered_by_its_link_once_and_comes_back(desk, application, client):
    desk.post(path(application, "ask"), {"words": "Jaki jest numer wodomierza?"})
    application.refresh_from_db()
    assert (application.state, Task.objects.get().state) == ("needs_more", "done")
    body = Delivery.objects.get(message="registration_question").body
    link = body[body.index("/konto/rejestracja/odpowiedz/") :].split()[0]
    client.logout()
    assert "Jaki jest numer wodomierza?" in client.get(link).content.decode()
    client.post(link, {"text": "12345678"})
    client.post(link, {"text": "inna odpowiedź"})
    application.refresh_from_db()
    assert (application.state, application.answer) == ("to_decide", "12345678")
    assert Task.objects.filter(state="open").count() == 1
    assert client.get(link[:-4] + "abc/").status_code == 404


def test_a_wrong_link_is_undone_at_once_and_both_are_told(desk, application, invoice):
    desk.post(path(application, "link"), {"customer": str(invoice.customer.public_id)})
    desk.post(path(application, "undo"), {"words": "Pomyłka: to inny klient."})
    application.refresh_from_db()
    assert (application.state, application.reason, application.customer) == ("to_decide", "undone", None)
    assert not Delegation.objects.filter(revoked_at__isnull=True).exists()
    assert letters()[-1] == "registration_undone" or "registration_undone" in letters()
    assert letters("known@example.pl") == ["contact_told", "contact_undone"]
    right = make_customer()
    desk.post(path(application, "link"), {"customer": str(right.public_id)})
    assert Delegation.objects.get(revoked_at__isnull=True).customer == right


def test_what_no_person_was_seen_to_send_is_let_go_on_by_a_press(desk, rule, invoice, terms):
    rule(modes=["clerk"], generates_passwords=True)
    application = submit(
        Asked(submission=uuid4(), way="clerk", email="anna@example.pl", terms_id=terms.pk, is_person=False)
    )
    assert (application.reason, letters()) == ("no_captcha", [])
    desk.post(path(application, "release"))
    application.refresh_from_db()
    assert (application.state, application.reason) == ("to_decide", "by_rule")
    assert letters() == ["registration_waiting"]


def test_only_who_may_decide_decides(client, application, invoice, page):
    editor = make_staff("redakcja@example.pl")
    ensure_groups(Site.objects.get(is_default_site=True).root_page)
    editor.groups.add(Group.objects.get(name="redakcja"))
    client.force_login(editor)
    for deed in ("link", "compare", "refuse", "ask", "undo", "release", "start_letter"):
        assert client.post(path(application, deed), {"customer": str(invoice.customer.public_id)}).status_code in (
            302,
            403,
        )
    application.refresh_from_db()
    assert application.state == "to_decide"
    assert not StaffVisit.objects.exists()


def test_a_number_that_no_form_has_is_a_sentence(desk, application):
    answer = desk.get("/panel/applications/form/A-0000-0000/", follow=True)
    assert "A-0000-0000" in answer.content.decode()


def test_at_the_office_the_letter_is_a_pdf_that_holds_a_new_password(desk, application, invoice, rule):
    rule(gives_identifiers=["customer_number"])
    office = "/panel/applications/office/"
    assert invoice.customer.name in desk.get(office, {"q": "kowalska"}).content.decode()
    desk.post(
        office,
        {
            "customer": str(invoice.customer.public_id),
            "first_name": "Zofia",
            "last_name": "Dąb",
            "signed_on": "2026-01-05",
        },
    )
    made = Application.objects.get(mode="in_person")
    answer = desk.post(path(made, "start_letter"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert made.user.__class__.objects.get(pk=made.user_id).has_usable_password()


# The signed form


@pytest.fixture
def on_paper(rule: Any, invoice: Any, terms: Any) -> Application:
    rule(modes=["signed_form"], gives_identifiers=["email"])
    asked = Asked(submission=uuid4(), way="signed_form", email="anna@example.pl", terms_id=terms.pk, is_person=True)
    return submit(asked)


def scanned(content: bytes = b"%PDF-1.7 podpisany") -> SimpleUploadedFile:
    return SimpleUploadedFile("skan.exe", content)


def test_the_scan_of_the_signed_form_is_kept_with_the_application_and_taken_by_clerks_only(desk, on_paper, client):
    assert "Zachowaj skan" in desk.get(path(on_paper)).content.decode()
    desk.post(path(on_paper, "keep_form"), {"scan": scanned()})
    on_paper.refresh_from_db()
    assert on_paper.form_scan.name.endswith(".pdf")  # by its content, whatever it was called
    taken = desk.get(path(on_paper, "signed_form"))
    assert b"".join(taken.streaming_content) == b"%PDF-1.7 podpisany"
    assert "attachment" in taken.headers["Content-Disposition"]
    first = on_paper.form_scan.name
    desk.post(path(on_paper, "keep_form"), {"scan": scanned(b"%PDF-1.7 drugi")})
    on_paper.refresh_from_db()
    assert on_paper.form_scan.name != first
    editor = make_staff()
    editor.groups.add(Group.objects.get(name="redakcja"))
    client.force_login(editor)
    assert client.get(path(on_paper, "signed_form")).status_code in (302, 403)


def test_what_is_no_scan_or_belongs_to_no_paper_is_refused_in_a_sentence(desk, on_paper, rule):
    assert (
        "Załącz PDF" in desk.post(path(on_paper, "keep_form"), {"scan": scanned(b"MZ")}, follow=True).content.decode()
    )
    assert "Wybierz plik" in desk.post(path(on_paper, "keep_form"), {}, follow=True).content.decode()
    Application.objects.update(mode="clerk")
    desk.post(path(on_paper, "keep_form"), {"scan": scanned()})
    on_paper.refresh_from_db()
    assert not on_paper.form_scan


def test_a_scan_ends_in_time_and_the_application_stays(desk, on_paper):
    desk.post(path(on_paper, "keep_form"), {"scan": scanned()})
    later = clock.now() + timedelta(days=370)
    with clock.stopped(later):
        purge(is_dry=False)
    on_paper.refresh_from_db()
    assert not on_paper.form_scan


def test_the_letter_with_a_code_is_printed_from_its_task(desk, invoice, rule):
    where = f"/panel/applications/letter/{invoice.customer.public_id}/"
    assert desk.get(where).status_code == 200
    assert desk.post(where).headers["Content-Type"] == "application/pdf"
    assert invoice.customer.letter_codes.count() == 1

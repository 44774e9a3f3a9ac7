"""Writing to the office and hearing from it: complaints, failures, outages, messages."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image
from pypdf import PdfReader

from portal import clock
from portal.cases import tasks
from portal.cases.models import Case, OfficeMessage, Outage
from portal.customers.models import Delegation, ServicePoint
from portal.notifications.models import DemoMail
from tests.beginnings import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _mail_goes_to_the_demo_box(settings: Any) -> None:
    settings.EMAIL_BACKEND = "portal.notifications.demo_box.EmailBackend"


def sign_in(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(person["identifier"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/pulpit/**")


def sign_in_desk(page: Any, person: dict[str, Any]) -> None:
    page.goto("/konto/zaloguj/?next=/panel/")
    page.locator("input[name=login]").fill(person["email"])
    page.locator("input[name=password]").fill(person["password"])
    page.locator("main form button").last.click()
    page.wait_for_url("**/panel/")


def own_point() -> ServicePoint:
    owner = Delegation.objects.get(user__email="klient@demo.example")
    return ServicePoint.objects.filter(customer=owner.customer, is_closed=False).order_by("pk").first()


def a_photo() -> dict[str, Any]:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(drawn, "JPEG")
    return {"name": "rura.jpg", "mimeType": "image/jpeg", "buffer": drawn.getvalue()}


def fill(page: Any, **answers: str) -> None:
    for name, value in answers.items():
        page.locator(f"[name={name}]").fill(value)


def send(page: Any) -> None:
    page.locator("main .form-foot button").last.click()


def agree(page: Any) -> None:
    """To be told of outages."""
    page.goto("/konto/awarie/")
    page.locator("button[name=wanted][value=yes]").click()
    page.locator("button[name=wanted][value=no]").wait_for()


def publish(desk: Any, street: str, ends: datetime) -> None:
    desk.goto("/panel/outages/add/")
    starts = clock.now() - timedelta(minutes=5)
    fill(desk, title="Pęknięta rura", starts_at=f"{starts:%Y-%m-%d %H:%M}", ends_at=f"{ends:%Y-%m-%d %H:%M}")
    desk.locator("[name=streets-0-street]").fill(street)
    desk.locator("main form button[type=submit]").last.click()
    desk.locator("button[value=publish]").click()
    desk.locator("button[value=prolong]").wait_for()


def write_to_street(desk: Any, street: str, **said: str) -> None:
    """A message of the office to who lives in one street."""
    desk.goto("/panel/customer-messages/add/")
    fill(desk, **said)
    desk.locator("button.c-sf-add-button").first.click()
    desk.get_by_role("option", name="Ulice").first.click()
    desk.locator("[name=audience-0-value-streets]").fill(street)
    desk.locator("main form button[type=submit]").last.click()
    desk.wait_for_url("**/customer-messages/*-*/")


def press(desk: Any, name: str, text: str) -> None:
    """A clerk's line into a thread, or a note of the office's own."""
    button = desk.locator(f"button[value={name}]")
    desk.locator("form", has=button).locator("[name=text]").fill(text)
    button.click()
    desk.wait_for_load_state()


@pytest.mark.fact("S1.15")
def test_a_complaint_is_asked_about_answered_in_time_and_kept_as_a_pdf(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "jaworzno")
    customer, desk = new_page(), new_page()
    sign_in(customer, people["klient"])
    customer.goto("/wiadomosci/")
    axe(customer)
    customer.locator("a[href*='/konto/sprawy/nowa/']").first.click()
    offered = customer.locator("main .doors").inner_text()
    for topic in ("Awaria", "Jakość wody", "Reklamacja", "Zmiana strony umowy"):
        assert topic in offered
    axe(customer)
    customer.locator("a[href*='/nowa/reklamacja/']").click()
    axe(customer)
    send(customer)
    assert customer.locator(".error-summary").count()
    axe(customer)
    fill(customer, subject="Za wysoki rachunek", text="Dwa razy tyle co zwykle.")
    customer.locator("input[type=file]").set_input_files(a_photo())
    send(customer)
    customer.wait_for_url("**/konto/sprawy/*-*/**")
    case = Case.objects.get()
    due = customer.locator("#clock").inner_text()
    axe(customer)

    # The clerk sees the same deadline, opens the photo once it is known to be clean, and asks.
    run_jobs()
    sign_in_desk(desk, people["bok"])
    desk.goto("/panel/cases/")
    desk.locator(f"a[href*='{case.public_id}']").first.click()
    day = " ".join(due.split(",")[0].split()[-2:])
    assert day in desk.locator("#clock").inner_text().replace("\xa0", " ")
    assert desk.locator("a[href*='/panel/cases/file/']").count() == 1
    press(desk, "ask", "Proszę podać stan wodomierza.")

    # The clock of a consumer's complaint does not stop.
    run_jobs()
    customer.reload()
    assert "Proszę podać stan wodomierza." in customer.locator(".thread").inner_text()
    assert customer.locator("#clock").inner_text() == due
    assert DemoMail.objects.filter(to="klient@demo.example", subject__contains=case.number).count() == 2
    fill(customer, text="Stan: 504 m³.")
    send(customer)
    customer.wait_for_load_state()

    desk.goto(f"/panel/cases/{case.public_id}/")
    press(desk, "answer_close", "Uznajemy reklamację. Wystawimy korektę.")
    run_jobs()
    case.refresh_from_db()
    assert case.state == "closed"
    assert case.answered_at.date() <= case.due_on

    customer.reload()
    axe(customer)
    with customer.expect_download() as download:
        customer.locator("a[href*='/konto/sprawy/odpowiedz/']").click()
    document = PdfReader(download.value.path())
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Uznajemy reklamację." in document.pages[0].extract_text()


def test_a_failure_reported_by_a_guest_is_followed_by_number_and_signature(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    guest = new_page()
    guest.goto("/")
    guest.locator("a[href='/konto/awaria/']").first.click()
    axe(guest)
    fill(guest, street="Lipowa", building="5", text="Woda leje się na chodnik.", email="sasiad@example.pl")
    guest.locator("input[type=file]").set_input_files(a_photo())
    send(guest)
    guest.wait_for_url("**/konto/sprawa/*-*/")
    axe(guest)
    case = Case.objects.get()
    run_jobs()
    letter = DemoMail.objects.get(to="sasiad@example.pl")
    assert case.number in letter.subject
    assert case.signature in letter.text

    desk = new_page()
    sign_in_desk(desk, people["bok"])
    desk.goto(f"/panel/cases/{case.public_id}/")
    press(desk, "answer", "Ekipa jest na miejscu.")

    # Another day, another browser: number and signature lead back.
    again = new_page()
    again.goto("/konto/sprawa/")
    axe(again)
    fill(again, number=case.number, signature=case.signature)
    send(again)
    again.wait_for_url("**/konto/sprawa/*-*/")
    assert "Ekipa jest na miejscu." in again.locator(".thread").inner_text()
    axe(again)

    # Anything else is written without an account too.
    again.goto("/kontakt/")
    again.locator("a[href='/konto/sprawa/nowa/']").click()
    axe(again)
    again.locator("a[href*='/nowa/reklamacja/']").click()
    fill(again, subject="Za wysoki rachunek", text="Dwa razy tyle co zwykle.")
    send(again)
    assert again.locator("#id_name-error, .field-error").count()  # whom would we answer?
    axe(again)
    fill(again, name="Jan Nowak")
    send(again)
    again.wait_for_url("**/konto/sprawa/*-*/")
    assert Case.objects.get(name="Jan Nowak").signature in again.locator("main").inner_text()


def test_an_outage_tells_those_who_agreed_and_live_there_and_goes_by_itself(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    street = own_point().street
    customer = new_page()
    sign_in(customer, people["klient"])
    agree(customer)
    axe(customer)
    manager = new_page()
    sign_in(manager, people["zarzadca"])
    agree(manager)
    lives_there = ServicePoint.objects.filter(customer__delegations__user__email="zarzadca@demo.example", street=street)

    desk = new_page()
    sign_in_desk(desk, people["bok"])
    ends = clock.now() + timedelta(hours=4)
    publish(desk, street, ends)
    outage = Outage.objects.get()
    run_jobs()

    told = set(DemoMail.objects.filter(subject__contains="Pęknięta rura").values_list("to", flat=True))
    assert told == {"klient@demo.example"} | ({"zarzadca@demo.example"} if lives_there.exists() else set())

    stranger = new_page()
    stranger.goto("/")
    assert "Pęknięta rura" in stranger.locator(".banner").inner_text()
    axe(stranger)
    stranger.goto("/konto/awaria/")
    fill(stranger, street=street, building="1", text="Nie ma wody.")
    send(stranger)
    known = stranger.locator("#known").inner_text()
    assert "Wiemy, przewidywane usunięcie" in known
    assert f"{ends.hour}:{ends:%M}" in known
    axe(stranger)
    customer.goto("/pulpit/")
    assert "Pęknięta rura" in customer.locator("main").inner_text()
    axe(customer)

    with clock.stopped(ends + timedelta(seconds=1)):
        stranger.goto("/")
        assert stranger.locator(".banner").count() == 0
        tasks.watch_outages()
        run_jobs()
        outage.refresh_from_db()
        assert outage.closed_at is not None
        assert DemoMail.objects.filter(to="klient@demo.example", subject__contains="Już działa").count() == 1


@pytest.mark.fact("S2.10")
def test_a_message_of_the_utility_appears_in_the_recipients_messages(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "gryfino")
    street = own_point().street
    customer, desk, second = new_page(), new_page(), new_page()
    sign_in(customer, people["klient"])
    customer.goto("/wiadomosci/")
    assert customer.locator("a[href*='/konto/sprawy/nowa/']").count() == 0
    axe(customer)
    customer.goto("/konto/skrzynka/")
    axe(customer)
    customer.locator("button[name=wanted][value=yes]").click()

    sign_in_desk(desk, people["bok"])
    write_to_street(desk, street, subject="Wymiana wodomierzy w grudniu", text="Przyjdziemy między 8:00 a 12:00.")
    message = OfficeMessage.objects.get()
    assert int(desk.locator("#count").inner_text()) == message.counted >= 1
    assert desk.locator("button[value=send]").count() == 0  # its writer does not send it
    sign_in_desk(second, people["admin"])
    second.goto(f"/panel/customer-messages/{message.public_id}/")
    second.locator("button[value=send]").click()
    second.wait_for_load_state()
    run_jobs()

    customer.goto("/wiadomosci/")
    assert customer.locator("main .tag", has_text="nieprzeczytana").count()
    customer.locator("a", has_text="Wymiana wodomierzy w grudniu").first.click()
    assert "między 8:00 a 12:00" in customer.locator("main").inner_text()
    axe(customer)
    customer.locator("button[name=archive]").click()
    customer.wait_for_url("**/konto/skrzynka/**")
    assert "Wymiana wodomierzy" not in customer.locator("main .sheet").first.inner_text()
    assert DemoMail.objects.filter(to="klient@demo.example", subject__contains="Wymiana wodomierzy").count() == 1


@pytest.mark.parametrize(
    ("preset_name", "department"),
    [
        pytest.param("warszawa", "Biuro Obsługi Klienta", marks=pytest.mark.fact("S0.7")),
        pytest.param("lebork", "Dział Obsługi Klienta", marks=pytest.mark.fact("S3.14")),
    ],
)
def test_a_message_goes_straight_to_the_customer_service_department(
    page: Any,
    axe: Callable[[Any], None],
    settings: Any,
    tmp_path: Path,
    preset_name: str,
    department: str,
) -> None:
    people = begin(settings, tmp_path, preset_name)
    sign_in(page, people["klient"])
    page.goto("/wiadomosci/")
    page.locator("a[href*='/konto/sprawy/nowa/']").first.click()
    page.locator("a[href*='/nowa/inne/']").click()
    fill(page, subject="Pytanie o umowę", text="Kiedy podpiszemy umowę?")
    send(page)
    page.wait_for_url("**/konto/sprawy/*-*/**")
    axe(page)
    assert department in page.locator("main .facts").inner_text()
    assert Case.objects.get().department.name == department


def test_data_are_changed_with_a_proof_two_clerks_and_the_imports_word(
    new_page: Callable[[], Any], axe: Callable[[Any], None], run_jobs: Callable[[], Any], settings: Any, tmp_path: Path
) -> None:
    people = begin(settings, tmp_path, "warszawa")
    customer, desk, second = new_page(), new_page(), new_page()
    sign_in(customer, people["klient"])
    customer.goto("/konto/dane/zmiana/")
    axe(customer)
    customer.locator("input[value=name]").check()
    send(customer)
    axe(customer)
    fill(customer, name="Kowalska-Nowak Anna", why="Wyszłam za mąż.")
    send(customer)
    assert customer.locator(".field-error").count()  # a name needs a document
    axe(customer)
    customer.locator("input[type=file]").set_input_files(a_photo())
    send(customer)
    customer.wait_for_url("**/konto/sprawy/*-*/**")
    case = Case.objects.get()

    for page, person in ((desk, "bok"), (second, "admin")):
        sign_in_desk(page, people[person])
        page.goto(f"/panel/cases/{case.public_id}/")
        page.locator("button[value=approve]").click()
        page.wait_for_load_state()
    case.refresh_from_db()
    assert case.change.state == "sent"
    owner = Delegation.objects.get(user__email="klient@demo.example").customer
    assert owner.name != "Kowalska-Nowak Anna"

    call_command("demo_data", next=True, verbosity=0)  # the next delivery of the billing system
    owner.refresh_from_db()
    assert owner.name == "Kowalska-Nowak Anna"
    tasks.confirm_changes()
    customer.reload()
    axe(customer)
    case.change.refresh_from_db()
    assert case.change.state == "confirmed"
    assert "potwierdził" in customer.locator(".thread").inner_text()

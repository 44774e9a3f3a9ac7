"""What editors and marketing do in the panel at a desk, and how readers on a phone meet it."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.contrib.auth.models import Group
from django.urls import get_resolver, reverse
from django.utils.translation import override

from ebok.tasks import publish_scheduled
from forms.models import FormPage
from home.faq.entries import FaqEntry
from home.models import HomePage, PortalPage
from home.notices.models import NoticeIndexPage, NoticePage
from home.portal_blocks import portal_blocks
from home.regulations.models import RegulationPage, RegulationsPage
from payments import checkout, payouts
from payments.actions import ask_gateway
from payments.gateways import sandbox
from payments.models import Payout
from portal import clock
from portal.accounts.actions import accept
from portal.accounts.models import Acceptance, User
from portal.accounts.queries import terms_in_force
from portal.audiences.blocks import condition_blocks
from portal.cases.actions import Content, Sender, open_case
from portal.cases.models import CaseTopic
from portal.utility.models import RuleRecord
from tests import factories
from tests.test_panel_table import addresses

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
Opens = Callable[[], Any]


@pytest.fixture
def viewport() -> dict[str, int]:
    """The panel is worked in at a desk."""
    return {"width": 1280, "height": 900}


@pytest.fixture
def framework_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wagtail asks Django's clock; here it goes with the house's."""
    monkeypatch.setattr("django.utils.timezone.now", clock.now)


def sign_in(page: Any, email: str) -> Any:
    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url(lambda url: "/zaloguj/" not in url)
    return page


@pytest.fixture
def desk(new_page: Opens, preset: str) -> Callable[[str], Any]:
    """Somebody of a role at work in the panel."""

    def at_work(role: str) -> Any:
        person = factories.make_staff(f"{role}@example.pl")
        person.groups.add(Group.objects.get(name=role))
        return sign_in(new_page(), f"{role}@example.pl")

    return at_work


@pytest.fixture
def phone(new_page: Opens) -> Callable[[], Any]:
    def opened() -> Any:
        page = new_page()
        page.set_viewport_size(PHONE)
        return page

    return opened


def customer_in(street: str, email: str) -> User:
    customer = factories.make_customer(name="Ogród Bożena", first_name="Bożena")
    factories.make_meter(factories.make_point(factories.make_contract(customer), street=street))
    owner = factories.make_owner(customer, email=email)
    terms = terms_in_force()
    assert terms is not None
    accept(owner, terms)
    return owner


# ------------------------------------------------------------------------------------------- what the panel's form holds


def write(desk: Any, field: str, words: str) -> None:
    """Into a field of formatted text."""
    desk.locator(f"[data-contentpath={field}] [contenteditable=true]").first.click()
    desk.keyboard.type(words)
    # The editor hands the words to the form a while later.
    desk.wait_for_function(
        """([field, words]) => [...document.querySelectorAll(`[data-contentpath=${field}] input[type=hidden]`)]
            .some(kept => kept.value.includes(words))""",
        arg=[field, words],
    )


def add_block(desk: Any, field: str, label: str) -> None:
    desk.locator(f"[data-contentpath={field}] .c-sf-add-button").last.click()
    desk.get_by_role("option", name=label, exact=True).click()


def choose(desk: Any, action: str) -> None:
    """One of the actions beside “Save draft”."""
    desk.locator("[data-w-dropdown-target=toggle]").last.click()
    desk.locator(f"button[name={action}]").click()


def plan(desk: Any, begins: datetime, ends: datetime) -> None:
    """When the page appears and when it is withdrawn."""
    desk.locator("[data-side-panel-toggle=status]").click()
    desk.locator("[data-a11y-dialog-show=schedule-publishing-dialog]").first.click()
    for name, moment in (("go_live_at", begins), ("expire_at", ends)):
        desk.locator(f"#id_{name}").fill(f"{moment:%Y-%m-%d %H:%M}")
        calendar = desk.locator(".xdsoft_datetimepicker:visible")
        calendar.wait_for()  # it opens a tenth of a second after the field has the focus, and would cover the button
        desk.locator("#schedule-publishing-dialog h2").first.click()
        calendar.wait_for(state="detached")
    desk.locator("#schedule-publishing-dialog button[type=submit]").click()
    desk.wait_for_url("**/edit/")


def label_of(blocks: list[tuple[str, Any]], code: str) -> str:
    with override("pl"):
        return str(dict(blocks)[code].label)


# ---------------------------------------------------------------------------------------------------------- the journeys


def test_an_editor_adds_a_question_drags_it_to_the_front_and_readers_meet_it_there(
    desk: Callable[[str], Any], phone: Opens, axe: Any
) -> None:
    editor, reader = desk("redakcja"), phone()
    first = FaqEntry.objects.filter(locale__language_code="pl").first()
    assert first is not None
    editor.goto("/panel/snippets/faq/faqentry/add/")
    editor.locator("#id_category").select_option(str(first.category_id))
    editor.locator("#id_question").fill("Czy mogę zapłacić w okienku?")
    write(editor, "answer", "Tak, w godzinach pracy biura.")
    editor.locator("#id_order").fill("9")
    editor.get_by_role("button", name="Zapisz", exact=True).click()
    editor.locator(".messages .success").wait_for()
    editor.goto("/panel/snippets/faq/faqentry/")

    reader.goto("/pytania/")
    questions = reader.locator("#answers summary")
    assert "Czy mogę zapłacić w okienku?" in questions.all_inner_texts()[1:]

    rows = editor.locator("tbody tr")
    moved = rows.filter(has_text="w okienku").locator(".w-orderable__item__handle")
    moved.scroll_into_view_if_needed()
    moved.hover()
    editor.mouse.down()
    rows.first.scroll_into_view_if_needed()
    over = rows.first.locator(".w-orderable__item__handle").bounding_box()
    with editor.expect_response("**/reorder/**"):
        editor.mouse.move(over["x"] + over["width"] / 2, over["y"], steps=20)
        for nudge in range(50):  # the list follows the mouse with a little delay, and only while it moves
            if "w okienku" in rows.first.inner_text():
                break
            editor.mouse.move(over["x"] + over["width"] / 2, over["y"] + nudge % 3)
            editor.wait_for_timeout(50)
        editor.mouse.up()

    reader.goto("/")  # an address that differs only behind its # would be no new visit
    reader.goto("/pytania/#czy-moge-zaplacic-w-okienku")
    assert questions.first.inner_text() == "Czy mogę zapłacić w okienku?"
    assert reader.get_by_text("Tak, w godzinach pracy biura.").is_visible(), "a link to a question unfolds it"
    axe(reader)


def test_a_regulation_for_tomorrow_is_submitted_approved_and_accepted_the_next_day(
    desk: Callable[[str], Any], phone: Opens, axe: Any
) -> None:
    anna = customer_in("ul. Lipowa", "anna@example.pl")
    editor = desk("redakcja")
    editor.goto(f"/panel/pages/add/regulations/regulationpage/{RegulationsPage.objects.get().pk}/")
    editor.locator("#id_title").fill("Regulamin eBOK")
    editor.locator("#id_version").fill("2027")
    editor.locator("#id_effective_from").fill(f"{clock.today() + timedelta(days=1)}")
    editor.locator("#id_effective_from").press("Tab")
    write(editor, "text", "Nowe zasady korzystania.")
    assert not editor.locator("button[name=action-publish]").count()
    choose(editor, "action-submit")
    editor.locator(".messages .success").wait_for()
    page = RegulationPage.objects.get(version="2027")
    assert not page.live

    administrator = desk("administrator")
    administrator.goto(f"/panel/pages/{page.pk}/edit/")
    administrator.locator("[data-w-dropdown-target=toggle]").last.click()
    administrator.locator("[data-workflow-action-name=approve]").last.click()
    administrator.locator(".modal [type=submit]").click()
    administrator.locator(".messages .success").wait_for()

    reader = phone()
    reader.goto("/regulamin/")
    assert reader.get_by_text("2027").count()
    axe(reader)
    with clock.stopped(clock.now() + timedelta(days=1)):
        sign_in(reader, anna.email)
        reader.wait_for_url("**/konto/regulamin/**")
        assert f"Obowiązuje od {clock.today():%d.%m.%Y}" in reader.locator("main").inner_text()
        axe(reader)
        reader.locator("button[value=accept]").click()
        reader.wait_for_url("**/pulpit/**")
        accepted = Acceptance.objects.get(user=anna, terms__version="2027")
    assert accepted.accepted_at.date() == clock.today() + timedelta(days=1)


def test_an_editor_composes_a_portal_page_from_blocks_and_looks_at_it_as_somebody_else(
    desk: Callable[[str], Any], phone: Opens, axe: Any
) -> None:
    owner = customer_in("ul. Lipowa", "bozena@example.pl")
    editor = desk("redakcja")
    editor.goto(f"/panel/pages/add/home/portalpage/{HomePage.objects.get(locale__language_code='pl').pk}/")
    editor.locator("#id_title").fill("Moja woda")
    for code in ("contract", "meters"):
        add_block(editor, "body", label_of(portal_blocks(), code))
    up = editor.locator("[data-contentpath=body] [data-streamfield-action=MOVE_UP]:not([disabled])")
    up.last.click()

    editor.locator("[data-side-panel-toggle=preview]").click()
    shown = editor.frame_locator("#w-preview-iframe")
    editor.locator("#id_preview_mode").select_option("manager")
    shown.locator("main h1").filter(has_text="Moja woda").wait_for()
    assert "Ogród" not in shown.locator("body").inner_text()
    editor.locator("[data-side-panel-toggle=preview]").click()
    choose(editor, "action-publish")
    editor.locator(".messages .success").wait_for()
    assert [block.block_type for block in PortalPage.objects.get(slug="moja-woda").body] == ["meters", "contract"]

    customer = sign_in(phone(), owner.email)
    customer.goto("/moja-woda/")
    headings = customer.locator("main h2").all_inner_texts()
    assert len(headings) == 2
    assert label_of(portal_blocks(), "contract") == headings[1]
    axe(customer)


def test_marketing_plans_a_notice_for_one_street_and_only_a_customer_there_meets_it(
    desk: Callable[[str], Any], phone: Opens, axe: Any, framework_clock: None
) -> None:
    here, elsewhere = customer_in("ul. Lipowa", "tu@example.pl"), customer_in("ul. Klonowa", "tam@example.pl")
    index = NoticeIndexPage.objects.get()
    marketing = desk("marketing")
    marketing.goto(f"/panel/pages/add/notices/noticepage/{index.pk}/")
    marketing.locator("#id_title").fill("Nowy zdrój uliczny na Lipowej")
    marketing.locator("#id_lead").fill("Woda prosto z sieci, za darmo.")
    marketing.locator("#id_audience").select_option("conditions")
    add_block(marketing, "conditions", label_of(condition_blocks(), "streets"))
    marketing.locator("[data-contentpath=streets] textarea").fill("Lipowa")
    marketing.locator(".reach button").click()
    marketing.get_by_text("Mniej niż 20 odbiorców").wait_for()
    tomorrow = clock.at(clock.today() + timedelta(days=1), 8)
    plan(marketing, tomorrow, tomorrow + timedelta(days=7))
    choose(marketing, "action-publish")
    marketing.locator(".messages .success").wait_for()
    notice = NoticePage.objects.get(slug="nowy-zdroj-uliczny-na-lipowej")
    assert not notice.live

    def meets(owner: User) -> bool:
        page = phone()
        sign_in(page, owner.email)
        page.goto("/pulpit/")
        axe(page)
        return bool(page.get_by_text("Nowy zdrój uliczny").count())

    assert not meets(here)
    with clock.stopped(tomorrow + timedelta(hours=1)):
        publish_scheduled()
        assert meets(here)
        assert not meets(elsewhere)
        stranger = phone()
        for path in ("/", "/aktualnosci/", "/szukaj/?q=zdrój"):
            stranger.goto(path)
            assert not stranger.get_by_text("Nowy zdrój uliczny").count(), path
    with clock.stopped(tomorrow + timedelta(days=8)):
        publish_scheduled()
        assert not meets(here)


def test_a_form_built_in_the_panel_is_filled_in_and_exported(
    desk: Callable[[str], Any], phone: Opens, axe: Any, tmp_path: Path
) -> None:
    editor = desk("redakcja")
    editor.goto(f"/panel/pages/add/ebok_forms/formpage/{HomePage.objects.get(locale__language_code='pl').pk}/")
    editor.locator("#id_title").fill("Zgłoś dzień otwarty")
    questions = [("radio", "Kto przyjdzie?", "Szkoła\nRodzina"), ("date", "Kiedy?", ""), ("singleline", "Imię", "")]
    for number, (kind, label, choices) in enumerate(questions):
        editor.locator("#id_form_fields-ADD").click()
        editor.locator(f"#id_form_fields-{number}-field_type").select_option(kind)
        editor.locator(f"#id_form_fields-{number}-label").fill(label)
        editor.locator(f"#id_form_fields-{number}-choices").fill(choices)
    choose(editor, "action-publish")
    editor.locator(".messages .success").wait_for()
    form = FormPage.objects.get(title="Zgłoś dzień otwarty")

    visitor = phone()
    visitor.goto(f"/{form.slug}/")
    axe(visitor)
    visitor.locator("main .btn-primary").click()
    visitor.get_by_label("Szkoła").check()
    visitor.get_by_label("Kiedy?").fill("20.12.2026")
    visitor.get_by_label("Imię").fill("=Łucja")
    axe(visitor)
    visitor.locator("main form button").last.click()
    visitor.wait_for_url("**/wyslane/")
    axe(visitor)

    editor.goto(f"/panel/forms/submissions/{form.pk}/")
    assert "Szkoła" in editor.locator("main").inner_text()
    rows = {}
    for kind in ("csv", "xlsx"):
        with editor.expect_download() as download:
            editor.evaluate("address => { location.href = address }", f"?export={kind}")
        download.value.save_as(tmp_path / f"answers.{kind}")
    rows["csv"] = list(csv.reader(io.StringIO((tmp_path / "answers.csv").read_text(encoding="utf-8-sig"))))
    sheet = openpyxl.load_workbook(tmp_path / "answers.xlsx").active
    rows["xlsx"] = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    for kind, table in rows.items():
        assert len(table) == 2, kind
        assert table[1][1:4] == ["Szkoła", "2026-12-20", "'=Łucja"], kind


# --------------------------------------------------------------------------------------------- how the panel itself reads

# What Wagtail brings and we leave as it is.
ITS_OWN = ("wagtail", "simple_translation", "javascript-catalog")
WAGTAILS_OWN = [[".public-DraftEditor-content"]]  # its editor of formatted text names no field to a screen reader
OURS_AMONG_ITS = (
    "wagtailsnippets_faq_",
    "wagtailsnippets_downloads_",
    "wagtailsnippets_notifications_",
    "wagtailforms:",
)


def our_own_addresses() -> list[str]:
    """Every address of the panel that is ours and needs no row."""
    found = set()
    for name, pattern in addresses(get_resolver().url_patterns):
        is_ours = name.startswith(OURS_AMONG_ITS) or not name.startswith(ITS_OWN)
        if is_ours and not pattern.converters and not getattr(pattern, "regex", re.compile("")).groups:
            found.add(reverse(name))
    return sorted(found)


def what_the_office_looks_at() -> list[str]:
    """A payment as an accountant sees it without a visit, its payout, which came back, and a case."""
    customer = factories.make_customer()
    owner, item = factories.make_owner(customer), factories.make_charge(customer, "204.10")
    started = checkout.start_payment(
        viewer=factories.viewer(owner, customer), by=owner, items={item.public_id: item.amount}, press=uuid4()
    )
    payment = checkout.open_session(started)
    sandbox.pay(payment.session_id, "blik")
    ask_gateway(payment)
    with clock.stopped(clock.now() + timedelta(days=1)):
        payouts.read()
        sandbox.send_back(Payout.objects.get().payout_id)
        payouts.read()
    case = open_case(
        topic=CaseTopic.objects.filter(kind="complaint")[:1].get(),
        content=Content(subject="Za wysoki rachunek", text="Rachunek jest za wysoki."),
        sender=Sender(user=owner, customer=customer, name=str(owner), email=owner.email or ""),
    )
    return [
        reverse("payment_register:inspect", args=[payment.public_id]),
        reverse("payout_register:inspect", args=[Payout.objects.get().public_id]),
        reverse("case_register:inspect", args=[case.public_id]),
    ]


# It takes long: it is the proof of a promise, for each screen of the panel that is ours.
@pytest.mark.long
def test_our_own_screens_of_the_panel_read_well_to_a_screen_reader(new_page: Opens, preset: str, axe: Any) -> None:
    User.objects.filter(pk=factories.make_staff("admin@example.pl").pk).update(is_superuser=True)
    page = sign_in(new_page(), "admin@example.pl")
    editing = [
        reverse("wagtailsnippets_faq_faqentry:edit", args=[FaqEntry.objects.all()[:1].get().pk]),
        reverse("wagtailforms:list_submissions", args=[FormPage.objects.get().pk]),
        reverse("rules:inspect", args=[RuleRecord.objects.all()[:1].get().pk]),
        reverse("rules:add") + "?rule_set=forms",
        *what_the_office_looks_at(),
    ]
    seen, faults = [], []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    for path in (*our_own_addresses(), *editing):
        answer = page.request.get(path, max_redirects=0)
        if answer.status >= 500:
            faults.append(f"{path}: {answer.status}")
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            continue
        page.goto(path)
        if page.locator("main").count():
            try:
                axe(page, context={"include": [["main"]], "exclude": WAGTAILS_OWN})
            except AssertionError as fault:
                faults.append(str(fault))
            seen.append(path)
    assert not faults, "\n".join(faults)
    assert {reverse(name) for name in ("editors_help", "review_links", "review_words", "rules:index")} <= set(seen)
    assert set(editing) <= set(seen)
    assert len(seen) > 20

"""What the public sites of five utilities show to a stranger: the first link, phones, questions, forms, regulations."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.accounts.actions import accept, give_identifier
from portal.accounts.queries import terms_in_force
from tests.beginnings import load_preset
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def utility() -> Callable[[str], None]:
    def load(name: str) -> None:
        load_preset(name)

    return load


@pytest.fixture
def without_scripts(browser: Any, live_server: Any, viewport: dict[str, int]) -> Iterator[Any]:
    context = browser.new_context(base_url=live_server.url, viewport=viewport, java_script_enabled=False)
    yield context.new_page()
    context.close()


def from_the_menu(page: Any, label: str) -> None:
    page.goto("/")
    if page.locator(".menu-public summary").is_visible():
        page.locator(".menu-public summary").click()
    page.locator("header").get_by_role("link", name=label).first.click()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("gryfino", "Przejdź do treści", marks=pytest.mark.fact("S2.23")),
        pytest.param("rzeszow", "Pomiń zawartość", marks=pytest.mark.fact("S4.21")),
    ],
)
def test_the_first_press_of_tab_offers_to_skip_the_menu(
    page: Any, utility: Callable[[str], None], name: str, words: str
) -> None:
    utility(name)
    for path in ("/", "/pytania/", "/konto/zaloguj/"):
        page.goto(path)
        page.keyboard.press("Tab")
        link = page.locator(":focus")
        assert link.inner_text() == words, path
        box = link.bounding_box()
        assert box["y"] >= 0, "the link is seen once it has the focus"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.locator("main :focus").count() or page.locator("footer :focus").count(), path


@pytest.mark.fact("S0.30")
def test_questions_unfold_one_by_one_also_without_scripts(
    page: Any, without_scripts: Any, utility: Callable[[str], None]
) -> None:
    utility("warszawa")
    for opened in (page, without_scripts):
        opened.goto("/pytania/")
        question = opened.locator("details:has(#numer-uzytkownika)")
        answer = question.get_by_text("pierwsze sześć cyfr")
        assert not answer.is_visible()
        question.locator("summary").click()
        assert answer.is_visible()
        assert opened.locator("#answers details[open]").count() == 1
        opened.goto("/kontakt/")
        opened.goto("/pytania/#numer-uzytkownika")
        answer.wait_for()


@pytest.mark.fact("S1.16")
def test_questions_about_the_portal_go_to_the_sales_department_by_phone(
    page: Any, axe: Any, utility: Callable[[str], None]
) -> None:
    utility("jaworzno")
    from_the_menu(page, "Kontakt")
    department = page.locator("section").filter(has=page.get_by_role("heading", name="Dział Sprzedaży"))
    phone = department.get_by_role("link", name="(32) 318 60 20")
    assert re.sub(r"\D", "", phone.get_attribute("href")).endswith("323186020")
    assert phone.get_attribute("href").startswith("tel:")
    axe(page)


@pytest.mark.fact("S2.22")
def test_help_is_a_phone_call_away_from_every_page(page: Any, utility: Callable[[str], None]) -> None:
    utility("gryfino")
    for path in ("/", "/pytania/", "/konto/zaloguj/", "/rejestracja/"):
        page.goto(path)
        help_by_phone = page.locator("footer").get_by_role("link", name="661984812")
        assert help_by_phone.is_visible(), path
        assert help_by_phone.get_attribute("href").endswith("661984812")


@pytest.mark.fact("S3.24")
def test_the_accepted_regulations_are_on_the_website_word_for_word(
    page: Any, axe: Any, utility: Callable[[str], None]
) -> None:
    utility("lebork")
    anna, terms = make_user("anna@example.pl"), terms_in_force()
    assert terms is not None
    accept(anna, terms)
    give_identifier(anna, "issued", "LB-2026-1")

    page.goto("/")
    page.locator("footer").get_by_role("link", name="Regulamin").click()
    axe(page)
    document = page.locator("section").filter(has=page.get_by_role("heading", name=terms.title, exact=True))
    document.get_by_role("link", name="Przeczytaj").click()
    written = page.locator("main").inner_text()
    axe(page)
    for sentence in re.findall(r"<(?:p|h2)>([^<]+)<", terms.text):
        assert sentence in written
    paper = page.request.get(page.locator("main").get_by_role("link", name="Pobierz").get_attribute("href"))
    assert paper.body().startswith(b"%PDF-")

    page.goto("/konto/zaloguj/")
    page.locator("input[name=login]").fill("LB-2026-1")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url(lambda url: "/zaloguj/" not in url)
    page.goto("/konto/zgody/")
    assert f"{terms.title}" in page.locator("main").inner_text()
    assert f"wersja {terms.version}" in page.locator("main").inner_text()


@pytest.mark.fact("S4.20")
def test_forms_to_download_stand_in_the_menu(page: Any, axe: Any, utility: Callable[[str], None]) -> None:
    utility("rzeszow")
    from_the_menu(page, "Druki do pobrania")
    axe(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"^Formularz A \(PDF")).click()
    assert download.value.suggested_filename == "formularz-a.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")

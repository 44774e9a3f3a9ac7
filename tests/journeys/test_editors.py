"""What readers of the public site do in a browser with what editors keep there, and how it reads to a screen reader."""

from typing import Any

import pytest
from django.apps import apps
from wagtail.models import Page

from forms.models import RegistrationPage
from home.faq.entries import FaqEntry
from home.notices.models import NoticeIndexPage, NoticePage
from portal.content import addresses
from portal.content.models import BasePage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

BROKEN_PICTURES = """async () => {
  const all = [...document.images]
  all.forEach(one => { one.loading = "eager" })
  await Promise.all(all.map(one => one.decode().catch(() => {})))
  return all.filter(one => !one.naturalWidth).map(one => one.src)
}"""
REGISTERING = {RegistrationPage}  # shows a screen of its own at once, and is kept by no cache
CODE_OWNED = ("/szukaj/?q=wodomierz", "/konto/zaloguj/", "/konto/awaria/", "/nie/ma/takiej/strony/")


def one_of_each_type() -> list[str]:
    """The address of a live page of every type that strangers may open."""
    found: dict[type[Page], str] = {}
    for one in Page.objects.live().specific().order_by("path"):
        if isinstance(one, BasePage) and (one.is_shown_to_all or type(one) in REGISTERING):
            found.setdefault(type(one), addresses.url_of(one))
    public = {model for model in apps.get_models() if issubclass(model, BasePage) and model.is_public}
    assert set(found) == public | REGISTERING
    return list(found.values())


def test_a_reader_finds_an_answer_while_typing_and_says_whether_it_helped(page: Any, axe: Any, preset: str) -> None:
    entry = FaqEntry.objects.get(anchor="numer-uzytkownika")
    page.goto("/pytania/")
    page.locator("#q").press_sequentially("numér uzytkownika", delay=20)
    page.locator("#answers > [role=status]").wait_for()
    question = page.locator(f"details:has(#{entry.anchor})")
    question.locator("summary").click()
    axe(page)
    question.locator("button[value=no]").click()
    question.locator("[role=status]").wait_for()
    assert FaqEntry.objects.get(pk=entry.pk).times_not() == 1


def test_a_visitor_searches_the_site_while_typing(page: Any, axe: Any, preset: str) -> None:
    page.goto("/")
    if not page.locator(".top-search").is_visible():  # a phone's header has no room for it beside the menu
        page.locator("header summary").click()
    page.locator("header a[href='/szukaj/']").locator("visible=true").click()
    page.locator("#q").press_sequentially("wodomierza", delay=20)
    page.locator("#found a[href='/instrukcje/jak-odczytac-wodomierz/']").first.wait_for()
    axe(page)


# It takes long: it is the proof of a promise, for each page type, by axe, on a phone, at a desk and in the dark.
def test_every_public_page_reads_well_to_a_screen_reader_by_day_and_by_night(
    page: Any, axe: Any, viewport: dict[str, int], preset: str
) -> None:
    notice = NoticePage(title="Nie pij wody z kranu", slug="nie-pij", lead="Do odwołania.", weight=2)
    NoticeIndexPage.objects.get().add_child(instance=notice)
    notice.save_revision().publish()
    for path in (*one_of_each_type(), *CODE_OWNED):
        page.goto(path)
        assert page.locator(".banner").inner_text().startswith("Nie pij wody"), path
        axe(page)
        assert not page.evaluate(BROKEN_PICTURES), path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], f"{path} is wider than the screen"
        if viewport["width"] > 1000:
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")  # no colour half-way between two
            axe(page, only=["color-contrast"])
            page.emulate_media(color_scheme="light", reduced_motion="no-preference")

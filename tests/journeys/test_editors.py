"""What readers of the public site do in a browser with what editors keep there, and how it reads to a screen reader."""

from datetime import timedelta
from typing import Any

import pytest

from home.faq.entries import FaqEntry
from home.notices.models import NoticeIndexPage, NoticePage
from home.regulations.models import RegulationPage, RegulationsPage
from portal import clock
from portal.accounts.actions import accept
from portal.accounts.models import Acceptance
from portal.accounts.queries import terms_in_force
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PUBLIC = (
    "/aktualnosci/",
    "/pytania/",
    "/instrukcje/",
    "/kontakt/",
    "/regulamin/",
    "/regulamin/zasady/",
    "/deklaracja-dostepnosci/",
)


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
    page.locator(".top-search").click()
    page.locator("#q").press_sequentially("wodomierza", delay=20)
    page.locator("#found a[href='/instrukcje/jak-odczytac-wodomierz/']").first.wait_for()
    axe(page)


def test_every_public_page_reads_well_to_a_screen_reader_with_an_urgent_notice_above(
    page: Any, axe: Any, preset: str
) -> None:
    notice = NoticePage(title="Nie pij wody z kranu", slug="nie-pij", lead="Do odwołania.", weight=2)
    NoticeIndexPage.objects.get().add_child(instance=notice)
    notice.save_revision().publish()
    for path in PUBLIC:
        page.goto(path)
        assert page.locator(".banner").inner_text().startswith("Nie pij wody"), path
        axe(page)


def test_a_regulation_of_tomorrow_is_asked_for_tomorrow_and_accepted(page: Any, axe: Any, preset: str) -> None:
    anna = make_user("anna@example.pl")
    now = terms_in_force()
    assert now is not None
    accept(anna, now)
    tomorrow = RegulationPage(
        title="Regulamin, nowa wersja",
        slug="regulamin-nowy",
        version="jutro",
        effective_from=clock.today() + timedelta(days=1),
        text="<p>Nowe zasady.</p>",
    )
    RegulationsPage.objects.get().add_child(instance=tomorrow)
    tomorrow.save_revision().publish()

    with clock.stopped(clock.now() + timedelta(days=1)):
        page.goto("/konto/zaloguj/")
        page.locator("input[name=login]").fill("anna@example.pl")
        page.locator("input[type=password]").fill(PASSWORD)
        page.locator("main form button").last.click()
        page.wait_for_url("**/konto/regulamin/**")
        axe(page)
        page.locator("button[value=accept]").click()
        page.wait_for_url("**/pulpit/**")
    assert Acceptance.objects.filter(user=anna, terms__version="jutro").exists()

"""The review of the site: links, words, ways, what changes by itself."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Page

from home.faq.models import FaqPage
from home.instructions.models import InstructionPage
from home.models import PortalPage
from home.review import drawn, links, words
from home.review.views import coming
from home.review.ways import missing_ways
from home.roles import PageRole
from home.staff_roles import ensure_groups
from portal import clock


def text(html):
    return [("text", html)]


@pytest.fixture
def put_text(site):
    def put(html, **fields):
        parent = Page.objects.get(slug="instrukcje")
        return site.add(parent, InstructionPage(title="Próba", slug="proba", lead="", body=text(html), **fields))

    return put


def found(of="proba"):
    return {link.address: link for link in links.links(list(drawn.everything())) if link.page.slug == of}


def test_a_link_to_a_page_that_is_gone_or_withdrawn_is_found(site, put_text):
    put_text(f'<p><a linktype="page" id="99999">Dawniej</a> <a linktype="page" id="{site.faq.pk}">Pytania</a></p>')
    assert found()[""].fault
    assert not found()["/pytania/"].fault
    FaqPage.objects.get().unpublish()
    every = [link for link in links.links(list(drawn.everything())) if link.page.slug == "proba"]
    assert [link.words for link in every if link.fault] == ["Dawniej", "Pytania"]


@pytest.mark.parametrize(
    ("address", "is_well"),
    [
        ("/kontakt/", True),
        ("/go/faq/", True),
        ("/konto/zaloguj/", True),
        ("/static/ebok/theme.css", True),
        ("tel:994", True),
        ("/go/messages/", False),
        ("/nie-ma-takiej/", False),
        ("/pobierz/brak/", False),
        ("/media/brak.png", False),
        ("/pliki/77/brak.pdf", False),
        ("/kontakt/#brak", False),
        ("#brak", False),
        ("#main", True),
    ],
)
def test_each_link_of_our_own_is_looked_up(site, put_text, address, is_well):
    put_text(f'<p><a href="{address}">Dokąd</a></p>')
    faults = [link for link in found().values() if link.fault]
    assert not faults if is_well else [link.address for link in faults] == [address]


def test_a_place_on_another_page_is_looked_for_there(site, put_text, put_question):
    put_question("Gdzie?")
    put_text('<p><a href="/pytania/#pytanie-0">Jest</a> <a href="/pytania/#pytanie-7">Nie ma</a></p>')
    assert not found()["/pytania/#pytanie-0"].fault
    assert "pytanie-7" in found()["/pytania/#pytanie-7"].fault


def test_a_file_is_looked_for_in_storage(site, put_text):
    document = get_document_model().objects.create(title="Wzór", file=ContentFile(b"%PDF-", name="wzor.pdf"))
    put_text(f'<p><a linktype="document" id="{document.pk}">Wzór</a></p>')
    assert not found()[document.url].fault
    document.file.storage.delete(document.file.name)
    assert found()[document.url].fault


def test_another_site_is_listed_and_never_asked(site, put_text):
    put_text('<p><a href="https://www.gov.pl/web/gip">Gdzie indziej</a></p>')
    link = found()["https://www.gov.pl/web/gip"]
    assert link.is_external
    assert not link.fault


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("<h1>A</h1><h3>B</h3><p>x</p>", "„B”"),
        ("<h1>A</h1><p>x</p><h1>B</h1><p>x</p>", "dwa główne"),
        ("<h2>A</h2><p>x</p><img src='/media/kot.png'>", "kot.png"),
        ("<img src='/a.png' alt='IMG_2031'>", "IMG_2031"),
        ("<img src='/a.png' alt='dom.jpg'>", "dom.jpg"),
        ("<p>Chcesz wiedzieć? <a href='/'>Kliknij tutaj</a></p>", "Kliknij tutaj"),
        ("<p><a href='/'>WIĘCEJ…</a></p>", "WIĘCEJ"),
        ("<p><a href='/x/'></a></p>", "/x/"),
        ("<h2>Pusto</h2><h2>Pełno</h2><p>x</p>", "„Pusto”"),
        ("<h2>Pełno</h2><p>x</p><h2>Koniec</h2>", "„Koniec”"),
    ],
)
def test_what_makes_a_page_hard_to_read_is_said(html, says):
    (sentence,) = words.of_html(html)
    assert says in sentence


@pytest.mark.parametrize(
    "html",
    [
        "<h1>A</h1><h2>B</h2><p>x</p><h3>C</h3><p>x</p><h2>D</h2><img alt='' src='/a.png'>",
        "<h2>A</h2><h3>B</h3><p>x</p>",
        "<p><a href='/'>Cennik na 2026 rok</a></p><img alt='Wodomierz z czarnym polem' src='/a.png'>",
        "<h2>Formularz</h2><form><input></form>",
    ],
)
def test_a_page_that_reads_well_is_left_alone(html):
    assert words.of_html(html) == []


def test_the_pages_of_a_fresh_preset_have_no_broken_link_and_nothing_to_put_right(preset):
    pages = list(drawn.everything())
    assert {page.page.slug for page in pages} >= {"start", "pytania", "kontakt", "pulpit", "faktury", "ocen-portal"}
    assert [(link.page.slug, link.words, link.address) for link in links.links(pages) if link.fault] == []
    assert [(page.page.slug, words.faults(page.main)) for page in pages if words.faults(page.main)] == []


# Ways


@pytest.fixture
def dashboard(site):
    value = {"title": "", "help": "", "width": "full"}
    page = site.add(site.home, PortalPage(title="Pulpit", slug="pulpit", body=[("due", value)], show_in_menus=True))
    PageRole.objects.create(role="dashboard", page=page)
    return page


def test_while_there_is_a_way_to_pay_and_to_sign_out_nothing_is_said(dashboard):
    assert missing_ways() == []


def test_taking_the_only_way_to_pay_away_is_said(dashboard):
    dashboard.body = []
    dashboard.save_revision().publish()
    (sentence,) = missing_ways()
    assert "zapłacić" in sentence


def test_taking_the_only_way_to_sign_out_away_is_said(dashboard):
    dashboard.show_in_menus = False
    dashboard.save_revision().publish()
    (sentence,) = missing_ways()
    assert "wylogować" in sentence


# What changes by itself


def test_what_is_published_and_withdrawn_by_itself_stands_in_order(site, put_notice):
    now = clock.now()
    put_notice("Znika", expire_at=now + timedelta(days=2))
    planned = put_notice("Pojawia się", live=False, go_live_at=now + timedelta(days=1))
    planned.save_revision(approved_go_live_at=planned.go_live_at)
    assert [(one.page.title, one.appears) for one in coming()] == [("Pojawia się", True), ("Znika", False)]


# The panel


@pytest.fixture
def panel(site, client):
    def enter(role):
        person = get_user_model().objects.create_user(f"{role}@example.org", "x", is_staff=True)
        person.groups.add(ensure_groups(site.home)[role])
        client.force_login(person)
        return client

    return enter


REPORTS = ("review_links", "review_words", "review_coming")


@pytest.mark.parametrize("name", REPORTS)
def test_editors_read_the_reports_and_marketing_and_clerks_do_not(panel, name):
    for role, status in {"redakcja": 200, "administrator": 200, "marketing": 403, "bok": 403}.items():
        assert panel(role).get(reverse(name)).status_code == status, role


def test_everybody_in_the_panel_reads_how_the_site_is_kept(panel):
    page = BeautifulSoup(panel("marketing").get(reverse("editors_help")).content, "html.parser")
    assert "Jak prowadzić tę stronę" in page.get_text()


def test_an_editor_is_told_what_the_page_needs_where_it_was_published(dashboard, panel):
    client = panel("redakcja")
    home = client.get(reverse("wagtailadmin_home"))
    assert "Przestało się dać" not in home.content.decode()
    address = reverse("wagtailadmin_pages:edit", args=[dashboard.pk])
    sent = {"title": "Pulpit", "slug": "pulpit", "lead": "", "icon": "", "body-count": "0", "action-publish": "1"}
    sent |= {"show_in_menus": "on", "seo_title": "", "search_description": "", "comments-TOTAL_FORMS": "0"}
    sent |= {"comments-INITIAL_FORMS": "0"}
    answer = client.post(address, sent, follow=True)
    assert "zapłacić" in answer.content.decode()
    assert "zapłacić" in client.get(reverse("wagtailadmin_home")).content.decode()

"""A small site with one page of each public type, and people who work on it."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from wagtail.models import Locale, Page, Site

from home.contact.models import ContactPage
from home.downloads.models import DownloadsPage
from home.faq.models import FaqCategory, FaqEntry, FaqPage
from home.instructions.models import InstructionIndexPage, InstructionPage
from home.models import HomePage
from home.notices.models import NoticeIndexPage, NoticePage
from home.regulations.models import AccessibilityPage, RegulationsPage, StatementPage
from home.roles import PageRole
from portal.utility.models import Department


@pytest.fixture
def site(db: None) -> SimpleNamespace:
    locale = Locale.objects.get(language_code="pl")
    root = Page.get_first_root_node()
    home = root.add_child(
        instance=HomePage(
            title="Sprawy załatwisz tutaj",
            slug="start",
            locale=locale,
            tasks=[
                (
                    "task",
                    {"icon": "help", "title": "Pytania", "text": "Odpowiedzi od ręki", "role": "faq", "address": ""},
                ),
                ("task", {"icon": "valve", "title": "Zgłoś awarię", "text": "", "role": "", "address": "tel:994"}),
            ],
        )
    )
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    Page.objects.filter(depth=2).exclude(pk=home.pk).delete()
    home.refresh_from_db()

    def add(parent: Page, page: Page, role: str = "") -> Page:
        parent = Page.objects.get(pk=parent.pk)
        parent.add_child(instance=page)
        if role:
            PageRole.objects.create(role=role, page=page)
        return page

    notices = add(home, NoticeIndexPage(title="Aktualności", slug="aktualnosci", show_in_menus=True), "notices")
    faq = add(home, FaqPage(title="Pytania", slug="pytania", show_in_menus=True), "faq")
    instructions = add(home, InstructionIndexPage(title="Instrukcje", slug="instrukcje"), "instructions")
    steps = [("steps", {"steps": [{"title": "Spisz cyfry", "text": "<p>Od lewej.</p>", "picture": None}]})]
    add(instructions, InstructionPage(title="Odczyt", slug="odczyt", lead="Minuta.", body=steps))
    add(home, ContactPage(title="Kontakt", slug="kontakt", show_in_menus=True), "contact")
    add(home, DownloadsPage(title="Druki", slug="druki"), "downloads")
    regulations = add(home, RegulationsPage(title="Regulamin", slug="regulamin"), "regulations")
    add(regulations, StatementPage(title="Prywatność", slug="prywatnosc"), "privacy")
    rules = [("rules", {"sets": ["sign_in", "registration", "payments"], "may_choose": True})]
    add(regulations, StatementPage(title="Zasady", slug="zasady", body=rules))
    statement = AccessibilityPage(
        title="Dostępność",
        slug="dostepnosc",
        status="partly",
        not_accessible="<p>Skany.</p>",
        person="Koordynator",
        email="dostepnosc@example.pl",
        phone="22 445 50 00",
        procedure="<p>Napisz.</p>",
        architecture="<p>Bez schodów.</p>",
    )
    add(home, statement, "accessibility")
    department = Department.objects.create(
        locale=locale, slug="bok", name="Biuro Obsługi Klienta", phone="22 445 50 00"
    )
    return SimpleNamespace(
        home=home, notices=notices, faq=faq, regulations=regulations, locale=locale, department=department, add=add
    )


@pytest.fixture
def put_notice(site: SimpleNamespace) -> Any:
    def put(title: str, **fields: Any) -> NoticePage:
        slug = fields.pop("slug", title.lower().replace(" ", "-"))
        notice = NoticePage(
            title=title, slug=slug, lead=fields.pop("lead", "Krótko."), day=date(2026, 11, 20), **fields
        )
        return site.add(site.notices, notice)

    return put


@pytest.fixture
def put_question(site: SimpleNamespace) -> Any:
    def put(question: str, answer: str = "<p>Tak.</p>", **fields: Any) -> FaqEntry:
        named = FaqCategory.objects.get_or_create(name="Konto", locale=site.locale)[0]
        group = fields.pop("category", named)
        number = FaqEntry.objects.count()
        return FaqEntry.objects.create(
            locale=site.locale, category=group, question=question, answer=answer, anchor=f"pytanie-{number}", **fields
        )

    return put

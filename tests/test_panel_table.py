"""Who gets in where in the panel: marketing and editors are refused at every address that is not theirs."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem, admin_menu
from wagtail.models import Page

from home.faq.entries import FaqCategory, FaqEntry
from home.regulations.models import RegulationsPage
from payments.reconciliation import DIFFERS
from portal.desk import kinds
from portal.desk.actions import open_task
from tests.factories import make_staff

REFUSED = {403, 404, 405}

# By what an address's name begins with, and why. What is not here is refused.
EVERYBODY = {
    "wagtailadmin_home": "the first screen",
    "wagtailadmin_explore": "the page tree; it leads to the part that one may touch",
    "wagtailadmin_pages:search": "finding pages, which are public",
    "wagtailadmin_pages:type_use": "pages of one type, which are public",
    "wagtailadmin_pages:revisions_index": "leads to the page's history, which asks for rights itself",
    "wagtailadmin_choose_page": "choosing where a link leads",
    "wagtailadmin_api:": "what the choosers ask",
    "wagtailadmin_tag_autocomplete": "tags of pictures",
    "wagtailadmin_account": "one's own account",
    "wagtailadmin_logout": "signing out",
    "wagtailadmin_dismissibles": "hints that one has put away",
    "wagtailadmin_login": "leads to our own sign-in",
    "wagtailadmin_password_reset": "the same",
    "wagtailadmin_sprite": "icons",
    "wagtailadmin_javascript_catalog": "words of the panel",
    "wagtail_modeladmin:javascript_catalog": "the same",
    "wagtailembeds:": "a video by its address",
    "wagtailsnippetchoosers_": "choosing a question, a form to download or a message by its name",
    "wagtailimages": "pictures: both add them; changing is asked for by picture",
    "wagtaildocs": "files: the same",
    "wagtailadmin_workflows:task_cho": "choosing a task by its name",
    "editors_help": "how the site is kept",
    "wagtailadmin_pages:confirm_workflow_cancellation": "says nothing where no approval is running",
    "wagtailadmin_pages:move_confirm": "draws a question; the press is refused",
}
EDITORS = EVERYBODY | {
    "wagtailadmin_pages": "pages",
    "wagtailadmin_reports:": "reports on the whole site",
    "review_": "the same",
    "wagtailforms:": "forms and what people answered",
    "filled_form_file": "the same",
    "wagtailredirects:": "redirects of old addresses",
    "wagtailsnippets:index": "the list of what is kept beside pages",
    "wagtailsnippets_faq_": "questions and answers",
    "wagtailsnippets_downloads_": "forms to download",
    "wagtailsnippets_notifications_messagetemplate:": "words of automatic messages",
    "automatic_messages": "the same",
    "outage_register:": "outages of water and sewage",
    "notifications": "a trial letter of the same",
    "wagtailadmin_bulk_action": "publishing several pages",
    "simple_translation:": "a page in another language",
    "wagtail_update_image_usage": "where a picture is used",
}
MAY = {"marketing": EVERYBODY, "redakcja": EDITORS}

PLAIN = {
    "app_name": "faq",
    "model_name": "faqentry",
    "content_type_app_name": "regulations",
    "content_type_model_name": "regulationpage",
    "app_label": "faq",
    "language_code": "en",
    "slug": "x",
    "mode": "x",
    "action": "delete",
    "action_name": "approve",
}
A_UUID = "5b3d1f0a-6c1e-4f0e-9a55-0b0c6b8f7e11"


def addresses(patterns: list[Any], space: str = "", way: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner, way + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name and way.startswith("panel/"):
            yield f"{space}{pattern.name}", pattern.pattern


def filled_in(name: str, pattern: Any, page: Page) -> str:
    """The address of a page that is not marketing's, of a row that there is, or of one that there is not."""
    names = list(pattern.converters) or list(pattern.regex.groupindex)
    values: dict[str, Any] = {}
    for one in names:
        kind = type(pattern.converters.get(one)).__name__
        usual = A_UUID if kind == "UUIDConverter" else page.pk if "page" in one else 1
        values[one] = PLAIN.get(one, usual)
    try:
        return reverse(name, kwargs=values)
    except NoReverseMatch:
        return reverse(name, args=list(values.values()))


@pytest.fixture
def regulations(preset: str) -> Page:
    """A page that is an editor's and not marketing's, with the site around it."""
    assert FaqEntry.objects.exists()
    assert FaqCategory.objects.exists()
    return RegulationsPage.objects.get()


@pytest.mark.parametrize("role", MAY)
def test_whoever_is_not_meant_to_is_refused_at_every_address_of_the_panel(regulations, role):
    person = make_staff(f"{role}@example.org")
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    let_in, seen = {}, 0
    for name, pattern in addresses(get_resolver().url_patterns):
        path = filled_in(name, pattern, regulations)
        if name.startswith(tuple(MAY[role])):
            continue
        answer = client.get(path, follow=True)
        seen += 1
        if answer.status_code not in REFUSED:
            let_in[name] = (path, answer.status_code)
    assert let_in == {}
    assert seen > 100


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("wagtailadmin_home", {"marketing", "redakcja", "bok", "administrator"}),
        ("wagtailsnippets_faq_faqentry:list", {"redakcja", "administrator"}),
        ("review_links", {"redakcja", "administrator"}),
        ("wagtailforms:index", {"redakcja", "bok", "administrator"}),
        ("wagtailadmin_reports:site_history", {"redakcja", "administrator"}),
        ("rules:index", {"administrator"}),
        ("wagtailusers_users:index", {"administrator"}),
        ("wagtailadmin_workflows:index", {"administrator"}),
        ("application_register:index", {"bok"}),
    ],
)
def test_each_role_has_its_own_places_and_no_more(regulations, name, who):
    for role in ("marketing", "redakcja", "bok", "administrator"):
        person = make_staff(f"{role}@example.org")
        person.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(person)
        assert client.get(reverse(name)).status_code == (200 if role in who else 403), role


def places(menu: Menu, request: Any) -> Iterator[MenuItem]:
    for item in menu.menu_items_for_request(request):
        if isinstance(item, SubmenuMenuItem):
            yield from places(item.menu, request)
        else:
            yield item


@pytest.mark.parametrize("role", ["marketing", "redakcja", "bok", "administrator"])
def test_every_place_that_the_menu_offers_opens(regulations, rf, role):
    person = make_staff(f"{role}@example.org")
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    request = rf.get("/panel/")
    request.user = person
    offered = {item.url for item in places(admin_menu, request) if item.url.startswith("/panel/")}
    assert offered
    # An icon of Django's own panel is not among our static files: where they have a manifest, the page would break.
    assert {url: fault for url in offered if (fault := fault_of(url, client.get(url, follow=True)))} == {}


WAGTAILS_OWN = ("/panel/pages/", "/panel/reports/", "/panel/users/")  # their words are not ours to choose


def fault_of(url: str, answer: Any) -> str:
    if answer.status_code != 200:
        return str(answer.status_code)
    page = answer.content.decode()
    found = BeautifulSoup(page, "html.parser")
    faults = {
        "has no title": str(found.title.string).strip().startswith("-"),
        "has an icon that is not there": "admin/img" in page,
        "says a word of Python": not url.startswith(WAGTAILS_OWN)
        and bool(re.search(r"\b(True|False|None)\b", found.body.get_text(" "))),
    }
    return ", ".join(fault for fault, is_there in faults.items() if is_there)


def test_the_office_s_menu_leads_to_lists(regulations, rf):
    """Rooms have addresses beside their lists, and the first of them is not where one begins."""
    person = make_staff("bok@example.org")
    person.groups.add(Group.objects.get(name="bok"))
    request = rf.get("/panel/")
    request.user = person
    offered = {item.name: item.url for item in places(admin_menu, request)}
    lists = {
        "cases": "case_register:index",
        "customer-messages": "message_register:index",
        "outages": "outage_register:index",
        "downtimes": "downtime_register:index",
        "manager_requests": "manager_request_register:index",
    }
    assert {name: offered[name] for name in lists} == {name: reverse(place) for name, place in lists.items()}


@pytest.mark.parametrize("role", ["bok", "ksiegowosc"])
def test_a_task_leads_only_where_its_reader_is_let_in(regulations, role):
    person = make_staff(f"{role}@example.org")
    person.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(person)
    led, told = 0, 0
    wrong: dict[str, str] = {}
    rooms: dict[str, bool] = {}
    for kind in kinds.registered().values():
        if not kind.url_name:
            continue
        task = open_task(kind.code, about=f"x:{'2026-12-01' if 'of_day' in kind.url_name else A_UUID}", title="Zadanie")
        try:
            where = kinds.where_of(task.kind, task.about)
        except NoReverseMatch:  # deliveries are numbered
            continue
        page = client.get(reverse("task_register:inspect", args=[task.public_id])).content.decode()
        # What a task is about is not there: whoever is let into its room may look for it.
        room = kind.url_name.partition(":")[0]
        if room not in rooms:
            rooms[room] = client.get(reverse(f"{room}:index")).status_code == 200
        is_let_in = rooms[room] and (kind.code != DIFFERS or client.get(where, follow=True).status_code == 200)
        if (where in page) != is_let_in:
            wrong[kind.code] = where
        led, told = led + (where in page), told + ("Zajmują się tym inni" in page)
    assert wrong == {}
    assert led
    assert told


def test_marketing_moves_and_deletes_no_page(regulations):
    person = make_staff("marketing@example.org")
    person.groups.add(Group.objects.get(name="marketing"))
    client = Client()
    client.force_login(person)
    elsewhere = regulations.get_parent().get_children().exclude(pk=regulations.pk).first()
    for name, args in (("move_confirm", [regulations.pk, elsewhere.pk]), ("delete", [regulations.pk])):
        client.post(reverse(f"wagtailadmin_pages:{name}", args=args))
    assert RegulationsPage.objects.get().get_parent().pk == regulations.get_parent().pk

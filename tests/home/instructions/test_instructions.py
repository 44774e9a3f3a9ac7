"""Instructions: how long, what to have at hand, and the next one."""

import pytest
from bs4 import BeautifulSoup

from home.instructions.models import InstructionIndexPage, InstructionPage
from home.notices.models import NoticePage


@pytest.fixture
def three(site):
    index = InstructionIndexPage.objects.get()
    InstructionPage.objects.all().delete()
    before = InstructionPage._meta.get_field("before").stream_block.to_python([{"type": "thing", "value": "faktura"}])
    pages = []
    for name in ("pierwsza", "druga", "trzecia"):
        page = InstructionPage(title=name.title(), slug=name, minutes=len(pages) + 1, before=before)
        pages.append(site.add(index, page))
    return pages


def read(client, page):
    return BeautifulSoup(client.get(f"/instrukcje/{page.slug}/").content, "html.parser")


def test_an_instruction_says_how_long_it_takes_and_what_to_have_at_hand(client, three):
    shown = read(client, three[1])
    assert "2" in shown.select_one("main .tag").text
    assert [thing.text for thing in shown.select(".ticks li")] == ["faktura"]
    assert "3" in client.get("/instrukcje/").content.decode().split("trzecia/")[1]


@pytest.mark.parametrize(
    ("number", "prev", "following"),
    [
        (0, None, "/instrukcje/druga/"),
        (1, "/instrukcje/pierwsza/", "/instrukcje/trzecia/"),
        (2, "/instrukcje/druga/", None),
    ],
)
def test_each_leads_to_the_one_before_and_the_one_after(client, three, number, prev, following):
    shown = read(client, three[number])
    found = {rel: shown.select_one(f"a[rel={rel}]") for rel in ("prev", "next")}
    assert {rel: link["href"] if link else None for rel, link in found.items()} == {"prev": prev, "next": following}


def test_a_withdrawn_one_is_passed_over(client, three):
    three[1].unpublish()
    assert read(client, three[0]).select_one("a[rel=next]")["href"] == "/instrukcje/trzecia/"


def test_an_instruction_stays_within_the_budget_of_public_pages(client, three, django_assert_max_num_queries):
    client.get("/")
    with django_assert_max_num_queries(5):
        read(client, three[1])
    with django_assert_max_num_queries(0):
        read(client, three[1])


def test_an_instruction_that_is_being_written_can_be_previewed(three):
    assert InstructionPage(title="Nowa", slug="nowa").make_preview_request().status_code == 200
    assert NoticePage(title="Nowe", slug="nowe", lead="x").make_preview_request(preview_mode="").status_code == 200

"""Presets: five utilities from five files; loading again keeps what editors changed."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page, Site

from ebok import preset
from home.downloads.models import Download
from home.faq.entries import FaqEntry
from home.instructions.models import InstructionPage
from home.models import HomePage
from home.notices.models import NoticePage
from portal.accounts.rules import SignInRules
from portal.audiences.queries import audience
from portal.content import addresses
from portal.content.models import BasePage
from portal.utility import identity
from portal.utility.models import ContactTopic, RuleRecord, Utility
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", preset.names())
def test_a_preset_fills_a_new_installation(name: str) -> None:
    preset.load(name)

    assert isinstance(Site.objects.get(is_default_site=True).root_page.specific, HomePage)
    assert identity.current().nip
    assert rules(SignInRules).label
    assert not Page.objects.filter(depth=2, slug="home").exists()
    assert all(audience(notice.conditions) is not None for notice in NoticePage.objects.all())


@pytest.mark.parametrize("name", preset.names())
def test_no_text_of_a_preset_keeps_a_word_that_stands_for_the_utility(name: str) -> None:
    assert not re.findall(r"\{(?:product_name|legal_name|emergency_phone)\}", str(preset.read(name)))


def test_there_are_five_presets() -> None:
    assert preset.names() == ["gryfino", "jaworzno", "lebork", "rzeszow", "warszawa"]


def test_loading_again_changes_nothing() -> None:
    preset.load("warszawa")

    again = preset.load("warszawa")

    assert (again.made, again.updated, again.kept) == ([], [], [])
    assert again.unchanged


def test_what_an_editor_changed_is_kept_and_listed() -> None:
    preset.load("warszawa")
    entry = FaqEntry.objects.get(anchor="numer-uzytkownika")
    entry.answer = "<p>Inaczej.</p>"
    entry.save()

    again = preset.load("warszawa")

    entry.refresh_from_db()
    assert entry.answer == "<p>Inaczej.</p>"
    assert again.kept == ["faq:numer"]


def test_what_an_editor_removed_stays_removed() -> None:
    preset.load("warszawa")
    FaqEntry.objects.get(anchor="efaktura").delete()

    again = preset.load("warszawa")

    assert not FaqEntry.objects.filter(anchor="efaktura").exists()
    assert again.kept == ["faq:efaktura (removed)"]


def test_a_new_value_of_the_preset_reaches_what_nobody_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    preset.load("warszawa")
    changed = preset.read("warszawa")
    changed["utility"]["name"] = "Nowa nazwa"
    monkeypatch.setattr(preset, "read", lambda _name: changed)

    again = preset.load("warszawa")

    assert again.updated == ["utility"]
    assert Utility.objects.get().name == "Nowa nazwa"


def test_a_published_regulation_keeps_the_words_that_people_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    preset.load("warszawa")
    changed = preset.read("warszawa")
    terms = next(row for row in changed["page"] if row.get("kind") == "e_invoice")
    terms["text"] = "<p>Inaczej.</p>"
    monkeypatch.setattr(preset, "read", lambda _name: changed)

    again = preset.load("warszawa")

    assert again.updated == []
    assert [kept.split(" (")[0] for kept in again.kept] == [terms["key"]]


def test_rules_of_a_preset_hold_from_their_day() -> None:
    preset.load("gryfino")

    assert rules(Modules).waste is True
    assert RuleRecord.objects.filter(rule_set="modules").count() == 1


def test_an_unknown_preset_is_a_sentence_and_exit_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        call_command("load_preset", "krakow")

    assert refusal.value.code == 2
    assert "gryfino, jaworzno" in capsys.readouterr().err


def test_a_rule_that_no_room_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = preset.read("warszawa")
    wrong["rules"]["modules"]["teleport"] = True
    monkeypatch.setattr(preset, "read", lambda _name: wrong)

    with pytest.raises(ValueError, match="teleport"):
        preset.load("warszawa")


@pytest.mark.parametrize("name", preset.names())
def test_every_page_type_has_its_sample_in_every_preset(name: str) -> None:
    preset.load(name)
    made = {kind.model_class() for kind in ContentType.objects.filter(pk__in=Page.objects.values("content_type"))}
    types = {model for model in apps.get_models() if issubclass(model, BasePage)}
    assert types - made == set()
    assert Download.objects.count() >= 3
    assert ContactTopic.objects.count() >= 3
    assert {"news", "offer", "prices"} <= set(NoticePage.objects.values_list("kind", flat=True))
    assert NoticePage.objects.exclude(audience="everyone").exists()
    for notice in NoticePage.objects.filter(audience="conditions"):
        assert audience(notice.conditions), notice.title
    for page in InstructionPage.objects.all():
        assert page.minutes, page.title
        assert page.before, page.title
    for form in Download.objects.all():
        with form.document.open_file() as file:
            assert file.read(5) == b"%PDF-", form.title
        assert form.picture is not None


@pytest.mark.parametrize("name", preset.names())
def test_every_public_page_of_every_preset_costs_at_most_five_statements_drawn_and_none_kept(
    name: str, client: Client
) -> None:
    preset.load(name)
    client.get("/")
    costs, types = {}, set()
    for page in Page.objects.live().specific():
        if not (isinstance(page, BasePage) and page.is_shown_to_all):
            continue
        path = addresses.url_of(page)
        types.add(type(page))
        with CaptureQueriesContext(connection) as drawn:
            answer = client.get(path)
        with CaptureQueriesContext(connection) as kept:
            client.get(path)
        words = answer.content.decode()
        costs[path] = (answer.status_code, len(drawn) <= 5, len(kept), "{" in words.split("<main")[1])
    assert {path: cost for path, cost in costs.items() if cost != (200, True, 0, False)} == {}
    assert types == {model for model in apps.get_models() if issubclass(model, BasePage) and model.is_public}


def test_two_rows_with_one_key_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = (preset.PRESETS / "rzeszow.toml").read_text()
    (tmp_path / "rzeszow.toml").write_text(written + '[[page]]\nkey = "notice:ceny"\n')
    (tmp_path / preset.SHARED).write_text((preset.PRESETS / preset.SHARED).read_text())
    monkeypatch.setattr(preset, "PRESETS", tmp_path)
    with pytest.raises(preset.PresetFault, match="notice:ceny"):
        preset.read("rzeszow")


def test_a_sentence_that_would_lack_its_word_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written = (preset.PRESETS / "rzeszow.toml").read_text()
    (tmp_path / "rzeszow.toml").write_text(written)
    (tmp_path / preset.SHARED).write_text('[[page]]\nkey = "x"\nlead = "Zadzwoń: {phone}."\n')
    monkeypatch.setattr(preset, "PRESETS", tmp_path)
    with pytest.raises(preset.PresetFault, match="phone"):
        preset.read("rzeszow")


def test_a_paper_that_an_editor_replaced_is_kept() -> None:
    preset.load("rzeszow")
    document = Download.objects.get(slug="formularz-a").document
    document.file.save("inny.pdf", ContentFile(b"%PDF-1.7 own"))
    assert preset.load("rzeszow").kept == ["paper:formularz-a"]
    document.refresh_from_db()
    with document.open_file() as file:
        assert file.read() == b"%PDF-1.7 own"

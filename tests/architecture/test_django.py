"""What holds for the installed project as a whole."""

import gettext
import importlib
import io
import re
from datetime import date
from pathlib import Path

import pytest
import wagtail
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import dateformat, translation

from ebok.borrowed_words import BORROWED

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("home", "payments", "forms", "portal", "site/ebok")
LATER = re.compile(r"""\b(?:later|periodic)\(\s*["']([\w.]+)["']""")


def sources() -> dict[str, str]:
    return {
        str(path.relative_to(TOP)): path.read_text(encoding="utf-8")
        for room in ROOMS
        for path in sorted((TOP / room).rglob("*.py"))
    }


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=out)
    except (SystemExit, CommandError):
        pytest.fail(f"make migrations first:\n{out.getvalue()}", pytrace=False)


def test_our_catalogue_leaves_the_names_of_months_and_days_to_the_framework():
    """A text of ours that reads like the name of a month ("May") would rename the month on every screen."""
    with translation.override("pl"):
        said = [dateformat.format(date(2026, month, 1), "F M") for month in range(1, 13)]
    assert said[4].lower() == "maj maj"
    assert said[0].lower() == "styczeń sty"


def test_the_checks_of_the_framework_find_nothing():
    assert run_checks() == []


def test_every_job_named_for_later_exists():
    missing = []
    for name, text in sources().items():
        for dotted in LATER.findall(text):
            module, _, attribute = dotted.rpartition(".")
            if not hasattr(importlib.import_module(module), attribute):
                missing.append(f"{name} names {dotted}, which does not exist.")
    assert missing == []


# Texts of ours that read like the panel's and have another Polish word on purpose: it fits both.
SAID_OUR_WAY = {
    "(optional)", "Approve", "Back", "Continue", "Copied", "Copy", "Dashboard", "From", "Next", "Notifications",
}  # fmt: skip


def test_our_catalogue_leaves_the_panel_its_words():
    """Django takes a text from our catalogue wherever it is said: ours gets a context where its word would not fit."""
    ours = _catalogue(TOP / "site/locale/pl/LC_MESSAGES/django.mo")
    package = Path(wagtail.__file__).parent
    replaced = {
        text
        for found in package.glob("**/locale/pl/LC_MESSAGES/django.mo")
        for text, word in _catalogue(found).items()
        if text and ours.get(text, word) != word
    }
    # What is borrowed by name is said our way because the panel's own Polish is poor.
    assert replaced - SAID_OUR_WAY - set(BORROWED) == set()


def _catalogue(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        read = gettext.GNUTranslations(file)
    return dict(vars(read)["_catalog"])

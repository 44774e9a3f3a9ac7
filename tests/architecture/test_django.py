"""What holds for the installed project as a whole."""

import importlib
import io
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.utils import dateformat, translation

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

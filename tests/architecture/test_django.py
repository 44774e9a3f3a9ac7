"""What holds for the installed project as a whole."""

import importlib
import io
import re
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command

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

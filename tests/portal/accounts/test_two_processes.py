"""The limits of guessing are the installation's, not a process's: two processes together get as many guesses as one."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import make_charge, make_customer, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TOP = Path(__file__).resolve().parents[3]
PATIENCE = 120
ALLOWED = 5  # wrong attempts at one invoice, and at one person's password


def guessing(name: str) -> "subprocess.Popen[str]":
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
        "PYTHONPATH": f"{TOP}{os.pathsep}{TOP / 'site'}",
        "EBOK_WORKER_DATABASE": json.dumps(database),
        "EBOK_WORKER_CACHE": "shared",
    }
    start = [sys.executable, "-m", "tests.guessing_process", name, "8"]
    return subprocess.Popen(start, cwd=TOP, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.fixture
def shared_cache() -> Iterator[None]:
    """The table that all processes of an installation count in; a test's own process has a cache of its own."""
    call_command("createcachetable", "ebok_cache", verbosity=0)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ebok_cache")


def test_two_processes_that_guess_at_once_are_stopped_as_one(shared_cache):
    make_charge(make_customer(), "135.38", number="012345/11/2026")
    make_user("anna@example.pl")
    with guessing("one") as one, guessing("two") as two:
        for process in (one, two):
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        moment = time.time() + 0.5
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write(f"{moment}\n")
            process.stdin.flush()
        said = [process.communicate(timeout=PATIENCE)[0].split() for process in (one, two)]
    invoices, passwords = (sum(map(int, looked_at)) for looked_at in zip(*said, strict=True))
    assert (invoices, passwords) == (ALLOWED, ALLOWED), said

"""A real worker process upon a test's database and mail server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

from tests.mail_server import MailServer

TOP = Path(__file__).resolve().parents[1]
PATIENCE = 240  # seconds; a loaded machine takes its time


def worker(server: MailServer) -> subprocess.Popen[bytes]:
    database = {key: str(connection.settings_dict[key]) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.worker_settings",
        "PYTHONPATH": f"{TOP}{os.pathsep}{TOP / 'site'}",
        "EBOK_WORKER_DATABASE": json.dumps(database),
        "EBOK_WORKER_MAIL_PORT": str(server.port),
    }
    start = [sys.executable, "manage.py", "worker", "--interval", "0.1"]
    return subprocess.Popen(start, cwd=TOP, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until(held: Callable[[], bool], patience: int = PATIENCE) -> None:
    give_up = time.monotonic() + patience
    while not held():
        assert time.monotonic() < give_up, "the workers take too long"
        time.sleep(0.05)

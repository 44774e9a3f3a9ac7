"""`manage.py scheduler`: enqueues the periodic jobs; one process, a second one waits for the first to die."""

import signal
import threading
from typing import Any

from django.core.management import BaseCommand
from django.db import close_old_connections

from portal import jobs


class Command(BaseCommand):
    help = "Enqueue the periodic jobs when they are due, until stopped."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--interval", type=float, default=5.0, help="seconds between looks at the schedule")

    def handle(self, *, interval: float, **_: Any) -> None:
        stop = threading.Event()
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: stop.set())
        while not stop.is_set():
            try:
                with jobs.lease("scheduler"):
                    self._run(stop, interval)
            except jobs.Busy:
                stop.wait(jobs.HEARTBEAT_SECONDS)

    def _run(self, stop: threading.Event, interval: float) -> None:
        while not stop.is_set():
            close_old_connections()
            for name in jobs.run_schedule():
                self.stdout.write(f"Due: {name}")
            stop.wait(interval)

"""`manage.py worker`: runs the jobs that were asked for, until stopped."""

from typing import Any

from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    help = "Run queued jobs until stopped; several workers may run at once."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits now, then end")
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks at the queue")

    def handle(self, *, once: bool, interval: float, **_: Any) -> None:
        call_command(
            "db_worker", queue_name="*", interval=interval, batch=once, reload=False, startup_delay=False, verbosity=1
        )

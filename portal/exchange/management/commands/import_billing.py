"""`manage.py import_billing PATH`: takes a delivery of the billing system over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.exchange.actions import Outcome, import_delivery
from portal.exchange.faults import AlreadyRunning
from portal.exchange.report import lines

WIDTH = 30


class Command(BaseCommand):
    help = "Takes over a delivery of the billing system, a folder or ZIP with manifest.json (docs/exchange/format.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder or ZIP")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = import_delivery(options["path"], dry_run=options["dry_run"], progress=self._progress())
        except AlreadyRunning as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self._report(outcome)
        if outcome.is_refused:
            raise CommandError(_("The delivery is refused; nothing of it was written."), returncode=1)

    def _report(self, outcome: Outcome) -> None:
        for line in lines(outcome):
            self.stdout.write(line)

    def _progress(self) -> Any:
        """A line that rewrites itself where somebody watches; nothing in a log."""
        if not self.stderr.isatty():
            return lambda _rows, _file: None
        read: dict[str, int] = {}

        def show(rows: int, file: str) -> None:
            if read and file not in read:
                self.stderr.write("", ending="\n")
            read[file] = read.get(file, 0) + rows
            self.stderr.write(f"\r{file:<{WIDTH}} {read[file]:>12,}", ending="")
            self.stderr.flush()

        return show

"""`manage.py import_billing PATH`: takes a delivery of the billing system over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.utils.translation import gettext as _

from portal.exchange.actions import import_delivery
from portal.exchange.dialect import WrongMap
from portal.exchange.faults import AlreadyRunning, Stopped
from portal.exchange.report import lines


class Command(BaseCommand):
    help = "Takes over a delivery of the billing system, a folder or ZIP with manifest.json, or NDJSON (docs/exchange/format.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="the folder, ZIP or .ndjson file")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

        parser.add_argument(
            "--map", type=Path, help="a TOML file: how this sender writes the files (docs/exchange/column-map.md)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bar = Bar(self.stderr)
        try:
            outcome = import_delivery(
                options["path"], dry_run=options["dry_run"], column_map=options["map"], progress=bar.show
            )
        except (AlreadyRunning, Stopped, WrongMap) as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        finally:
            bar.end()
        for line in lines(outcome):
            self.stdout.write(line)
        if outcome.is_refused:
            raise CommandError(_("The delivery is refused; nothing of it was written."), returncode=1)


class Bar:
    """How far each file is read: a line that rewrites itself where somebody watches, nothing in a log."""

    WIDTH = 24

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._is_watched = stream.isatty()
        self._file, self._read = "", 0

    def show(self, rows: int, file: str, promised: int) -> None:
        if not self._is_watched:
            return
        if file != self._file:
            self.end()
            self._file, self._read = file, 0
        self._read += rows
        full = min(self.WIDTH, self.WIDTH * self._read // max(promised, 1))
        bar = "█" * full + "·" * (self.WIDTH - full)
        self._write(f"\r{file:<22} {bar} {self._read:>11,} / {promised:,}")

    def end(self) -> None:
        if self._file:
            self._write("\n")
            self._file = ""

    def _write(self, text: str) -> None:
        self._stream.write(text, style_func=str, ending="")  # progress is no error, so it is not red
        self._stream.flush()

"""`manage.py import_old_accounts FILE`: takes the list of an old portal's accounts over, and says who has moved."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from forms.moving.actions import take_over
from forms.moving.queries import report
from forms.moving.reader import NotAList

FAULTS_SHOWN = 50


class Command(BaseCommand):
    help = "Takes over accounts of the old portal from a CSV: login, e-mail, customer number; no passwords. Again, it changes what changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV, with the columns' names in its first line")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError:
            raise CommandError(f"The file {path} cannot be read. Check its name.", returncode=2) from None
        done = 0

        def show(lines: int) -> None:
            nonlocal done
            done += lines
            self.stderr.write(f"{done} lines", style_func=str)

        try:
            taken = take_over(content, dry_run=options["dry_run"], progress=show if self.stderr.isatty() else None)
        except NotAList as refusal:
            raise CommandError(str(refusal), returncode=1) from None
        for fault in taken.faults[:FAULTS_SHOWN]:
            self.stdout.write(fault)
        if len(taken.faults) > FAULTS_SHOWN:
            self.stdout.write(f"… and {len(taken.faults) - FAULTS_SHOWN} more lines that were left out.")
        self.stdout.write(
            f"added {taken.added}, changed {taken.changed}, the same {taken.same}, left out {len(taken.faults)}; "
            f"without a customer that we know: {taken.without_customer}."
        )
        if options["dry_run"]:
            self.stdout.write("Nothing was written: a dry run.")
            return
        figures = report()
        self.stdout.write(
            f"Moved: {figures.moved} of {figures.total} ({figures.percent} %); here with a new account: "
            f"{figures.here_anew}; not yet: {figures.waiting}, of whom {figures.written_to} got a letter."
        )

"""Ends what has been kept long enough, or says with --dry-run what would end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import jobs
from portal.retention.actions import purge


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only count; end nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with jobs.lease("purge"):
                run = purge(is_dry=options["dry_run"])
        except jobs.Busy as busy:
            raise CommandError(str(busy), returncode=2) from None
        for line in run.report:
            kept_from = line["before"] or "without end"
            self.stdout.write(
                f"{line['code']:<20} kept from {kept_from:<12} due {line['due']:>7}  held {line['held']:>7}"
                f"  ended {line['ended']:>7}"
            )
        self.stdout.write("Nothing was ended: a dry run." if run.is_dry else "Done.")

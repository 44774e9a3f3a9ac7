"""`manage.py export_outbox DIR`: writes what the billing system must learn as files, each fact once."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import jobs
from portal.outbox.files import export


class Command(BaseCommand):
    help = "Writes the facts for the billing system into a folder: NDJSON with a manifest, each fact in one file only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder to write into; it is made when missing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            batches = export(options["folder"])
        except jobs.Busy as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        except OSError as fault:
            words = _("%(folder)s cannot be written: %(fault)s. Nothing is lost; run the command again.")
            raise CommandError(
                words % {"folder": options["folder"], "fault": fault.strerror or fault}, returncode=2
            ) from None
        for batch in batches:
            said = ngettext("%(path)s: %(rows)d fact", "%(path)s: %(rows)d facts", batch.rows)
            self.stdout.write(said % {"path": batch.path, "rows": batch.rows})
        if not batches:
            self.stdout.write(_("Nothing new."))

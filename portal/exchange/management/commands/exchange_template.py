"""`manage.py exchange_template DIR`: every file of the exchange format, empty but for its header."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal import clock
from portal.exchange.format import FILES, MANIFEST
from portal.exchange.writer import DeliveryWriter


class Command(BaseCommand):
    help = "Writes the files of the exchange format into a folder, each with its header only, and their manifest."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(_("%(path)s is not an empty folder. Name a new one.") % {"path": folder}, returncode=2)
        try:
            with DeliveryWriter(folder, as_of=clock.now()) as writer:
                writer.open(*(file.name for file in FILES))
        except OSError as error:
            raise CommandError(
                _("%(path)s cannot be written: %(fault)s.") % {"path": folder, "fault": error}, returncode=2
            ) from None
        self.stdout.write(
            _("%(count)d files and %(manifest)s are in %(path)s.")
            % {"count": len(FILES), "manifest": MANIFEST, "path": folder}
        )

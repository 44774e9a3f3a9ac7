"""`manage.py exchange_format`: the page about the exchange format and its schemas, as docs/exchange/ holds them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from portal.exchange import schema
from portal.exchange.describe import page


class Command(BaseCommand):
    help = "Prints the description of the exchange format; docs/exchange/format.md is its output."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--schemas", type=Path, help="a folder to write the JSON Schema files into, instead")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path | None = options["schemas"]
        if folder is None:
            self.stdout.write(page(), ending="")
            return
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in schema.files():
            (folder / name).write_text(content, encoding="utf-8", newline="\n")

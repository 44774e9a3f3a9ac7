"""`manage.py exchange_format`: the page about the exchange format, as docs/exchange/format.md holds it."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.exchange.describe import page


class Command(BaseCommand):
    help = "Prints the description of the exchange format; docs/exchange/format.md is its output."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")

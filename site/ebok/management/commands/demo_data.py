"""`manage.py demo_data`: a demo's billing system writes its files, and the portal imports them like any others."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from ebok import demo_people
from ebok.demo import files, next_day
from ebok.demo.plan import Plan, TooManyCustomers
from portal import clock
from portal.utility.rulebook import rules
from portal.utility.rules import Modules


class Command(BaseCommand):
    help = "Writes billing files of invented customers in the import format and imports them. Same seed and day, same bytes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=200, help="how many (200)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other customers (1)")
        parser.add_argument("--as-of", type=_day, default=None, help="the day that two years end with (today)")
        parser.add_argument("--next", action="store_true", help="the next delivery: what was paid online is booked")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EBOK_DEMO:
            raise CommandError("Demo data is made in a demo only.", returncode=2)
        folder = settings.VAR_DIR / f"demo-billing-{settings.EBOK_PRESET}"
        if options["next"]:
            self._next(folder)
        else:
            self._first(folder, options["customers"], options["seed"], options["as_of"] or clock.today())

    def _first(self, folder: Path, customers: int, seed: int, as_of: date) -> None:
        if customers < 1:
            raise CommandError("--customers must be at least 1.", returncode=2)
        folder = folder / as_of.isoformat()
        try:
            files.write_delivery(
                folder, Plan.current(), customers=customers, seed=seed, as_of=as_of, has_waste=rules(Modules).waste
            )
        except TooManyCustomers as refusal:
            raise CommandError(str(refusal), returncode=2) from None
        self._import(folder)
        people = demo_people.settle()
        demo_people.write(settings.VAR_DIR / "demo-sign-ins.json", people, settings.EBOK_BASE_URL)

    def _next(self, folder: Path) -> None:
        try:
            as_of = next_day.moment()
        except next_day.NothingYet as refusal:
            raise CommandError(str(refusal), returncode=1) from None
        folder = folder / f"{as_of.astimezone(clock.WARSAW):%Y-%m-%dT%H%M}"
        booked = next_day.write_delivery(folder, as_of)
        self.stdout.write(f"Online payments that the billing system books: {booked}.")
        self._import(folder)

    def _import(self, folder: Path) -> None:
        self.stdout.write(f"Billing files: {folder}")
        call_command("import_billing", str(folder), stdout=self.stdout, stderr=self.stderr)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("write the day like 2026-11-20.") from None

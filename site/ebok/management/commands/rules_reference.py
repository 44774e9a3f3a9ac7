"""`manage.py rules_reference`: docs/rules/reference.md, written from the rule sets themselves."""

from typing import Any

from django.core.management import BaseCommand

from ebok.rules_reference import text


class Command(BaseCommand):
    help = "Print every rule with its default, as docs/rules/reference.md keeps it."

    def handle(self, **_: Any) -> None:
        self.stdout.write(text(), ending="")

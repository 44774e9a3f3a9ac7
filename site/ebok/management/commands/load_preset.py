"""`manage.py load_preset NAME`: fills the installation, and keeps what editors changed."""

import sys
from typing import Any

from django.core.management import BaseCommand

from ebok import preset


class Command(BaseCommand):
    help = "Load a preset: who the utility is, its rules, its pages. Loading again keeps what editors changed."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("name", help="warszawa, jaworzno, gryfino, lebork or rzeszow; or the path of a TOML file")

    def handle(self, *, name: str, **_: Any) -> None:
        try:
            outcome = preset.load(name)
        except preset.NoSuchPreset as refusal:
            self.stderr.write(str(refusal))
            sys.exit(2)
        except preset.PresetFault as fault:
            self.stderr.write(str(fault))
            sys.exit(1)
        self.stdout.write(
            f"Preset {name}: {len(outcome.made)} made, {len(outcome.updated)} updated, {len(outcome.unchanged)} unchanged."
        )
        for key in outcome.kept:
            self.stdout.write(f"  Kept as the panel has it: {key}")

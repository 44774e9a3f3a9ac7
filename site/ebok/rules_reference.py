"""Every rule that a utility can set, in a table: written from the rule sets, compared by a test."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from portal.utility.rules import registered

HEAD = """# Every rule

Written by `manage.py rules_reference`; a test compares. Each set is dated: a record holds from its day until the next one's,
and a question about the past is answered by the rule of that day. A utility that sets nothing runs by the defaults.
What a rule means in practice is told on the other pages of this folder.
"""


def text() -> str:
    parts = [HEAD]
    for code, rule_set in sorted(registered().items()):
        parts.append(f"\n## {rule_set.title} (`{code}`)\n\n| Rule | Default | What it decides |\n|---|---|---|\n")
        for value in fields(rule_set):
            words = value.metadata["label"]
            if value.metadata["choices"]:
                words += ": " + ", ".join(f"`{choice}`" for choice, _ in value.metadata["choices"])
            if value.metadata["help_text"]:
                words += f". {value.metadata['help_text']}"
            parts.append(f"| `{value.name}` | {_shown(value.default)} | {words} |\n")
    return "".join(parts)


def _shown(default: Any) -> str:
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, tuple):
        return ", ".join(f"`{value}`" for value in default) or "–"
    if isinstance(default, Decimal | int):
        return str(default)
    return f"“{default}”" if default else "–"

"""Nothing configurable is undocumented: the reference is written from the rule sets and kept beside them."""

from pathlib import Path

from django.conf import settings

from ebok.rules_reference import text
from portal.utility.rules import registered


def test_the_reference_of_rules_is_what_the_rule_sets_say() -> None:
    kept = (Path(settings.BASE_DIR) / "docs/rules/reference.md").read_text(encoding="utf-8")

    assert kept == text(), "Run manage.py rules_reference > docs/rules/reference.md"


def test_every_rule_has_a_default_and_words() -> None:
    for rule_set in registered().values():
        rule_set()  # every value has a default
        for value in rule_set.__dataclass_fields__.values():
            if value.metadata:
                assert value.metadata["label"], f"{rule_set.code}.{value.name}"

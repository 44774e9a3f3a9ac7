"""What is decided about a form: which steps are asked, and how an answer is written into a spreadsheet. Plain Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

# A cell that begins so would be worked out by a spreadsheet program instead of being shown.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Step:
    """A part of a form that is asked at once; with `only_if`, only where an earlier question was answered so."""

    code: str
    title: str
    text: str = ""
    fields: list[Any] = field(default_factory=list)
    only_if: str = ""
    only_if_answer: str = ""


def is_asked(step: Step, answers_to: Callable[[str], Sequence[str]]) -> bool:
    """Whether a step is asked, given what was answered to a question so far."""
    return not step.only_if or step.only_if_answer in answers_to(step.only_if)


def safe_cell(value: Any) -> Any:
    """A text that no spreadsheet program takes for a formula; anything else as it is."""
    if isinstance(value, str) and value.startswith(BEGINS_A_FORMULA):
        return f"'{value}"
    return value

"""The four kinds of fault of a delivery, each a sentence with its place."""

from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext as _


class Weight(Enum):
    FILE = "file"  # the delivery is refused
    ROW = "row"  # the customer's rows of this delivery are left out
    DOUBT = "doubt"  # written, but the customer's figures are withheld until a clerk has looked
    WARNING = "warning"  # written all the same


@dataclass(frozen=True, kw_only=True)
class Fault:
    weight: Weight
    file: str
    sentence: str
    line: int | None = None
    customer: str = ""  # his id in the billing system, where it is known

    def __str__(self) -> str:
        return f"{place(self.file, self.line)}: {self.sentence}"


def place(file: str, line: int | None) -> str:
    return f"{file}:{line}" if line else file


class FileFault(Exception):
    """Something is wrong with a whole file; nothing of the delivery is written."""

    def __init__(self, file: str, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.fault = Fault(weight=Weight.FILE, file=file, sentence=sentence, line=line)


class AlreadyRunning(Exception):
    """Another import is running. Wait until it has finished, then start this one again."""

    def __str__(self) -> str:
        return _("Another import is running. Wait until it has finished, then start this one again.")


class Stopped(Exception):
    """The machine failed, not the delivery: a full disk, a database that went away. Nothing of it is merged."""

    def __init__(self, rows: int, failure: Exception) -> None:
        super().__init__(str(failure))
        self.rows, self.failure = rows, failure

    def __str__(self) -> str:
        return _(
            "The import stopped after %(rows)d rows: %(failure)s. Nothing of the delivery is taken over. Put that right"
            " and start it again; it goes on from what was read."
        ) % {"rows": self.rows, "failure": str(self.failure).strip().rstrip(".") or type(self.failure).__name__}

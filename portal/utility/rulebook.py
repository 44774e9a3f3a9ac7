"""Every dated rule, read together and kept: `rules(ReadingRules)` costs no statement of its own."""

from bisect import bisect_right
from datetime import date
from typing import TypeVar

from portal import clock
from portal.utility.kept import Kept
from portal.utility.models import RuleRecord
from portal.utility.rules import RuleSet, registered

R = TypeVar("R", bound=RuleSet)
Book = dict[str, list[tuple[date, RuleSet]]]


def rules(cls: type[R], day: date | None = None) -> R:
    """The values of a rule set that hold on a day (today by default); its defaults where no record holds yet."""
    dated = _book().get(cls.code, [])
    place = bisect_right(dated, day or clock.today(), key=lambda pair: pair[0])
    if not place:
        return cls()
    found = dated[place - 1][1]
    if not isinstance(found, cls):
        msg = f"The rule set “{cls.code}” is registered twice."
        raise TypeError(msg)
    return found


def dated(cls: type[R]) -> list[tuple[date, RuleSet]]:
    """Every record of a set with its first day, the oldest first."""
    return list(_book().get(cls.code, []))


def next_change(after: date | None = None) -> date | None:
    """The next day on which any rule changes."""
    day = after or clock.today()
    return min((start for dated in _book().values() for start, _ in dated if start > day), default=None)


def forget() -> None:
    _book.forget()


def _read() -> Book:
    known = registered()
    book: Book = {}
    for record in RuleRecord.objects.order_by("effective_from"):
        if record.rule_set in known:
            values = known[record.rule_set].from_stored(record.values)
            book.setdefault(record.rule_set, []).append((record.effective_from, values))
    return book


_book = Kept(_read)

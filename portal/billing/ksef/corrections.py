"""What a correction changes: each line as it was, as it is, and the difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from portal.billing.ksef.invoice import Line


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a correction. Without `before` the line is new, without `after` it is gone."""

    before: Line | None
    after: Line | None

    @property
    def quantity(self) -> Decimal | None:
        """The difference in quantity; None where the two are in different units or say none."""
        units = {line.unit for line in (self.before, self.after) if line}
        return self._difference("quantity") if len(units) == 1 else None

    @property
    def net(self) -> Decimal | None:
        return self._difference("net")

    @property
    def gross(self) -> Decimal | None:
        return self._difference("gross")

    def _difference(self, field: str) -> Decimal | None:
        before, after = (getattr(line, field) if line else Decimal(0) for line in (self.before, self.after))
        return None if before is None or after is None else after - before


def changes(lines: tuple[Line, ...]) -> tuple[Change, ...] | None:
    """The lines in pairs, in the order of the invoice; None when they state differences and nothing is marked before.

    A line before and a line after belong together by their unique number, else by the same line number,
    else because the one follows the other.
    """
    if not any(line.is_before for line in lines):
        return None
    return tuple(_pairs(lines))


def _pairs(lines: tuple[Line, ...]) -> Iterator[Change]:
    waiting = [line for line in lines if not line.is_before]
    for place, line in enumerate(lines):
        if line.is_before:
            following = lines[place + 1] if place + 1 < len(lines) else None
            after = _match(line, waiting, following)
            if after:
                waiting.remove(after)
            yield Change(before=line, after=after)
        elif line in waiting and not _is_awaited(line, lines[place + 1 :]):
            waiting.remove(line)
            yield Change(before=None, after=line)


def _match(before: Line, waiting: list[Line], following: Line | None) -> Line | None:
    for same in (_same_unique_id, _same_number):
        found = next((line for line in waiting if same(before, line)), None)
        if found:
            return found
    return following if following is not None and following in waiting else None


def _is_awaited(after: Line, later: tuple[Line, ...]) -> bool:
    """Its line before stands further down."""
    return any(line.is_before and (_same_unique_id(line, after) or _same_number(line, after)) for line in later)


def _same_unique_id(one: Line, other: Line) -> bool:
    return one.unique_id is not None and one.unique_id == other.unique_id


def _same_number(one: Line, other: Line) -> bool:
    return one.number == other.number

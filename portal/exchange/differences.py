"""Which rows a delivery would add, change and take away: some of each, by their keys, for whoever tries one out.

Keys and names of columns, no values: a report is read by people who may not see a customer's figures.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from portal.billing.models import LedgerEntry
from portal.exchange import ledger
from portal.exchange.format import FILES
from portal.exchange.merge import Merge
from portal.exchange.sql import Counts, Target, joined_to, name, stage, table

MOST = 10  # of each kind in each file
# Rows to which the billing system gives no id: what tells one that is gone from others.
KEYS = {
    "invoice_lines": ("oi.external_id", "t.position"),
    "allocations": (f"(SELECT l.external_id FROM {table(LedgerEntry)} l WHERE l.id = t.payment_id)", "oc.external_id"),
    "containers": ("op.external_id", "t.stream", "t.litres"),
    "pickups": ("op.external_id", "t.stream", "t.day"),
}
# Columns that the portal calls otherwise than the file.
AS_SENT = {"original": "xml", "original_sha256": "xml", "received_pdf": "pdf", "file": "pdf", "service": "services"}
_ENTRY = f" JOIN {table(LedgerEntry)} t ON t.source = %(source)s AND t.external_id = s.row_key AND t.is_current"


@dataclass(frozen=True)
class Difference:
    """One row, and what of it would be otherwise."""

    verdict: str  # new, changed, gone
    key: str
    file: str = ""  # where it stands in the delivery; what is gone stands nowhere
    line: int | None = None
    columns: tuple[str, ...] = ()  # of a changed row


Differences = dict[str, list[Difference]]  # by stage


def differences(merge: Merge, counts: dict[str, Counts]) -> Differences:
    """At most MOST of each kind, and three statements a file."""
    found = {}
    for here, count in counts.items():
        rows = [*_new(here, count), *_changed(merge, here, count), *_gone(merge, here, count)]
        if rows:
            found[here] = rows
    return found


def as_kept(found: Differences) -> dict[str, list[dict[str, Any]]]:
    """As the report keeps them."""
    return {here: [asdict(row) for row in rows] for here, rows in found.items()}


def _new(here: str, count: Counts) -> Iterator[Difference]:
    if count["new"]:
        rows = f"SELECT s.file, s.line, s.row_key FROM {stage(here)} s WHERE s.verdict = 'new' ORDER BY s.file, s.line"
        for file, line, key in _some(rows, {}):
            yield Difference("new", key, file, line)


def _changed(merge: Merge, here: str, count: Counts) -> Iterator[Difference]:
    if not count["changed"]:
        return
    target, joins, columns = _target(merge, here), "", {}
    if target is not None:
        joins = f"{joined_to(target.refs)} JOIN {table(target.model)} t ON {target.joined}"
        columns = target.columns
    elif here == "ledger":
        joins, columns = _ENTRY, {column: f"s.{name(column)}" for column in ledger.CONTENT}
    differs = "".join(
        f", CASE WHEN t.{name(column)} IS DISTINCT FROM {value} THEN 1 ELSE 0 END" for column, value in columns.items()
    )
    rows = f"SELECT s.file, s.line, s.row_key{differs} FROM {stage(here)} s{joins} WHERE s.verdict = 'changed'"
    for file, line, key, *flags in _some(f"{rows} ORDER BY s.file, s.line", merge.parameters):
        told = [column for column, flag in zip(columns, flags, strict=True) if flag]
        yield Difference("changed", key, file, line, _as_sent(here, told))


def _gone(merge: Merge, here: str, count: Counts) -> Iterator[Difference]:
    if not count["gone"]:
        return
    target = _target(merge, here)
    columns = KEYS.get(here, ("t.external_id",))
    rows = target.gone(*columns) if target else ledger.gone(*columns)
    order = ", ".join(str(place) for place in range(1, len(columns) + 1))
    for parts in _some(f"{rows} ORDER BY {order}", merge.parameters):
        yield Difference("gone", "|".join(map(str, parts)))


def _target(merge: Merge, here: str) -> Target | None:
    return next((target for target in (*merge.targets, merge.allocations) if target.stage == here), None)


def _as_sent(here: str, columns: list[str]) -> tuple[str, ...]:
    """The columns of the file behind columns of the portal, in the file's order."""
    names = {AS_SENT.get(column, column.removesuffix("_id")) for column in columns}
    known = dict.fromkeys(column.name for file in FILES if file.stage == here for column in file.columns)
    return tuple(column for column in known if column in names)


def _some(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT {MOST}", parameters)
        return list(cursor.fetchall())

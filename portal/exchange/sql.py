"""The few statements by which staged rows become rows of the portal, the same on SQLite and PostgreSQL.

Only what is new or changed is written: a nightly delivery in which little happened touches little.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from portal.exchange.columns import Kind
from portal.exchange.format import FILES
from portal.exchange.staged import Staged

Counts = dict[str, int]
# Columns of a stage by which its rows name others.
JOINED_BY = {
    file.stage: {column.field for column in file.columns if column.refers_to and column.kind is Kind.TEXT}
    for file in FILES
    if file.stage != "invoices"
} | {"invoices": {"customer", "contract", "number_folded"}}


def json(literal: str) -> str:
    return f"CAST('{literal}' AS jsonb)" if connection.vendor == "postgresql" else f"'{literal}'"


def table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def stage(name: str) -> str:
    return table(Staged.of(name))


def name(column: str) -> str:
    return connection.ops.quote_name(column)


def execute(statement: str, parameters: dict[str, Any]) -> int:
    """Run one statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return max(cursor.rowcount, 0)


def one(statement: str, parameters: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


@contextmanager
def gathered(select: str, parameters: dict[str, Any]) -> Iterator[str]:
    """The rows of a SELECT, to stand where a table stands.

    PostgreSQL gathers them with several processes at once, which it does for no UPDATE and for no cursor.
    """
    if connection.vendor != "postgresql":
        yield f"({select})"
        return
    execute("DROP TABLE IF EXISTS exchange_gathered", {})
    execute(f"CREATE TEMPORARY TABLE exchange_gathered AS {select}", parameters)
    _glance(["exchange_gathered"])
    yield "exchange_gathered"
    execute("DROP TABLE exchange_gathered", {})


def analyze(*models: type[Model]) -> None:
    """Tell PostgreSQL how many rows of what there are now; its guesses of tables just filled are wild.

    A glance is enough for this import. The database itself looks closer some minutes later, as after any large change.
    """
    _glance([table(model) for model in models])


def analyze_staged(*stages: str) -> None:
    """The same of staging tables and the columns by which they are joined."""
    columns = {here: {"file", "row_key", "customer_key", "verdict", *JOINED_BY.get(here, ())} for here in stages}
    _glance([f"{stage(here)} ({', '.join(map(name, sorted(known)))})" for here, known in columns.items()])


def _glance(at: list[str]) -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SET default_statistics_target = 10")
        for what in at:
            cursor.execute(f"ANALYZE {what}")
        cursor.execute("RESET default_statistics_target")


@dataclass(frozen=True)
class Ref:
    """A row of the portal that a staged column names; NULL where it names none."""

    model: type[Model]
    column: str
    is_current: bool = False  # of a row with revisions: the one that stands


Refs = dict[str, Ref]  # by the alias under which other SQL speaks of the row


def joined_to(refs: Refs, staged: str = "s") -> str:
    """The rows that staged ones name, joined to them: whole tables at once, not a look-up for each row."""
    return "".join(
        f" LEFT JOIN {table(ref.model)} {alias} ON {alias}.source = %(source)s"
        f" AND {alias}.external_id = {staged}.{name(ref.column)}"
        + (f" AND {alias}.is_current" if ref.is_current else "")
        for alias, ref in refs.items()
    )


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the rows of one stage go. `t` is a row there, `s` the staged row."""

    stage: str
    model: type[Model]
    columns: dict[str, str]  # column of t → SQL over s and refs; what is compared and written
    refs: Refs = field(default_factory=dict)
    joined: str = "t.source = %(source)s AND t.external_id = s.row_key"  # how t and s find one another
    on_insert: dict[str, str] = field(default_factory=dict)
    on_change: dict[str, str] = field(default_factory=dict)
    scope: str = "t.source = %(source)s"  # the rows of t that this delivery may speak of
    owner: str = ""  # SQL for the id of t's customer
    owner_joins: str = ""  # what that SQL speaks of
    when_gone: str = ""  # what a full delivery does to a row that it no longer holds: "DELETE", or columns to set
    goes_with: str = ""  # instead: a join to t without which it is not gone, in any delivery

    @property
    def _staged(self) -> str:
        return f"{stage(self.stage)} s{joined_to(self.refs)}"

    def is_empty(self, parameters: dict[str, Any]) -> bool:
        """Whether nothing is there yet that a staged row could be compared with."""
        return not one(f"SELECT EXISTS (SELECT 1 FROM {table(self.model)} t WHERE {self.scope})", parameters)

    def weigh(self, parameters: dict[str, Any]) -> None:
        """Decide of each row that was staged as the same whether it is new or changed instead."""
        others = (
            "SELECT s.id, CASE WHEN t.id IS NULL THEN 'new' ELSE 'changed' END AS verdict"
            f" FROM {self._staged} LEFT JOIN {table(self.model)} t ON {self.joined}"
            f" WHERE t.id IS NULL OR NOT ({self._alike})"
        )
        with gathered(others, parameters) as found:
            execute(
                f"UPDATE {stage(self.stage)} AS w SET verdict = f.verdict FROM {found} f WHERE f.id = w.id", parameters
            )
        analyze_staged(self.stage)  # else it still believes that all rows are the same

    @property
    def _alike(self) -> str:
        """The row says what is kept; a reference that leads nowhere says something else than none."""
        values = [f"t.{name(column)} IS NOT DISTINCT FROM {value}" for column, value in self.columns.items()]
        return " AND ".join(
            values + [f"({alias}.id IS NOT NULL OR s.{name(ref.column)} = '')" for alias, ref in self.refs.items()]
        )

    def gone(self, *columns: str) -> str:
        """SELECT of the rows of t that a full delivery should hold and does not, or that go with their parents."""
        missing = f"NOT EXISTS (SELECT 1 FROM {self._staged} WHERE {self.joined})"
        shown = ", ".join(columns or ("t.id",))
        if self.goes_with:
            return f"SELECT {shown} FROM {table(self.model)} t{self.goes_with} WHERE {missing}"
        is_taken = (
            f"{self.owner_joins} JOIN customers_customer gc ON gc.id = {self.owner} AND gc.source = %(source)s"
            f" JOIN {stage('customers')} gs ON gs.row_key = gc.external_id AND gs.verdict <> 'out'"
            if self.owner
            else ""
        )
        return f"SELECT {shown} FROM {table(self.model)} t{is_taken} WHERE {self.scope} AND {missing}{self._not_yet}"

    @property
    def _not_yet(self) -> str:
        """Rows that are only marked as gone are gone once."""
        if self.when_gone in {"", "DELETE"}:
            return ""
        return "".join(f" AND t.{part.replace(' = ', ' <> ')}" for part in self.when_gone.split(", "))

    def count_gone(self, parameters: dict[str, Any]) -> int:
        return int(one(f"SELECT count(*) FROM ({self.gone()}) g", parameters))

    def write(self, parameters: dict[str, Any], counts: Counts) -> None:
        """Write what is new or changed, of which there are so many."""
        if counts["new"]:
            inserted = self.columns | self.on_insert
            names = ", ".join(name(column) for column in inserted)
            execute(
                f"INSERT INTO {table(self.model)} ({names}) SELECT {', '.join(inserted.values())}"
                f" FROM {self._staged} WHERE s.verdict = 'new'",
                parameters,
            )
        if counts["changed"]:
            changed = self.columns | self.on_change
            assignments = ", ".join(f"{name(column)} = {value}" for column, value in changed.items())
            execute(
                f"UPDATE {table(self.model)} AS t SET {assignments} FROM {self._staged}"
                f" WHERE s.verdict = 'changed' AND {self.joined}",
                parameters,
            )

    def remove_gone(self, parameters: dict[str, Any], counts: Counts) -> None:
        if not self.when_gone or not counts["gone"]:
            return
        what = f"DELETE FROM {table(self.model)} AS t"
        if self.when_gone != "DELETE":
            what = f"UPDATE {table(self.model)} AS t SET {self.when_gone}"
        execute(f"{what} WHERE t.id IN ({self.gone()})", parameters)

"""The few statements by which staged rows become rows of the portal, the same on SQLite and PostgreSQL.

Only what is new or changed is written: a nightly delivery in which little happened touches little.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from portal.exchange.staged import Staged

Counts = dict[str, int]


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


def ref(model: type[Model], column: str) -> str:
    """The id of the row that a staged column names; NULL for none."""
    return f"(SELECT r.id FROM {table(model)} r WHERE r.source = %(source)s AND r.external_id = s.{column})"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where the rows of one stage go. `t` is a row there, `s` the staged row."""

    stage: str
    model: type[Model]
    columns: dict[str, str]  # column of t → SQL over s; what is compared and written
    joined: str = "t.source = %(source)s AND t.external_id = s.row_key"  # how t is found from s
    key: str = "t.external_id"  # SQL over t for the row_key of s: how s is found from t
    on_insert: dict[str, str] = field(default_factory=dict)
    on_change: dict[str, str] = field(default_factory=dict)
    scope: str = "t.source = %(source)s"  # the rows of t that this delivery may speak of
    owner: str = ""  # SQL for the id of t's customer
    when_gone: str = ""  # what a full delivery does to a row that it no longer holds: "DELETE", or columns to set
    goes_with: str = ""  # instead: rows of t that are gone as soon as this holds, in any delivery

    def weigh(self, parameters: dict[str, Any]) -> None:
        """Decide of each staged row whether it is new, changed or the same."""
        alike = " AND ".join(f"t.{name(column)} IS NOT DISTINCT FROM {value}" for column, value in self.columns.items())
        for verdict, condition in (("same", f"{self.joined} AND {alike}"), ("changed", self.joined)):
            execute(
                f"UPDATE {stage(self.stage)} AS s SET verdict = '{verdict}' WHERE verdict = ''"
                f" AND EXISTS (SELECT 1 FROM {table(self.model)} t WHERE {condition})",
                parameters,
            )
        execute(f"UPDATE {stage(self.stage)} SET verdict = 'new' WHERE verdict = ''", parameters)

    def gone(self) -> str:
        """SQL for the rows of t that a full delivery should hold and does not, or that go with their parents."""
        missing = f"NOT EXISTS (SELECT 1 FROM {stage(self.stage)} s WHERE s.row_key = {self.key})"
        if self.goes_with:
            return f"{self.goes_with} AND {missing}"
        is_taken = (
            f" AND EXISTS (SELECT 1 FROM customers_customer c JOIN {stage('customers')} sc ON sc.row_key = c.external_id"
            f" WHERE c.id = {self.owner} AND c.source = %(source)s AND sc.verdict <> 'out')"
            if self.owner
            else ""
        )
        return f"{self.scope} AND {missing}{is_taken}"

    def count_gone(self, parameters: dict[str, Any]) -> int:
        condition = self.gone()
        if self.when_gone not in {"", "DELETE"}:
            flags = " AND ".join(
                f"t.{part.split(' = ')[0]} <> {part.split(' = ')[1]}" for part in self.when_gone.split(", ")
            )
            condition = f"{condition} AND {flags}"
        return int(one(f"SELECT count(*) FROM {table(self.model)} t WHERE {condition}", parameters))

    def write(self, parameters: dict[str, Any]) -> None:
        inserted = self.columns | self.on_insert
        names = ", ".join(name(column) for column in inserted)
        execute(
            f"INSERT INTO {table(self.model)} ({names}) SELECT {', '.join(inserted.values())}"
            f" FROM {stage(self.stage)} s WHERE s.verdict = 'new'",
            parameters,
        )
        changed = self.columns | self.on_change
        assignments = ", ".join(f"{name(column)} = {value}" for column, value in changed.items())
        execute(
            f"UPDATE {table(self.model)} AS t SET {assignments} FROM {stage(self.stage)} s"
            f" WHERE s.verdict = 'changed' AND {self.joined}",
            parameters,
        )

    def remove_gone(self, parameters: dict[str, Any]) -> None:
        if self.when_gone == "DELETE":
            execute(f"DELETE FROM {table(self.model)} AS t WHERE {self.gone()}", parameters)
        elif self.when_gone:
            execute(f"UPDATE {table(self.model)} AS t SET {self.when_gone} WHERE {self.gone()}", parameters)

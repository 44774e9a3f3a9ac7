"""A staging table written past the ORM: COPY on PostgreSQL, one prepared statement on SQLite."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection

from portal.exchange.cells import Staged

NULL = "\x01"  # a sign that no cell may hold
_BREAKS = str.maketrans({"\n": "\x02", "\t": "\x03", "\r": "\x04"})  # until backslashes are doubled
_ESCAPED = str.maketrans({"\x02": "\\n", "\x03": "\\t", "\x04": "\\r", "\\": "\\\\"})


class Table:
    """Where the batches of one file go. Columns that do not vary in the file are written once into the statement."""

    def __init__(self, model: Any, columns: list[str], *, broken: frozenset[str], **constants: Any) -> None:
        self._columns = columns
        self._broken = {place for place, name in enumerate(columns) if name in broken}  # may hold line breaks
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        rest = [field for field in fields if field.attname not in columns]
        self._constants = [constants.get(field.attname, field.get_default()) for field in rest]
        quote = connection.ops.quote_name
        self._names = ", ".join(map(quote, [*columns, *(field.column for field in rest)]))
        self._name = quote(model._meta.db_table)
        self.insert: Callable[[list[list[Staged]]], None] = (
            self._copy if connection.vendor == "postgresql" else self._execute
        )

    def _copy(self, columns: list[list[Staged]]) -> None:
        rest = "".join(f"\t{NULL if value is None else _text(value)}" for value in self._constants) + "\n"
        rows = rest.join(map("\t".join, zip(*self._written(columns), strict=True))) + rest
        if self._broken or "\\" in rows:
            rows = rows.translate(_ESCAPED)
        with (
            connection.wrap_database_errors,  # Django does so for all but COPY
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self._name} ({self._names}) FROM STDIN WITH (NULL E'\\x01')") as copy,
        ):
            copy.write(rows)

    def _written(self, columns: list[list[Staged]]) -> Iterator[list[str]]:
        for place, column in enumerate(columns):
            texts: list[Any] = column
            if None in column:
                texts = [NULL if text is None else text for text in column]
            yield [text.translate(_BREAKS) for text in texts] if place in self._broken else texts

    def _execute(self, columns: list[list[Staged]]) -> None:
        places = ", ".join([*["%s"] * len(self._columns), *map(_literal, self._constants)])
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self._name} ({self._names}) VALUES ({places})", list(zip(*columns, strict=True))
            )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return json.dumps(value) if isinstance(value, list) else str(value)


def _literal(value: Any) -> str:
    """One of our own defaults, never something that was read."""
    if value is None:
        return "NULL"
    return "'" + _text(value).replace("'", "''").replace("%", "%%") + "'"

"""All rows of the database as they stood at a moment, to be put back: quicker than a flush, and than making them anew."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, transaction

# A table's rows, as the database itself writes them down: as copied on PostgreSQL, column by column on SQLite.
Kept = dict[str, list[Any]]


def remember() -> Kept:
    with connection.cursor() as cursor:
        return {table: _read(cursor, table) for table in _tables()}


def put_back(kept: Kept) -> None:
    """In one transaction, because a row may come before the one that it points to. What is as it was is left alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in kept.items():
            now = _read(cursor, table)
            if _same(now, rows):
                continue
            if now:
                cursor.execute(f'DELETE FROM "{table}"')
            if rows:
                _write(cursor, table, rows)


def as_kept(kept: Kept) -> bool:
    with connection.cursor() as cursor:
        return all(_same(_read(cursor, table), rows) for table, rows in kept.items())


def _tables() -> Iterator[str]:
    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        # The index of SQLite's own search follows the table beside it by triggers.
        if table in there and not model._meta.proxy and not table.endswith("_fts"):
            there.discard(table)
            yield table


def _same(some: list[Any], others: list[Any]) -> bool:
    return some == others or (len(some) == len(others) and sorted(some, key=repr) == sorted(others, key=repr))


def _read(cursor: Any, table: str) -> list[Any]:
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
            return [bytes(row) for row in copy]
    names = _columns(cursor, table)
    # A plus, and SQLite hands out what is stored and not what the column's declared type makes of it.
    cursor.execute(f"SELECT {', '.join(f'+{name}' for name in names)} FROM {connection.ops.quote_name(table)}")
    return cursor.fetchall()


def _write(cursor: Any, table: str, rows: list[Any]) -> None:
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write(row)
        return
    names = _columns(cursor, table)
    places = ", ".join(["%s"] * len(names))
    cursor.executemany(f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({places})', rows)


_COLUMNS: dict[str, list[str]] = {}


def _columns(cursor: Any, table: str) -> list[str]:
    if table not in _COLUMNS:
        cursor.execute(f'PRAGMA table_info("{table}")')  # which leaves out what the database computes itself
        _COLUMNS[table] = [f'"{row[1]}"' for row in cursor.fetchall()]
    return _COLUMNS[table]

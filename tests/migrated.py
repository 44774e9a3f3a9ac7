"""A database just migrated, kept in pytest's cache: three hundred migrations take longer than almost every test.

On SQLite it is the file, on a PostgreSQL of `.ci/with-postgres` a dump. Another server is migrated each time.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection


def take(config: pytest.Config) -> bool:
    """Whether the database of the tests is there now, as kept."""
    kept = _kept(config)
    if kept is None or not kept.exists():
        return False
    name = connection.settings_dict["TEST"]["NAME"] or f"test_{connection.settings_dict['NAME']}"
    if connection.vendor == "sqlite":
        shutil.copy(kept, name)
    else:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        _run("pg_restore", "--no-owner", "--dbname", name, str(kept))
    return True


def keep(config: pytest.Config) -> None:
    """What has just been migrated, for the next time and for whoever runs beside."""
    kept = _kept(config)
    if kept is None or kept.exists():
        return
    half = kept.with_suffix(f".{os.getpid()}")
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(half)) as copy:
            connection.connection.backup(copy)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--file", str(half), connection.settings_dict["NAME"])
    half.replace(kept)


def _kept(config: pytest.Config) -> Path | None:
    ours = os.environ.get("EBOK_TEST_POSTGRES_PROGRAMS")
    if connection.vendor != "sqlite" and not ours:
        return None
    key = hashlib.sha256(Path("requirements.txt").read_bytes())
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path, "migrations").glob("0*.py")):
            key.update(file.name.encode() + file.read_bytes())
    return Path(config.cache.mkdir("migrated")) / f"{key.hexdigest()[:16]}.{connection.vendor}"


def _run(program: str, *arguments: str) -> None:
    at = connection.settings_dict
    where = {"PGHOST": at["OPTIONS"].get("host", at["HOST"]), "PGPORT": str(at["PORT"]), "PGUSER": at["USER"]}
    path = Path(os.environ["EBOK_TEST_POSTGRES_PROGRAMS"], program)
    subprocess.run([path, *arguments], check=True, env=os.environ | {k: v for k, v in where.items() if v})

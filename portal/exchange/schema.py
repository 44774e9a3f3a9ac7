"""The rows of the exchange format as JSON Schema, made from the definitions that the import itself uses."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from portal.exchange.columns import Column, FileFormat, Kind
from portal.exchange.format import FILES, NAME, VERSION

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = r"^(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})?$"
Schema = dict[str, Any]


def _text(column: Column) -> Schema:
    stated: Schema = {"type": ["string", "null"]}
    return stated | ({"maxLength": column.longest} if column.longest else {})


def _number(column: Column, pattern: str) -> Schema:
    """A number, or a text that no program on the way makes a float of."""
    return {"type": ["number", "string", "null"], "pattern": pattern}


_KINDS: dict[Kind, Callable[[Column], Schema]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.WORD: lambda column: {"enum": [*column.words, *([] if column.is_required else ["", None])]},
    Kind.LIST: lambda column: {
        "type": ["array", "null"],
        "items": {"enum": list(column.words)} if column.words else {"type": "string"},
    },
    Kind.DAY: lambda _column: {"type": ["string", "null"], "pattern": DAY},
    Kind.MOMENT: lambda _column: {"type": ["string", "null"], "format": "date-time"},
    Kind.AMOUNT: lambda column: _number(column, r"^(-?\d{1,12}([.,]\d{1,2})?)?$"),
    Kind.NUMBER: lambda column: _number(column, rf"^(-?\d{{1,9}}([.,]\d{{1,{column.places or 1}}})?)?$"),
    Kind.WHOLE: lambda _column: {"type": ["integer", "null"], "minimum": 0, "maximum": 32_000},
    Kind.FLAG: lambda _column: {"type": ["boolean", "null"]},
}


def row(file: FileFormat) -> Schema:
    """One row of one file."""
    return {
        "title": file.name,
        "description": f"{file.meaning} Key: {', '.join(file.key)}.",
        "type": "object",
        "properties": {column.name: _column(column) for column in file.columns},
        "required": [column.name for column in file.columns if column.is_required],
    }


def _column(column: Column) -> Schema:
    stated = {"description": _meaning(column)} | _KINDS[column.kind](column)
    if column.is_required:
        return stated | _needed(column, stated)
    if column.default not in (None, ""):
        stated["default"] = column.default
    return stated


def _needed(column: Column, stated: Schema) -> Schema:
    """The same where nothing may not stand for nothing."""
    if "type" not in stated:
        return {}
    kinds = [kind for kind in stated["type"] if kind != "null"]
    needed: Schema = {"type": kinds if len(kinds) > 1 else kinds[0]}
    if "string" in kinds:
        needed["minLength"] = 1
    if column.kind is Kind.LIST:
        needed["minItems"] = 1
    return needed


def _meaning(column: Column) -> str:
    parts = [column.meaning]
    if column.unit:
        parts.append(f"in {column.unit}")
    if column.refers_to:
        parts.append(f"an id in {column.refers_to}")
    return "; ".join(parts)


def manifest() -> Schema:
    """The first line."""
    moment = {"type": "string", "format": "date-time"}
    return {
        "title": "manifest",
        "description": "The first line of a batch: what it is and of which moment.",
        "type": "object",
        "properties": {
            "format": {"const": NAME},
            "version": {"const": VERSION},
            "source": {
                "description": "the billing system; ids are unique within it",
                "type": "string",
                "pattern": "^[a-z0-9_-]{1,20}$",
                "default": "billing",
            },
            "kind": {"description": "everything there is, or only what is new or changed", "enum": ["full", "changes"]},
            "as_of": {"description": "the moment whose figures these are", **moment},
            "made_at": {"description": "when it was written", **moment},
            "files": {
                "description": "files that are in the batch even if no row of them is",
                "type": "array",
                "items": {"enum": [file.name for file in FILES]},
            },
            "rows": {"description": "how many rows follow; compared when given", "type": "integer", "minimum": 0},
        },
        "required": ["format", "version", "kind", "as_of", "made_at"],
    }


def paper() -> Schema:
    return {
        "title": "paper",
        "description": "An XML or a PDF that rows name.",
        "type": "object",
        "properties": {
            "paper": {"description": "its path, as the rows write it", "type": "string", "minLength": 1},
            "base64": {"description": "its bytes", "type": "string", "contentEncoding": "base64"},
        },
        "required": ["paper", "base64"],
    }


def line() -> Schema:
    """Any line of a batch but the first."""
    rows = [
        {
            "type": "object",
            "properties": {"file": {"const": file.name}, "row": {"$ref": f"{file.name}.json"}},
            "required": ["file", "row"],
        }
        for file in FILES
    ]
    return {
        "title": "line",
        "description": "A line of a batch after the first: a row of a file, or a paper.",
        "oneOf": [*rows, {"$ref": "paper.json"}],
    }


def files() -> Iterator[tuple[str, str]]:
    """Every schema by the name of its file, as docs/exchange/schema/ holds them."""
    stated = {"manifest": manifest(), "line": line(), "paper": paper()} | {file.name: row(file) for file in FILES}
    for name, schema in stated.items():
        yield f"{name}.json", json.dumps({"$schema": DIALECT} | schema, ensure_ascii=False, indent=2) + "\n"


def request_body() -> Schema:
    """What the document of the API says of a batch: its first line, and the row of each file."""
    known = {"manifest": manifest(), "paper": paper()} | {file.name: row(file) for file in FILES}
    head = {"format": NAME, "version": VERSION, "kind": "changes", "as_of": "2026-11-20T04:00:00+01:00"}
    lines = [
        head | {"made_at": "2026-11-20T04:12:00+01:00"},
        {
            "file": "customers",
            "row": {column.name: column.example for column in FILES[1].columns if column.is_required},
        },
    ]
    return {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "description": "One JSON object a line; the first is the manifest, each other is"
                    ' {"file": …, "row": {…}} or {"paper": …, "base64": …}.',
                    "x-lines": known,
                },
                "example": "".join(json.dumps(said, ensure_ascii=False) + "\n" for said in lines),
            }
        },
    }

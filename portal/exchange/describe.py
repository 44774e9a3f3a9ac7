"""docs/exchange/format.md, written from the definitions that the import itself uses."""

from collections.abc import Iterator

from portal.exchange.columns import Column, FileFormat, Kind
from portal.exchange.format import FILES, MANIFEST, NAME, VERSION

HEAD = f"""# The exchange format, version {VERSION}

<!-- Written by `manage.py exchange_format`; do not edit. -->

A **delivery** is a folder or a ZIP with `{MANIFEST}`, CSV files, and the XML and PDF files that they name. It is taken over with
`manage.py import_billing PATH`, or tried with `--dry-run`, which says what would change and changes nothing.

## The manifest

```json
{{
  "format": "{NAME}",
  "version": {VERSION},
  "source": "billing",
  "kind": "full",
  "as_of": "2026-11-20T04:00:00+01:00",
  "made_at": "2026-11-20T04:12:00+01:00",
  "files": {{
    "customers.csv": {{"rows": 200, "sha256": "…"}}
  }}
}}
```

- `source` names the billing system: up to 20 lower-case letters, digits, hyphens. Ids are unique within a source.
- `kind` is `full` (everything there is; what is missing from a listed file is gone) or `changes` (only rows that are new or
  changed; nothing is gone).
- `as_of` is the moment whose figures these are. Customers read it as "stan na". A delivery older than the last one is refused,
  and so is one from more than a day ahead; the same delivery twice changes nothing.
- `files` lists every CSV file with its number of rows. `sha256` may be left out; when it is there it must be right. Where it
  stands beside every file, an import that was killed goes on from what it had read; else it begins anew.

`manage.py exchange_template DIR` writes every file with its header only; a small whole delivery lies in [sample/](sample/). A vendor's
own names, code pages and dates are read by a [column map](column-map.md). Over the network the same rows come [by the API](api.md), as
a ZIP or as JSON, one a line.

## CSV

UTF-8 (with or without a byte-order mark), `;` between cells, `"` around cells that hold `;`, quotes or line breaks. The first
line names the columns, in any order. A column that is not required may be missing; a column that is not known is not read, and
a warning says so.

| Kind | Written as |
|---|---|
"""
FAULTS = """
## Faults

Each is said as `file:line: sentence`.

| | When | What happens | Exit |
|---|---|---|---|
| file fault | the manifest, the encoding, a missing column, a wrong number of rows or SHA-256, an older delivery, one of a day to come | nothing is written | 1 |
| row fault | a cell that cannot be read, an id that stands twice, a reference to nothing or to another customer's row, shares that do not sum, an invoice that contradicts itself | the customer's rows of this delivery are left out; his last good state stays, his figures are withheld; a clerk gets a task | 0 |
| too many | more customers with row faults than the rule allows (1 %) | nothing is written | 1 |
| doubt | an entry dated later than the delivery, a second invoice with the same number, a correction of an invoice that is not known | it is written; the customer's figures are withheld until a clerk has looked, or until a full delivery does not say it any more | 0 |
| warning | a KSeF number with a wrong checksum, a column that is not known | it is written | 0 |

After a delivery of `changes` in which a customer was left out, he stays behind until the rows that were left out have come again,
or a full delivery has. Another import that is still running ends the command with exit 2.

A file path inside a delivery is relative, uses `/`, and never leads out of the delivery.

## Ids and changes

- An id belongs to one customer for ever. When a house changes hands, its point and meter get new ids.
- A booking of the ledger that changed is reversed and written anew; one that is gone from a full delivery is reversed. What the
  ledger, the open amounts and the balance promise is in `docs/rules/ledger.md`.
- The original bytes of an FA(3) file are kept unchanged. The KSeF number is not in the XML; it stands in `invoices_xml.csv`.

## Files
"""


def page() -> str:
    return "".join(_parts())


def _parts() -> Iterator[str]:
    yield HEAD
    for kind in Kind:
        yield f"| {kind.name.lower().replace('_', ' ')} | {kind.value} |\n"
    yield FAULTS
    for file in FILES:
        yield from _file(file)


def _file(file: FileFormat) -> Iterator[str]:
    yield f"\n### {file.file_name}\n\n{file.meaning} Key: {', '.join(f'`{name}`' for name in file.key)}.\n\n"
    yield "| Column | | Kind | Meaning | Example |\n|---|---|---|---|---|\n"
    for column in file.columns:
        required = "required" if column.is_required else ""
        yield f"| `{column.name}` | {required} | {_kind(column)} | {_meaning(column)} | {_cell(column.example)} |\n"


def _kind(column: Column) -> str:
    parts = [column.kind.name.lower().replace("_", " ")]
    if column.unit:
        parts.append(column.unit)
    if column.places:
        parts.append(f"≤ {column.places} decimals")
    if column.longest:
        parts.append(f"≤ {column.longest}")
    return ", ".join(parts)


def _meaning(column: Column) -> str:
    text = column.meaning
    if column.words:
        text += ": " + ", ".join(f"`{word}`" for word in column.words)
    if column.refers_to:
        text += f" (an id in {column.refers_to})"
    if column.default not in (None, ""):
        text += f"; empty means `{column.default}`"
    return _cell(text)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")

"""Where rows wait between file and merge: one table for each kind of row, made from the format's own columns.

The tables belong to one import at a time and are empty between imports. On PostgreSQL they are not logged and have no
indexes (a migration says so): rows come by COPY and are joined whole; after a crash of the database they are filled again.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import models

from portal.exchange.columns import Column, Kind
from portal.exchange.format import FILES
from portal.moneyfield import GroszeField


class Verdict(models.TextChoices):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    OUT = "out"  # left out, with all rows of its customer


FirstVerdicts = dict[str, Verdict]  # by stage: what a row is until it is weighed


class Waiting(models.Model):
    """What every staged row carries."""

    file = models.CharField(max_length=40)
    line = models.PositiveIntegerField()
    row_key = models.CharField(max_length=250)  # the key columns, joined: how a row is told from others of its kind
    customer_key = models.CharField(max_length=60, default="")
    verdict = models.CharField(max_length=8, default=Verdict.NEW)  # until something of it is found in the portal

    class Meta:
        abstract = True


class Staged:
    """The models of the staging tables, by stage."""

    models: ClassVar[dict[str, Any]] = {}

    @classmethod
    def of(cls, stage: str) -> Any:
        return cls.models[stage]


class Touched(models.Model):
    """A customer whose money the merge has moved."""

    customer_id = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "exchange_touched"

    def __str__(self) -> str:
        return str(self.customer_id)


# Columns by which other statements look rows up, besides their keys.
FOUND_BY = {"entry_shares": ("entry",)}
# What is read out of an FA(3) file, or kept in storage, beside the columns of the format.
BESIDE_COLUMNS: dict[str, dict[str, models.Field[Any, Any]]] = {
    "invoices": {
        "number_folded": models.TextField(default=""),
        "corrects_folded": models.TextField(default=""),
        "service": models.TextField(default=""),
        "printed_customer_number": models.TextField(default=""),
        "original_name": models.TextField(default=""),
        "original_sha256": models.TextField(default=""),
        "pdf_name": models.TextField(default=""),
    },
    "documents": {"pdf_name": models.TextField(default="")},
    "customers": {"name_folded": models.TextField(default="")},
}


_FIELDS: dict[Kind, Callable[[Column], "models.Field[Any, Any]"]] = {
    Kind.DAY: lambda _column: models.DateField(null=True),
    Kind.MOMENT: lambda _column: models.DateTimeField(null=True),
    Kind.AMOUNT: lambda _column: GroszeField(null=True),
    Kind.NUMBER: lambda column: models.DecimalField(max_digits=14, decimal_places=column.places, null=True),
    Kind.WHOLE: lambda _column: models.IntegerField(null=True),
    Kind.FLAG: lambda _column: models.BooleanField(default=False),
    Kind.LIST: lambda _column: models.JSONField(default=list),
}


def _field(column: Column) -> "models.Field[Any, Any]":
    made = _FIELDS.get(column.kind)
    return made(column) if made else models.TextField(default="")


def _tables() -> dict[str, dict[str, models.Field[Any, Any]]]:
    """The fields of each stage; two files with one stage are laid over each other."""
    tables: dict[str, dict[str, models.Field[Any, Any]]] = {}
    for file in FILES:
        fields = tables.setdefault(file.stage, {})
        for column in file.columns:
            fields.setdefault(column.field, _field(column))
    for stage, beside in BESIDE_COLUMNS.items():
        tables[stage].update(beside)
    return tables


def _model(stage: str, fields: dict[str, models.Field[Any, Any]]) -> Any:
    meta = type(
        "Meta",
        (),
        {
            "app_label": "exchange",
            "db_table": f"exchange_staged_{stage}",
            "indexes": [
                models.Index(fields=["row_key"], name=f"staged_{stage}_key"[:30]),
                models.Index(fields=["customer_key"], name=f"staged_{stage}_cust"[:30]),
                *(models.Index(fields=[name], name=f"staged_{stage}_{name}"[:30]) for name in FOUND_BY.get(stage, ())),
            ],
        },
    )
    name = "Staged" + "".join(part.title() for part in stage.split("_"))
    return type(name, (Waiting,), {"__module__": __name__, "Meta": meta, **fields})


for _stage, _fields in _tables().items():
    Staged.models[_stage] = _model(_stage, _fields)

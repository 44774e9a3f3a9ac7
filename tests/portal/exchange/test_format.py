from pathlib import Path

from django.db import models

from portal.exchange.columns import Kind
from portal.exchange.describe import page
from portal.exchange.format import FILES
from portal.exchange.staged import Staged
from portal.exchange.targets import targets
from portal.exchange.values import parser

PAGE = Path(__file__).resolve().parents[3] / "docs" / "exchange" / "format.md"


def test_the_page_about_the_format_is_written_from_the_format():
    assert PAGE.read_text(encoding="utf-8") == page(), "Run: manage.py exchange_format > docs/exchange/format.md"


def test_every_example_can_be_read():
    for file in FILES:
        for column in file.columns:
            if column.example and not (column.kind is Kind.WORD and not column.words):
                parser(column)(column.example)


def test_every_reference_is_to_a_file_that_comes_earlier():
    stages: set[str] = set()
    for file in FILES:
        stages.add(file.stage)
        for column in file.columns:
            assert not column.refers_to or column.refers_to in stages, f"{file.name}.{column.name}"


def test_what_fits_into_the_format_fits_into_the_portal():
    longest = {
        (file.stage, column.field): column.longest for file in FILES for column in file.columns if column.longest
    }
    for target in targets():
        for name, expression in target.columns.items():
            field = target.model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
            column = expression.removeprefix('s."').removesuffix('"')
            if isinstance(field, models.CharField) and (target.stage, column) in longest:
                assert longest[target.stage, column] <= field.max_length, f"{target.stage}.{column}"


def test_every_column_has_its_place_in_staging():
    for file in FILES:
        fields = {field.name for field in Staged.of(file.stage)._meta.get_fields()}
        assert {column.field for column in file.columns} <= fields

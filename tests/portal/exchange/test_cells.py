"""The quick ways through a column say what the careful parser of one cell says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.exchange.cells import Cells, as_staged
from portal.exchange.columns import Kind
from portal.exchange.format import FILES
from portal.exchange.values import Misread, parser

COLUMNS = {column.kind: column for file in FILES for column in file.columns}
ODD = ["", "12,50", "-3,00", "1 234,5", "+7", "٣,00", "0", "1e3", "tak", "no", "31.02.2026", "2026-11-20", "3.1.2026"]
ODD += ["water,sewage", "WODA", "x" * 300, "a\tb", "a\u00a0b", "12,345", "007", "99999", "person", "actual", "−5,00"]


@pytest.mark.parametrize("kind", list(Kind))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cells=st.lists(st.one_of(st.sampled_from(ODD), st.text(max_size=8)), min_size=1, max_size=12))
def test_a_column_at_once_is_what_its_cells_are_one_by_one(kind, cells):
    column = COLUMNS[kind]
    parse = parser(column)
    wanted, wrong = [], {}
    for place, cell in enumerate(cells):
        try:
            wanted.append(as_staged(column, parse(cell) if cell else column.empty))
        except Misread as misread:
            wanted.append(as_staged(column, column.empty))
            wrong[place] = str(misread)
    found, faults = Cells(column).read(list(cells))
    if kind in {Kind.AMOUNT, Kind.NUMBER}:  # "007" and "7" are one number
        wanted, found = [[value and float(value) for value in values] for values in (wanted, found)]
    assert (found, faults) == (wanted, wrong)

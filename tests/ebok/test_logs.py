import json
import logging

import pytest

from ebok.logs import Lines


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Letter to anna.k@example.pl failed", "Letter to <e-mail> failed"),
        ("Account 19 9991 2345 1234 0000 0001 2345", "Account <number>"),
        ("PESEL 44051401359, phone +48 600 100 200", "PESEL <number>, phone <number>"),
        (
            'violates "x"\nDETAIL:  Failing row contains (7, Kowalska Anna).\nCONTEXT:  COPY t, line 1: "Anna"\nend',
            'violates "x"\nDETAIL: <row>\nCONTEXT: <row>\nend',
        ),
        ("Invoice 012345/11/2026, 12 rows, 1234 ms", "Invoice 012345/11/2026, 12 rows, 1234 ms"),
        ("Task 8f14e45f-ceea-467f-a34a-0123456789ab", "Task 8f14e45f-ceea-467f-a34a-0123456789ab"),
    ],
)
def test_a_line_is_json_and_names_nobody(said, written):
    record = logging.LogRecord("portal.jobs", logging.WARNING, "", 1, "%s", (said,), None)
    line = json.loads(Lines().format(record))
    assert (line["level"], line["logger"], line["message"]) == ("warning", "portal.jobs", written)

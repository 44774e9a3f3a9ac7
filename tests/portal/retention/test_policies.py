"""From a term to the day before which it is over. Quoted from docs/rules/retention.md."""

from datetime import date

import pytest

from portal.retention.policies import over_before


@pytest.mark.parametrize(
    ("term", "length", "today", "before"),
    [
        ("photos_months", 24, date(2026, 11, 20), date(2024, 11, 20)),
        ("photos_months", 1, date(2026, 3, 31), date(2026, 2, 28)),
        ("photos_months", 1, date(2026, 1, 15), date(2025, 12, 15)),
        ("invoices_years", 6, date(2025, 12, 31), date(2019, 1, 1)),
        ("invoices_years", 6, date(2026, 1, 1), date(2020, 1, 1)),
        ("downloads_days", 7, date(2026, 11, 20), date(2026, 11, 13)),
        ("invoices_years", 0, date(2026, 11, 20), None),
    ],
)
def test_the_first_day_that_is_kept(term, length, today, before):
    assert over_before(term, length, today) == before


def test_a_term_says_its_unit():
    with pytest.raises(ValueError, match="does not say its unit"):
        over_before("photos", 3, date(2026, 11, 20))

"""How amounts, dates and icons are written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from portal.utility.icons import ICONS
from portal.utility.templatetags import ebok


def drawn(source, **context):
    return Template("{% load ebok %}" + source).render(Context(context))


def test_amounts_have_a_comma_spaces_that_do_not_break_and_the_currency():
    assert drawn("{{ sum|zloty }}", sum=Decimal("1234.5")) == "1\xa0234,50\xa0zł"
    assert drawn("{{ sum|amount }}", sum=Decimal("-0.5")) == "−0,50"
    assert drawn("{{ sum|zloty }}", sum=None) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(9, "9\xa0m³"), (Decimal("9.00"), "9\xa0m³"), (Decimal("1234.25"), "1\xa0234,25\xa0m³"), (120, "120\xa0m³")],
)
def test_volumes_show_decimals_only_where_there_are_any(value, text):
    assert ebok.cubic(value) == text


def test_dates_are_those_of_warsaw():
    late = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert ebok.day(late) == "21.11.2026"
    assert ebok.moment(late) == "21.11.2026,\xa00:30"
    assert ebok.day(date(2026, 11, 5)) == "05.11.2026"


def test_a_day_in_words_names_the_year_only_when_it_is_another():
    assert ebok.day_words(date(2026, 11, 24)) == "24\xa0listopada"
    assert ebok.day_words(date(2027, 1, 1)) == "1\xa0stycznia\xa02027"


def test_a_phone_number_is_dialled_without_its_spaces():
    assert ebok.tel("+48 22 445-50-00") == "+48224455000"


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_silent_unless_it_has_words(name):
    assert 'aria-hidden="true"' in ebok.icon(name)
    assert 'aria-label="Uwaga &lt;b&gt;"' in ebok.icon(name, label="Uwaga <b>")

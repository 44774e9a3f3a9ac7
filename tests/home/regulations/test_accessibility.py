"""The accessibility statement: the parts and ids of the Polish act, and its yearly review."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from home.regulations.accessibility import AccessibilityPage, review_is_due
from portal import clock

IDS = (
    "wstep",
    "podmiot",
    "url",
    "data-publikacja",
    "data-aktualizacja",
    "status",
    "data-sporzadzenie",
    "data-przeglad",
    "audytor",
    "kontakt",
    "osoba",
    "email",
    "telefon",
    "procedura",
    "architektura",
    "aplikacje",
)


def test_the_statement_carries_every_id_once_and_its_dates_for_machines(site, client):
    page = BeautifulSoup(client.get("/dostepnosc/").content, "html.parser")
    for name in IDS:
        assert len(page.find_all(id=f"a11y-{name}")) == 1, name
    for name in ("publikacja", "aktualizacja", "sporzadzenie", "przeglad"):
        day = page.find(id=f"a11y-data-{name}")
        assert day.name == "time"
        date.fromisoformat(day["datetime"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"not_accessible": ""}, "not_accessible"),
        ({"prepared_on": date(2026, 11, 2), "reviewed_on": date(2026, 11, 1)}, "reviewed_on"),
    ],
)
def test_a_statement_that_cannot_be_true_is_refused_at_its_field(site, wrong, field):
    page = AccessibilityPage.objects.get()
    for name, value in wrong.items():
        setattr(page, name, value)
    with pytest.raises(ValidationError) as refusal:
        page.clean()
    assert list(refusal.value.message_dict) == [field]


def test_editors_are_reminded_when_a_year_has_passed(site, client):
    assert not review_is_due()
    AccessibilityPage.objects.update(reviewed_on=clock.today() - timedelta(days=366))
    assert review_is_due()
    client.force_login(get_user_model().objects.create_superuser("admin@example.org", "x"))
    assert 'id="review-due"' in client.get("/panel/").content.decode()

"""A utility's colours: readable, or refused; and a style sheet kept for as long as its address stays."""

import pytest
from django.core.exceptions import ValidationError

from portal.utility import look
from portal.utility.models import Utility


def test_the_house_s_own_colours_read_well():
    assert look.faults(look.Colours()) == []


def test_contrast_is_that_of_wcag():
    assert look.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert look.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("field", "colour"), [("colour_action", "#ff9900"), ("colour_deep", "#8fb3c0"), ("colour_bright", "#0a3a50")]
)
def test_a_colour_pair_below_aa_is_refused_beside_its_field(db, field, colour):
    utility = Utility(name="Wodociągi", **{field: colour})
    with pytest.raises(ValidationError) as refused:
        utility.full_clean()
    assert field in refused.value.message_dict


def test_a_green_utility_is_accepted_and_reads_well_in_the_dark(db):
    utility = Utility(name="Zielone", colour_action="#1b6b3a", colour_deep="#0c3b1f", colour_bright="#5fc98a")
    utility.full_clean()
    night = look.lightened_for(look.NIGHT, utility.colour_action)
    assert look.contrast(night, look.NIGHT) >= 7
    assert look.contrast(night, look.NIGHT_INK) >= 4.5


def test_the_house_s_own_colours_need_no_further_style_sheet(db, client):
    assert "look.css" not in client.get("/nie-ma/").content.decode()


def test_a_utility_s_colours_come_under_an_address_that_changes_with_them(db, client):
    utility = Utility.objects.create(name="Zielone", colour_action="#1b6b3a")
    page = client.get("/nie-ma/").content.decode()
    address = f"/look.css?v={look.fingerprint(utility.colours)}"
    assert address in page
    response = client.get(address)
    assert "--water:#1b6b3a" in response.content.decode()
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in client.get("/look.css?v=other").headers["Cache-Control"]

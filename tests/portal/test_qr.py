"""Codes: the text inside them, to the character."""

from decimal import Decimal

import pytest
import segno
from lxml import etree

from portal.qr import (
    AccountUnfit,
    AmountUnfit,
    CodeTooLong,
    CodeWithheld,
    FieldUnfit,
    NipUnfit,
    TitleTooLong,
    svg,
    svg_uri,
    zbp_code,
)

TRANSFER = {
    "account": "92 1240 1234 0001 5678 9012 3456",
    "amount": Decimal("12.00"),
    "name": "Odbiorca 1",
    "title": "FV 1234/34/2012",
    "nip": "1234567890",
}
ACCOUNT = "15999123451234000000054321"


def code(**changes):
    return zbp_code(**({**TRANSFER, "account": ACCOUNT} | changes))


def test_the_fields_stand_in_the_order_of_the_recommendation():
    assert code().text == f"1234567890|PL|{ACCOUNT}|001200|Odbiorca 1|FV 1234/34/2012|||"


@pytest.mark.parametrize(
    ("amount", "grosze"), [("0.01", "000001"), ("135.38", "013538"), ("9999.99", "999999"), ("1", "000100")]
)
def test_the_amount_is_six_digits_of_grosze(amount, grosze):
    made = code(amount=Decimal(amount))
    assert made.text.split("|")[3] == grosze
    assert not made.is_amount_left_out


def test_an_amount_too_large_is_left_to_the_payer():
    made = code(amount=Decimal("10000.00"))
    assert made.text.split("|")[3] == "000000"
    assert made.is_amount_left_out


def test_an_account_may_be_written_with_spaces_and_its_country():
    assert code(account="PL15 9991 2345 1234 0000 0005 4321").text == code().text


def test_a_long_name_is_cut_at_a_word():
    name = code(name="Wodociągi Przykładowe Sp. z o.o.").text.split("|")[4]
    assert name == "Wodociągi"
    assert code(name="Zakład Wod-Kan w Rzeszowie").text.split("|")[4] == "Zakład Wod-Kan w"
    assert len(code(name="W" * 40).text.split("|")[4]) == 20


def test_a_name_of_twenty_characters_stays_whole():
    assert code(name="Wodociągi Dolne Sp.z").text.split("|")[4] == "Wodociągi Dolne Sp.z"


def test_a_bar_in_a_name_becomes_a_space():
    assert code(name="A|B").text.split("|")[4] == "A B"


def test_without_a_nip_the_first_field_is_empty():
    assert code(nip="").text.startswith("|PL|")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"title": "T" * 33}, TitleTooLong),
        ({"title": "FV 1|2"}, FieldUnfit),
        ({"account": "16999123451234000000054321"}, AccountUnfit),
        ({"account": "DE89370400440532013000"}, AccountUnfit),
        ({"account": ""}, AccountUnfit),
        ({"nip": "123"}, NipUnfit),
        ({"amount": Decimal(0)}, AmountUnfit),
        ({"amount": Decimal("-1.00")}, AmountUnfit),
        ({"reserved": ("R" * 21, "", "")}, CodeTooLong),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_where_no_code_is_right_a_sentence_says_so(changes, refusal):
    with pytest.raises(refusal, match=r"\.$") as withheld:
        code(**changes)
    assert isinstance(withheld.value, CodeWithheld)


def test_a_title_of_32_characters_is_carried():
    assert code(title="T" * 32).text.split("|")[5] == "T" * 32


def test_a_full_code_has_160_characters():
    full = code(name="N" * 20, title="T" * 32, reserved=("R" * 20, "R" * 12, "R" * 24))
    assert len(full.text) == 160


def test_the_transfer_code_is_drawn_at_level_l():
    expected = segno.make(code().text, error="L", micro=False, boost_error=False)
    assert code().svg() == svg(code().text, "L")
    assert expected.symbol_size(border=4)[0] == int(etree.fromstring(code().svg()).get("viewBox").split()[2])


def test_a_picture_is_plain_svg_with_a_quiet_zone_and_no_script():
    root = etree.fromstring(svg("https://example.org"))
    assert root.tag.endswith("svg")
    assert root.find(".//{*}script") is None
    assert "style" not in root.attrib


def test_the_same_picture_comes_as_an_address():
    assert svg_uri("text").startswith("data:image/svg+xml")

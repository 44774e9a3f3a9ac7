"""The KSeF number's form and checksum, and the address in KOD I."""

from base64 import urlsafe_b64decode
from datetime import date
from hashlib import sha256

import pytest

from portal.billing.ksef.number import crc8, is_ksef_number, kod_i_url, ksef_number, ksef_number_finding

RIGHT = "1234563218-20261103-0100001AF629-FA"


def test_the_checksum_is_the_published_crc8():
    assert crc8("123456789") == 0xF4  # the check value of this CRC in every catalogue


def test_a_right_number_has_35_characters_and_its_checksum():
    assert len(RIGHT) == 35
    assert is_ksef_number(RIGHT)


def test_a_number_is_made_with_its_checksum():
    assert ksef_number("1234563218", date(2026, 11, 3), "0100001af629") == RIGHT


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("1234563218-20261103-0100001AF629-FB", "ksef_number_checksum"),
        ("1234563218-20261103-010000-1AF629-FA", "ksef_number_older"),
        ("", "ksef_number_shape"),
        ("1234563218-20261103-0100001AF629", "ksef_number_shape"),
        ("1234563218-20261303-0100001AF629-FA", "ksef_number_shape"),
        ("1234563218-20261103-0100001af629-fa", "ksef_number_shape"),
        ("1234563218-20261103-0100001AF629-FA\n", "ksef_number_shape"),
    ],
)
def test_a_wrong_number_is_a_warning_in_a_sentence(number, code):
    finding = ksef_number_finding(number)
    assert finding is not None
    assert (finding.code, finding.severity) == (code, "warning")
    assert finding.sentence.endswith(".")


def test_every_single_changed_character_is_noticed():
    for place in range(32):
        for other in "0123456789ABCDEF":
            changed = RIGHT[:place] + other + RIGHT[place + 1 :]
            assert changed == RIGHT or not is_ksef_number(changed)


def test_kod_i_holds_the_seller_the_day_and_the_digest_without_padding():
    digest = sha256(b"an invoice").digest()
    address = kod_i_url("1234563218", date(2026, 2, 1), digest)
    head, _slash, tail = address.rpartition("/")
    assert head == "https://qr.ksef.mf.gov.pl/invoice/1234563218/01-02-2026"
    assert len(tail) == 43
    assert "=" not in tail
    assert urlsafe_b64decode(tail + "=") == digest


@pytest.mark.parametrize(("nip", "digest"), [("123", b"0" * 32), ("1234563218", b"0" * 31), ("../../etc/", b"0" * 32)])
def test_kod_i_is_not_made_of_anything_else(nip, digest):
    with pytest.raises(ValueError, match=r"\.$"):
        kod_i_url(nip, date(2026, 2, 1), digest)

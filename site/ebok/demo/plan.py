"""What a preset asks of its demo data, and the numbers made as it wants them."""

import random
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.conf import settings
from stdnum.pl import nip as nip_check

from ebok import preset
from portal.billing.ksef.number import ksef_number

FIRST = 12_345  # so that the first customer of a six-digit utility is 012345
WIDEST_STEP = 17
NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


class TooManyCustomers(ValueError):
    """There are not so many customer numbers."""

    def __init__(self, asked: int, most: int) -> None:
        super().__init__(f"{asked} customers do not fit into the customer numbers of this preset; at most {most} do.")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The `[demo]` table of a preset; whatever it leaves out is as here."""

    customer_number_digits: int = 6
    invoice_number: str = "{number}/{month:02}/{year}"
    town: str = "Przykładowo"
    postcodes: tuple[str, ...] = ("00-001",)
    streets: tuple[str, ...] = ("ul. Lipowa", "ul. Łąkowa", "ul. Źródlana", "ul. Klonowa")
    bank_code: str = "99912345"
    account_pool: str = "1234"
    services: tuple[str, ...] = ("water", "sewage")

    @classmethod
    def of(cls, name: str) -> "Plan":
        try:
            stated: dict[str, Any] = preset.read(name).get("demo", {})
        except preset.NoSuchPreset:
            stated = {}
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in stated.items() if key in known
        }
        return cls(**values)

    @classmethod
    def current(cls) -> "Plan":
        return cls.of(settings.EBOK_PRESET)

    def number_of(self, place: int, customers: int) -> str:
        """The customer number of the customer at a place, in rising order."""
        most = 10**self.customer_number_digits - FIRST
        if customers > most:
            raise TooManyCustomers(customers, most)
        step = max(1, min(WIDEST_STEP, most // customers))
        return str(FIRST + place * step).zfill(self.customer_number_digits)

    def number_of_invoice(self, number: str, issued_on: date) -> str:
        return self.invoice_number.format(number=number, month=issued_on.month, year=issued_on.year, day=issued_on.day)

    def account_of(self, number: str) -> str:
        """The individual account: bank, pool and the customer's number, with the check digits in front."""
        rest = f"{self.bank_code}{self.account_pool}{number.zfill(12)}"
        return f"{98 - int(rest + '252100') % 97:02}{rest}"


def make_nip(chance: random.Random) -> str:
    """A tax number with a right check digit, of nobody."""
    while True:
        digits = [chance.randint(1, 9) for _ in NIP_WEIGHTS]
        check = sum(weight * digit for weight, digit in zip(NIP_WEIGHTS, digits, strict=True)) % 11
        found = "".join(map(str, digits)) + str(check)
        if check < 10 and nip_check.is_valid(found):
            return found


def make_ksef_number(chance: random.Random, nip: str, day: date) -> str:
    return ksef_number(nip, day, f"{chance.getrandbits(48):012X}")

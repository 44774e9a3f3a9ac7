"""A process of its own that guesses: `python -m tests.guessing_process NAME TIMES` says how many guesses were looked at."""

import sys
import time
from decimal import Decimal

import django

django.setup()

from django.test import Client  # noqa: E402 - after Django is ready
from django.utils import translation  # noqa: E402 - as above

from portal.billing.proof import NotProven, prove_invoice  # noqa: E402 - as above

LOOKED_AT = "Nie możemy Cię zalogować tymi danymi."


def an_invoice(person: str) -> bool:
    """Each with a browser of its own, so that the invoice's own count must stop them."""
    answer = prove_invoice(number="012345/11/2026", amount=Decimal("99.00"), person=person, address="")
    return isinstance(answer, NotProven)


def a_password(_person: str) -> bool:
    page = Client().post("/konto/zaloguj/", {"login": "anna@example.pl", "password": "nie-to-haslo-wcale"})
    return LOOKED_AT in page.content.decode()


def main() -> None:
    name, times = sys.argv[1], int(sys.argv[2])
    translation.activate("pl")
    print("ready", flush=True)
    start = float(sys.stdin.readline())
    time.sleep(max(0.0, start - time.time()))  # all begin at one moment
    for guess in (an_invoice, a_password):
        print(sum(guess(f"{name}-{number}") for number in range(times)), flush=True)


main()

"""The PDFs of a demo's notes, demands and other sales."""

from typing import Any

from django.utils.html import escape

from ebok.demo.cast import Member
from ebok.demo.fa3 import Side
from portal import money, pdf

MOST = 24  # a large demo need not print thousands
TITLES = {
    "interest_note": "Nota odsetkowa",
    "other_sale": "Rachunek za usługę",
    "debit_note": "Nota obciążeniowa",
    "credit_note": "Nota uznaniowa",
    "demand": "Wezwanie do zapłaty",
}
WORDS = {
    "interest_note": "Odsetki ustawowe za opóźnienie w zapłacie faktury.",
    "other_sale": "Wymiana i zaplombowanie wodomierza ogrodowego.",
    "debit_note": "Koszt wezwania i sprawdzenia wodomierza.",
    "credit_note": "Uznanie reklamacji: kwota noty obciążeniowej jest anulowana.",
    "demand": "Na Twoim koncie są faktury po terminie. Prosimy o zapłatę albo kontakt z Biurem Obsługi Klienta.",
}


def document(seller: Side, member: Member, row: dict[str, Any]) -> bytes:
    title = f"{TITLES[row['kind']]} {row['number']}"
    facts = (
        ("Wystawca", f"{seller.name}, {seller.street}, {seller.town}"),
        ("Odbiorca", f"{member.buyer}, {member.street}, {member.postcode} {member.town}"),
        ("Numer klienta", member.number),
        ("Data", f"{row['issued_on']:%d.%m.%Y}"),
        ("Termin zapłaty", f"{row['due_on']:%d.%m.%Y}"),
        ("Kwota", money.zloty(row["amount"])),
        ("Rachunek", member.account),
    )
    listed = "".join(f"<p><strong>{escape(name)}:</strong> {escape(value)}</p>" for name, value in facts)
    return pdf.render(
        f"<h1>{escape(title)}</h1><p>{escape(WORDS[row['kind']])}</p>{listed}", title=title, language="pl"
    )

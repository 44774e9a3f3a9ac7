"""The printed invoice against the file, the file read independently of our reader."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from io import BytesIO

import pytest
from lxml import etree
from pypdf import PdfReader

from portal.billing.ksef.number import kod_i_url
from portal.billing.ksef.reader import read_invoice
from portal.billing.ksef.rendering import Extras, KsefNumberMissing, Look, invoice_pdf, ksef_codes, sheet_pdf
from portal.billing.ksef.sheet import grouped_account
from tests.portal.billing.ksef_files import SHARED, invoice_file, needs_samples

LOOK = Look(name="Wodociągi Dolne", colour="#0a5c7d")
KSEF_NUMBER = "1234563218-20261103-0100001AF629-FA"
KOD_II = "https://qr.ksef.mf.gov.pl/certificate/Nip/1234563218/1234563218/01F20A5D352AE590/UtQp9Gpc51y/signature"
NAMES = {"fa": "http://crd.gov.pl/wzor/2025/06/25/13775/"}


def text_of(pdf: bytes) -> str:
    """With every kind of space as one, as a reader sees it."""
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def links_of(pdf: bytes) -> list[str]:
    return [
        str(note.get_object()["/A"]["/URI"])
        for page in PdfReader(BytesIO(pdf)).pages
        for note in page.get("/Annots", [])
    ]


def polish(number: str, places: int = 2) -> str:
    """Reckoned here on our own: "-1234.5" → "−1 234,50"."""
    whole, _point, rest = number.lstrip("-").partition(".")
    grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", " ", whole)
    fraction = rest.ljust(places, "0")
    return ("\u2212" if number.startswith("-") else "") + grouped + (f",{fraction}" if fraction else "")


def polish_day(day: str) -> str:
    return ".".join(reversed(day.split("-")))


def polish_zloty(number: str) -> str:
    return f"{polish(number)} zł"


def in_fours(account: str) -> str:
    return f"{account[:2]} " + " ".join(account[start : start + 4] for start in range(2, 26, 4))


AS_IT_STANDS = (
    *("P_2", "Nazwa", "NIP", "AdresL1", "AdresL2", "NrKlienta", "NrUmowy", "NazwaBanku"),
    *("P_7", "PKWiU", "P_8A", "Klucz", "Wartosc", "Powod"),
    *("PrzyczynaKorekty", "NrFaKorygowanej", "NrKSeFFaKorygowanej"),
)
PRINTED = {
    **dict.fromkeys(AS_IT_STANDS, str),
    **dict.fromkeys(("P_1", "P_6_Od", "P_6_Do", "Termin", "DataUmowy", "DataWystFaKorygowanej"), polish_day),
    **dict.fromkeys(("P_9A", "P_11", "P_13_2", "P_14_2"), polish),
    **dict.fromkeys(("P_15", "Kwota", "DoZaplaty"), polish_zloty),
    "NrRB": in_fours,
}
WATER = ["fa3-water-consumer-brakid", "fa3-water-business-nip", "fa3-water-business-correction-kor"]


@needs_samples
@pytest.mark.parametrize("name", WATER)
def test_the_print_holds_what_the_file_holds(name):
    data = (SHARED / "samples" / f"{name}.xml").read_bytes()
    root = etree.fromstring(data)
    text = text_of(invoice_pdf(data, look=LOOK))

    for path, printed in PRINTED.items():
        for found in root.iterfind(f".//fa:{path}", NAMES):
            assert printed(str(found.text)) in text, (path, found.text)
    for line in root.iterfind(".//fa:FaWiersz", NAMES):
        quantity, unit = (line.findtext(f"fa:{field}", namespaces=NAMES) for field in ("P_8B", "P_8A"))
        assert f"{polish(quantity, 0)} {unit}" in text
        assert f"{line.findtext('fa:P_12', namespaces=NAMES)}%" in text


@needs_samples
def test_a_correction_shows_the_difference_of_each_line():
    data = (SHARED / "samples" / "fa3-water-business-correction-kor.xml").read_bytes()
    text = text_of(invoice_pdf(data, look=LOOK))
    for difference in ("\u221210 m3 \u221262,70", "\u221210 m3 \u221276,50"):
        assert difference in text


# Fields that are told in other words (kinds, marks, codes), or not at all because they say no or belong to the envelope.
TOLD_IN_WORDS = {
    *("KodFormularza", "WariantFormularza", "DataWytworzeniaFa", "SystemInfo", "RodzajFaktury", "TypKorekty"),
    *("JST", "GV", "BrakID", "Rola", "FormaPlatnosci", "Zaplacono", "StanPrzed", "StanPrzedZ", "NrKSeF", "FP", "TP"),
    *("P_16", "P_17", "P_18", "P_18A", "P_19", "P_19N", "P_22N", "P_23", "P_PMarzy", "P_PMarzyN", "P_PMarzy_3_1"),
    *("KodWaluty", "P_12", "P_12Z", "ZnacznikZaplatyCzesciowej", "UU_ID", "UU_IDZ", "NrWiersza", "KodUE"),
    *("SumaObciazen", "SumaOdliczen", "NrWierszaFa", "NrWierszaZam", "KodKraju", "P_14_1W", "P_14_2W"),
}


def bare(text: str) -> str:
    return "".join(text.split())


def ways_to_write(text: str) -> set[str]:
    """As it stands, as a Polish number with as many decimals or at least two, as a day, as an account in fours."""
    found = {text, polish_day(text[:10])}
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        found |= {polish(text, 0), polish(text)}
    return {bare(each) for each in found}


@cache
def print_of(path):
    return text_of(invoice_pdf(path.read_bytes(), look=LOOK))


@needs_samples
@pytest.mark.parametrize("path", sorted(SHARED.glob("samples/*.xml")), ids=lambda path: path.stem)
def test_every_field_of_every_sample_is_in_its_print(path):
    """Read by lxml alone, leaf by leaf."""
    data = path.read_bytes()
    text = bare(print_of(path))
    for leaf in etree.fromstring(data).iter("{*}*"):
        name, value = etree.QName(leaf).localname, " ".join((leaf.text or "").split())
        if len(leaf) or not value or name in TOLD_IN_WORDS:
            continue
        assert any(way in text for way in ways_to_write(value)), (name, value)


# Amounts that the print shows once for each time the file names them, and what they are followed by.
OF_A_LINE = ("P_11", "P_11A", "P_11NettoZ", "P_11VatZ", "P_13_1", "P_13_2", "P_13_3", "P_14_1", "P_14_2", "P_14_3")
WITH_CURRENCY = ("P_15", "Kwota", "DoZaplaty", "DoRozliczenia", "WartoscZamowienia")
TITLES = {
    "VAT": "Faktura VAT",
    "KOR": "Faktura korygująca",
    "ZAL": "Faktura zaliczkowa",
    "ROZ": "Faktura rozliczeniowa",
    "UPR": "Faktura uproszczona",
    "KOR_ZAL": "Korekta faktury zaliczkowej",
    "KOR_ROZ": "Korekta faktury rozliczeniowej",
}
FORMS = {"1": "gotówka", "6": "przelew"}


def times(figure: str, text: str) -> int:
    """How often it stands as a whole figure: 100,00 is neither in 5100,00 nor in 100,005 nor in −100,00."""
    return len(re.findall(rf"(?<![\d,\u2212]){re.escape(figure)}(?![\d,])", text))


@needs_samples
@pytest.mark.parametrize("path", sorted(SHARED.glob("samples/*.xml")), ids=lambda path: path.stem)
def test_every_amount_rate_and_kind_of_every_sample_stands_as_a_whole_in_its_print(path):
    root, text = etree.fromstring(path.read_bytes()), print_of(path)

    def all_of(*names: str) -> list[str]:
        return [found.text for name in names for found in root.iter(f"{{*}}{name}")]

    def the(name: str) -> str:
        return root.findtext(f".//{{*}}{name}")

    for figure, count in Counter(polish(value) for value in all_of(*OF_A_LINE)).items():
        assert times(figure, text) >= count, figure
    unit = {"PLN": "zł"}.get(the("KodWaluty"), the("KodWaluty"))
    for value in all_of(*WITH_CURRENCY):
        assert times(f"{polish(value)} {unit}", text), value
    for price in all_of("P_9A", "P_9B"):
        assert times(polish(price), text), price
    for rate in set(all_of("P_12", "P_12Z")):
        assert (f"{rate}%" if rate.isdigit() else "0% (WDT)") in text, rate
    assert f"{TITLES[the('RodzajFaktury')]} {the('P_2')}" in text
    for form in all_of("FormaPlatnosci"):
        assert FORMS[form] in text
    assert ("Zapłacono" in text) is bool(all_of("Zaplacono", "ZnacznikZaplatyCzesciowej"))


def test_the_print_says_where_to_check_it_and_that_it_is_a_duplicate():
    address = "https://ebok.example/konto/sprawdz-fakture/?faktura=1"
    extras = Extras(check=address, duplicate_on=date(2026, 11, 20))
    pdf = invoice_pdf(invoice_file(), look=LOOK, extras=extras)
    assert address in links_of(pdf)
    assert "DUPLIKAT" in text_of(pdf)
    assert "20.11.2026" in text_of(pdf)
    assert "DUPLIKAT" not in text_of(invoice_pdf(invoice_file(), look=LOOK))


def test_the_amount_to_pay_leads_and_is_the_invoice_s_own():
    text = text_of(invoice_pdf(invoice_file(), look=LOOK))
    assert text.index("97,50 zł") < text.index("108,00 zł")
    assert "15 9991 2345 1234 0000 0005 4321" in text


def test_figures_keep_the_decimals_of_the_file():
    text = text_of(invoice_pdf(invoice_file(), look=LOOK))
    assert "7,5 m3 6,6667 50,00" in text
    assert "8 m3 6,25 50,00" in text


def test_a_paid_invoice_is_not_asked_for_again():
    invoice = read_invoice(invoice_file())
    paid = replace(invoice, settlement=None, payment=replace(invoice.payment, is_paid=True))
    unpaid = replace(paid, payment=invoice.payment)
    assert text_of(sheet_pdf(paid, look=LOOK)) != text_of(sheet_pdf(unpaid, look=LOOK))


def test_without_ksef_there_is_no_code():
    pdf = invoice_pdf(invoice_file(), look=LOOK)
    assert links_of(pdf) == []
    assert KSEF_NUMBER not in text_of(pdf)


def test_online_prints_kod_i_with_the_number_below():
    data = invoice_file()
    pdf = invoice_pdf(data, look=LOOK, ksef_mode="online", ksef_number=KSEF_NUMBER)
    invoice = read_invoice(data)
    assert links_of(pdf) == [kod_i_url("1234563218", invoice.issued_on, sha256(data).digest())]
    assert KSEF_NUMBER in text_of(pdf)
    assert "OFFLINE" not in text_of(pdf)


def test_offline_prints_both_codes_as_they_came():
    pdf = invoice_pdf(invoice_file(), look=LOOK, ksef_mode="offline", kod_ii=KOD_II)
    kod_i, kod_ii = links_of(pdf)
    assert kod_i.startswith("https://qr.ksef.mf.gov.pl/invoice/1234563218/03-11-2026/")
    assert kod_ii == KOD_II
    assert "OFFLINE" in text_of(pdf)
    assert "CERTYFIKAT" in text_of(pdf)


def test_online_without_a_number_is_refused():
    with pytest.raises(KsefNumberMissing, match=r"\.$"):
        invoice_pdf(invoice_file(), look=LOOK, ksef_mode="online")


def test_one_changed_byte_changes_kod_i():
    invoice = read_invoice(invoice_file())
    addresses = {
        ksef_codes(invoice, digest=sha256(data).digest(), ksef_number=KSEF_NUMBER, ksef_mode="online", kod_ii=None)[
            0
        ].address
        for data in (invoice_file(), invoice_file() + b"\n")
    }
    assert len(addresses) == 2


def test_names_with_signs_of_html_are_printed_as_they_are():
    data = invoice_file(("Łucja Żółć", "A&amp;B &lt;b&gt;Sp. z o.o.&lt;/b&gt;"))
    assert "A&B <b>Sp. z o.o.</b>" in text_of(invoice_pdf(data, look=LOOK))


def test_the_same_invoice_gives_the_same_bytes():
    assert invoice_pdf(invoice_file(), look=LOOK) == invoice_pdf(invoice_file(), look=LOOK)


def test_the_document_is_tagged_titled_and_polish():
    reader = PdfReader(BytesIO(invoice_pdf(invoice_file(), look=LOOK)))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "pl"
    assert reader.metadata is not None
    assert "000123/11/2026" in str(reader.metadata.title)


def test_a_long_invoice_repeats_its_headings_and_numbers_its_pages():
    invoice = read_invoice(invoice_file())
    many = tuple(replace(invoice.lines[0], number=number + 1) for number in range(90))
    pages = PdfReader(BytesIO(sheet_pdf(replace(invoice, lines=many), look=LOOK))).pages
    assert len(pages) > 2
    assert all(invoice.number in page.extract_text() for page in pages)
    assert f"{len(pages)}" in pages[-1].extract_text().splitlines()[-1]


def test_an_invoice_from_rows_needs_no_file():
    invoice = replace(read_invoice(invoice_file()), vat_summary=(), settlement=None)
    text = text_of(sheet_pdf(invoice, look=Look(name="Wodociągi Dolne"), is_structured=False))
    assert "108,00 zł" in text
    assert "XML" not in text


@pytest.mark.parametrize(
    ("account", "grouped"),
    [
        ("15999123451234000000054321", "15 9991 2345 1234 0000 0005 4321"),
        ("PL15999123451234000000054321", "PL15 9991 2345 1234 0000 0005 4321"),
        ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ],
)
def test_accounts_are_grouped_in_fours(account, grouped):
    assert grouped_account(account) == grouped


def test_a_foreign_currency_is_named():
    invoice = replace(read_invoice(invoice_file()), currency="EUR", settlement=None, gross=Decimal("1234.50"))
    assert "1 234,50 EUR" in text_of(sheet_pdf(invoice, look=LOOK))

"""What of an FA(3) file the print has no place of its own for, field by field, so that nothing of it is kept back."""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

OTHER = "other"
# Elements that are told whole, as parts of their own.
PARTS = (
    "Zalacznik",
    "PodmiotUpowazniony",
    "WZ",
    "ZaliczkaCzesciowa",
    "NowySrodekTransportu",
    "Skonto",
    "LinkDoPlatnosci",
    "IPKSeF",
    "Zamowienia",
    "NrPartiiTowaru",
    "WarunkiDostawy",
    "KursUmowny",
    "WalutaUmowna",
    "Transport",
)
# Fields that say no, repeat the envelope, or are told in other words (`NrKSeF` = 1: there is a number beside it).
SILENT = frozenset({"P_22N", "P_PMarzy", "P_PMarzyN", "P_19N", "BrakID", "NrKSeF", "NrKSeFN"})
READ = frozenset(
    {
        *("AdresL1", "AdresL2", "CN", "CNZ", "DataUmowy", "DataWystFaKorygowanej", "DataZaplaty", "DoRozliczenia"),
        *("DataZaplatyCzesciowej", "DoZaplaty", "Email", "FP", "FormaPlatnosci", "GV", "IDWew", "Ilosc", "JST", "KRS"),
        *("Jednostka", "Klucz", "KodKraju", "KodUE", "KodWaluty", "Kwota", "KwotaZaplatyCzesciowej", "NIP", "Nazwa"),
        *("NazwaBanku", "NrFaKorygowanej", "NrFaKorygowany", "NrFaZaliczkowej", "NrID", "NrKSeFFaKorygowanej", "NrRB"),
        *("NrKSeFFaZaliczkowej", "NrKlienta", "NrUmowy", "NrVatUE", "NrWiersza", "NrWierszaFa", "NrWierszaZam", "BDO"),
        *("OkresFaKorygowanej", "OpisPlatnosci", "OpisRachunku", "OpisRoli", "PKOB", "PKOBZ", "PKWiU", "PKWiUZ", "TP"),
        *(
            "P_1",
            "P_10",
            "P_11",
            "P_11A",
            "P_11NettoZ",
            "P_11Vat",
            "P_11VatZ",
            "P_12",
            "P_12Z",
            "P_12Z_XII",
            "P_12_XII",
        ),
        *("P_15", "P_15ZK", "P_16", "P_17", "P_18", "P_18A", "P_19", "P_19A", "P_19B", "P_19C", "P_1M", "P_2", "P_22"),
        *("P_23", "P_6", "P_6A", "P_6_Do", "P_6_Od", "P_7", "P_7Z", "P_8A", "P_8AZ", "P_8B", "P_8BZ", "P_9A", "P_9AZ"),
        *("P_9B", "P_PMarzy_2", "P_PMarzy_3_1", "P_PMarzy_3_2", "P_PMarzy_3_3", "PelnaNazwa", "Powod", "REGON", "Rola"),
        *("PrzyczynaKorekty", "RodzajFaktury", "SWIFT", "StanPrzed", "StanPrzedZ", "StopkaFaktury", "SumaObciazen"),
        *(
            "SumaOdliczen",
            "Telefon",
            "Termin",
            "TypKorekty",
            "UU_ID",
            "UU_IDZ",
            "Udzial",
            "WartoscZamowienia",
            "Wartosc",
        ),
        *("ZdarzeniePoczatkowe", "Zaplacono", "ZnacznikZaplatyCzesciowej"),
    }
)
ROWS = frozenset({"TNaglowek", "Wiersz", "Suma"})  # of a table in an attachment: told as one line
PAIRS = {"MetaDane": ("ZKlucz", "ZWartosc"), "TMetaDane": ("TKlucz", "TWartosc")}
BETWEEN_CELLS = " | "


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the file: `name` as FA(3) has it, or OTHER; each field by its name there and its text."""

    name: str
    rows: tuple[tuple[str, str], ...]


def rest(root: etree._Element) -> tuple[Part, ...]:
    """Every field that says something and is not read elsewhere, in the order of the file."""
    found: dict[str, list[tuple[str, str]]] = {}
    for child in root:
        if _name(child) != "Naglowek":
            for name, row in _of(child, ""):
                found.setdefault(name, []).append(row)
    return tuple(Part(name=name, rows=tuple(rows)) for name, rows in found.items())


def _of(element: etree._Element, line: str) -> Iterator[tuple[str, tuple[str, str]]]:
    name = _name(element)
    if name in PARTS:
        yield from ((name, row) for row in _told(element, ()))
        return
    children = _elements(element)
    if not children:
        text = _text(element)
        is_read = name in READ or name in SILENT or name.startswith(("P_13_", "P_14_"))
        if text and not is_read:
            yield OTHER, (" ".join(part for part in (name, line) if part), text)
        return
    number = element.findtext("{*}NrWierszaFa") or element.findtext("{*}NrWierszaZam")
    for child in children:
        yield from _of(child, f"({number})" if number else line)


def _told(element: etree._Element, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every leaf below; a line of a table and a key with its value are one row each."""
    name, children = _name(element), _elements(element)
    if name in ROWS and children:
        yield name, BETWEEN_CELLS.join(_text(leaf) for leaf in element.iter("{*}NKom", "{*}WKom", "{*}SKom"))
    elif name in PAIRS:
        key, value = (element.findtext(f"{{*}}{field}") or "" for field in PAIRS[name])
        yield key.strip(), value.strip()
    elif children:
        for child in children:
            yield from _told(child, (*above, _name(child)))
    elif text := _text(element):
        yield " › ".join(above or (name,)), text


def _elements(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _text(element: etree._Element) -> str:
    return " ".join((element.text or "").split())

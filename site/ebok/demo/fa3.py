"""Writing an FA(3) invoice as a billing system does, for a demo's own customers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from portal.billing.ksef.safe_xml import NAMESPACE

BANK = "Bank Przykładowy S.A."


@dataclass(frozen=True, kw_only=True)
class Side:
    """Seller or buyer."""

    name: str
    street: str
    town: str  # with its postcode
    nip: str = ""  # empty: a consumer, who has none
    email: str = ""
    phone: str = ""
    customer_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    words: str
    classification: str
    unit: str
    quantity: int
    price: Decimal
    is_before: bool = False

    @property
    def net(self) -> Decimal:
        return (self.quantity * self.price).quantize(Decimal("0.01"))


@dataclass(frozen=True, kw_only=True)
class Corrected:
    number: str
    issued_on: date
    ksef_number: str = ""
    reason: str = "Błędny odczyt wodomierza"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything that stands on one invoice."""

    seller: Side
    buyer: Side
    number: str
    issued_on: date
    place: str
    period: tuple[date, date]
    due_on: date
    lines: tuple[Line, ...]
    net: Decimal
    vat: Decimal
    account: str
    contract: tuple[str, date]
    notes: tuple[tuple[str, str], ...] = ()
    deduction: Decimal = Decimal(0)  # an overpayment counted to it
    corrected: Corrected | None = None

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat

    @property
    def to_pay(self) -> Decimal:
        return self.gross - self.deduction


def tag(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


NOTHING_SPECIAL = (
    "<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A><Zwolnienie><P_19N>1</P_19N></Zwolnienie>"
    "<NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu><P_23>2</P_23><PMarzy><P_PMarzyN>1</P_PMarzyN>"
    "</PMarzy></Adnotacje>"
)


def write(sheet: Sheet) -> bytes:
    """The file; the same invoice gives the same bytes."""
    content = (*_head(sheet), *_body(sheet), *_foot(sheet))
    return "\n".join(part for part in content if part).encode()


def _head(sheet: Sheet) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<Faktura xmlns="{NAMESPACE}">'
    form = '<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza><WariantFormularza>3</WariantFormularza>'
    made = tag("DataWytworzeniaFa", f"{sheet.issued_on}T08:00:00Z")
    yield f"<Naglowek>{form}{made}<SystemInfo>Demo</SystemInfo></Naglowek>"
    yield f"<Podmiot1>{_identity(sheet.seller)}{_address(sheet.seller)}{_contact(sheet.seller)}</Podmiot1>"
    number = tag("NrKlienta", sheet.buyer.customer_number)
    yield f"<Podmiot2>{_identity(sheet.buyer)}{_address(sheet.buyer)}{number}<JST>2</JST><GV>2</GV></Podmiot2>"


def _body(sheet: Sheet) -> Iterator[str]:
    yield "<Fa><KodWaluty>PLN</KodWaluty>"
    yield tag("P_1", sheet.issued_on) + tag("P_1M", sheet.place) + tag("P_2", sheet.number)
    yield f"<OkresFa>{tag('P_6_Od', sheet.period[0])}{tag('P_6_Do', sheet.period[1])}</OkresFa>"
    yield tag("P_13_2", sheet.net) + tag("P_14_2", sheet.vat) + tag("P_15", sheet.gross)
    yield NOTHING_SPECIAL
    yield _kind(sheet.corrected)
    for key, value in sheet.notes:
        yield f"<DodatkowyOpis>{tag('Klucz', key)}{tag('Wartosc', value)}</DodatkowyOpis>"
    for number, line in enumerate(sheet.lines, 1):
        yield _line(number, line)
    yield _settlement(sheet)


def _foot(sheet: Sheet) -> Iterator[str]:
    due = f"<TerminPlatnosci>{tag('Termin', sheet.due_on)}</TerminPlatnosci><FormaPlatnosci>6</FormaPlatnosci>"
    account = f"<RachunekBankowy>{tag('NrRB', sheet.account)}{tag('NazwaBanku', BANK)}</RachunekBankowy>"
    yield f"<Platnosc>{due}{account}</Platnosc>"
    number, signed_on = sheet.contract
    contract = f"<Umowy>{tag('DataUmowy', signed_on)}{tag('NrUmowy', number)}</Umowy>"
    yield f"<WarunkiTransakcji>{contract}</WarunkiTransakcji>"
    yield "</Fa></Faktura>\n"


def _identity(side: Side) -> str:
    number = tag("NIP", side.nip) if side.nip else "<BrakID>1</BrakID>"
    return f"<DaneIdentyfikacyjne>{number}{tag('Nazwa', side.name)}</DaneIdentyfikacyjne>"


def _address(side: Side) -> str:
    return f"<Adres><KodKraju>PL</KodKraju>{tag('AdresL1', side.street)}{tag('AdresL2', side.town)}</Adres>"


def _contact(side: Side) -> str:
    email = tag("Email", side.email) if side.email else ""
    phone = tag("Telefon", side.phone) if side.phone else ""
    return f"<DaneKontaktowe>{email}{phone}</DaneKontaktowe>" if email or phone else ""


def _kind(corrected: Corrected | None) -> str:
    if corrected is None:
        return "<RodzajFaktury>VAT</RodzajFaktury>"
    ksef = (
        f"<NrKSeF>1</NrKSeF>{tag('NrKSeFFaKorygowanej', corrected.ksef_number)}"
        if corrected.ksef_number
        else "<NrKSeFN>1</NrKSeFN>"
    )
    return (
        f"<RodzajFaktury>KOR</RodzajFaktury>{tag('PrzyczynaKorekty', corrected.reason)}<TypKorekty>2</TypKorekty>"
        f"<DaneFaKorygowanej>{tag('DataWystFaKorygowanej', corrected.issued_on)}"
        f"{tag('NrFaKorygowanej', corrected.number)}{ksef}</DaneFaKorygowanej>"
    )


def _line(number: int, line: Line) -> str:
    before = "<StanPrzed>1</StanPrzed>" if line.is_before else ""
    return (
        f"<FaWiersz>{tag('NrWierszaFa', number)}{tag('P_7', line.words)}{tag('PKWiU', line.classification)}"
        f"{tag('P_8A', line.unit)}{tag('P_8B', line.quantity)}{tag('P_9A', line.price)}{tag('P_11', line.net)}"
        f"<P_12>8</P_12>{before}</FaWiersz>"
    )


def _settlement(sheet: Sheet) -> str:
    if not sheet.deduction:
        return ""
    return (
        f"<Rozliczenie><Odliczenia>{tag('Kwota', sheet.deduction)}<Powod>Nadpłata z poprzedniego okresu</Powod></Odliczenia>"
        f"{tag('SumaOdliczen', sheet.deduction)}{tag('DoZaplaty', sheet.to_pay)}</Rozliczenie>"
    )

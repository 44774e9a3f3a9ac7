"""Reading an FA(3) file into what the invoice says, nothing added and nothing reckoned."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from lxml import etree

from portal.billing.ksef.invoice import (
    Account,
    Contract,
    CorrectedInvoice,
    Correction,
    Description,
    FaInvoice,
    Finding,
    Line,
    Order,
    PartPayment,
    Party,
    Payment,
    RateSum,
    Register,
    Settlement,
    SettlementItem,
)
from portal.billing.ksef.rest import rest
from portal.billing.ksef.safe_xml import NAMESPACE, NotAnInvoice, open_invoice
from portal.billing.ksef.structure import check_structure
from portal.billing.ksef.substance import check_substance

__all__ = ["FaInvoice", "Finding", "NotAnInvoice", "check_structure", "check_substance", "read_invoice"]

SLOTS = ("1", "2", "3", "4", "5", "6_1", "6_2", "6_3", "7", "8", "9", "10", "11")
YES_OR_NO = ("P_16", "P_17", "P_18", "P_18A", "P_23")
MARKS = ("P_19", "P_22", "P_PMarzy_2", "P_PMarzy_3_1", "P_PMarzy_3_2", "P_PMarzy_3_3")


class Node:
    """An element of the file, asked for its children by their FA(3) names."""

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def all(self, name: str) -> Iterator["Node"]:
        return (Node(child) for child in self._element.iterchildren(f"{{{NAMESPACE}}}{name}"))

    def one(self, *path: str) -> "Node | None":
        element = self._element  # a file of a page is asked a hundred times: no Node for each step of the way
        for name in path:
            found = next(element.iterchildren(f"{{{NAMESPACE}}}{name}"), None)
            if found is None:
                return None
            element = found
        return Node(element)

    def has(self, name: str) -> bool:
        return next(self._element.iter(f"{{{NAMESPACE}}}{name}"), None) is not None

    def text(self, *path: str) -> str | None:
        node = self.one(*path)
        return node.content if node else None

    def texts(self, name: str, *path: str) -> tuple[str, ...]:
        found = (node.text(*path) for node in self.all(name))
        return tuple(text for text in found if text)

    def required(self, *path: str) -> str:
        text = self.text(*path)
        if text is None:
            raise NotAnInvoice(_("The invoice does not give %(field)s.") % {"field": path[-1]}, self.line)
        return text

    def amount(self, *path: str) -> Decimal | None:
        text = self.text(*path)
        return self._decimal(text, path[-1]) if text is not None else None

    def required_amount(self, *path: str) -> Decimal:
        return self._decimal(self.required(*path), path[-1])

    def day(self, *path: str) -> date | None:
        text = self.text(*path)
        return self._date(text, path[-1]) if text is not None else None

    def required_day(self, *path: str) -> date:
        return self._date(self.required(*path), path[-1])

    def is_marked(self, *path: str) -> bool:
        return self.text(*path) == "1"

    @property
    def content(self) -> str | None:
        return (self._element.text or "").strip() or None

    @property
    def line(self) -> int | None:
        return self._element.sourceline  # type: ignore[return-value]  # lxml's stubs leave it open

    def _decimal(self, text: str, field: str) -> Decimal:
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or "e" in text.lower() or "_" in text:
            sentence = _("“%(text)s” in %(field)s is not a number.") % {"text": text, "field": field}
            raise NotAnInvoice(sentence, self.line)
        return number

    def _date(self, text: str, field: str) -> date:
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            sentence = _("“%(text)s” in %(field)s is not a date.") % {"text": text, "field": field}
            raise NotAnInvoice(sentence, self.line) from None


def read_invoice(data: bytes) -> FaInvoice:
    """What the file says. Raises NotAnInvoice when it cannot be read as FA(3); whether it adds up is not asked here."""
    element = open_invoice(data)
    root = Node(element)
    fa, seller, buyer = root.one("Fa"), root.one("Podmiot1"), root.one("Podmiot2")
    if fa is None or seller is None or buyer is None:
        raise NotAnInvoice(_("The invoice lacks its seller, its buyer or its content."), root.line)
    kind = fa.required("RodzajFaktury")
    return FaInvoice(
        number=fa.required("P_2"),
        issued_on=fa.required_day("P_1"),
        issued_at=fa.text("P_1M"),
        supplied_on=fa.day("P_6"),
        period_from=fa.day("OkresFa", "P_6_Od"),
        period_until=fa.day("OkresFa", "P_6_Do"),
        kind=kind,
        currency=fa.required("KodWaluty"),
        seller=_party(seller),
        buyer=_party(buyer),
        third_parties=tuple(_party(node) for node in root.all("Podmiot3")),
        gross=fa.required_amount("P_15"),
        lines=tuple(_line(node) for node in fa.all("FaWiersz")),
        vat_summary=tuple(_vat_summary(fa)),
        settlement=_settlement(fa.one("Rozliczenie")),
        payment=_payment(fa.one("Platnosc")),
        correction=_correction(fa) if kind.startswith("KOR") else None,
        annotations=tuple(_annotations(fa)),
        exemption_basis=_exemption_basis(fa),
        descriptions=tuple(_description(node) for node in fa.all("DodatkowyOpis")),
        contracts=tuple(_contracts(fa.one("WarunkiTransakcji"))),
        advance_invoices=tuple(_advance_invoices(fa)),
        order=_order(fa.one("Zamowienie")),
        footer=_footer(root.one("Stopka")),
        registers=tuple(_registers(root.one("Stopka"))),
        rest=rest(element),
    )


def _party(node: Node) -> Party:
    identity = "DaneIdentyfikacyjne"
    foreign = (node.text(identity, "KodUE") or node.text(identity, "KodKraju") or "") + (
        node.text(identity, "NrVatUE") or node.text(identity, "NrID") or node.text(identity, "IDWew") or ""
    )
    return Party(
        name=node.text(identity, "Nazwa") or "",
        nip=node.text(identity, "NIP"),
        other_number=foreign or None,
        address=_address(node.one("Adres")),
        mailing_address=_address(node.one("AdresKoresp")),
        country=node.text("Adres", "KodKraju") or "PL",
        emails=node.texts("DaneKontaktowe", "Email"),
        phones=node.texts("DaneKontaktowe", "Telefon"),
        customer_number=node.text("NrKlienta"),
        role=node.text("Rola") or node.text("OpisRoli"),
        share=node.amount("Udzial"),
        is_local_government_unit=node.is_marked("JST"),
        is_vat_group_member=node.is_marked("GV"),
    )


def _address(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    lines = (node.text("AdresL1"), node.text("AdresL2"))
    return tuple(line for line in lines if line)


def _whole(node: Node, field: str) -> int:
    number = node.required_amount(field)
    if number != number.to_integral_value():
        raise NotAnInvoice(_("“%(text)s” in %(field)s is not a number.") % {"text": number, "field": field}, node.line)
    return int(number)


def _line(node: Node) -> Line:
    return Line(
        number=_whole(node, "NrWierszaFa"),
        name=node.text("P_7"),
        unit=node.text("P_8A"),
        quantity=node.amount("P_8B"),
        unit_net=node.amount("P_9A"),
        unit_gross=node.amount("P_9B"),
        discount=node.amount("P_10"),
        net=node.amount("P_11"),
        gross=node.amount("P_11A"),
        vat=node.amount("P_11Vat"),
        vat_rate=node.text("P_12") or node.text("P_12_XII"),
        supplied_on=node.day("P_6A"),
        classification=node.text("PKWiU") or node.text("CN") or node.text("PKOB"),
        unique_id=node.text("UU_ID"),
        is_before=node.is_marked("StanPrzed"),
    )


def _order(node: Node | None) -> Order | None:
    if node is None:
        return None
    lines = (
        Line(
            number=_whole(row, "NrWierszaZam"),
            name=row.text("P_7Z"),
            unit=row.text("P_8AZ"),
            quantity=row.amount("P_8BZ"),
            unit_net=row.amount("P_9AZ"),
            net=row.amount("P_11NettoZ"),
            vat=row.amount("P_11VatZ"),
            vat_rate=row.text("P_12Z") or row.text("P_12Z_XII"),
            classification=row.text("PKWiUZ") or row.text("CNZ") or row.text("PKOBZ"),
            unique_id=row.text("UU_IDZ"),
            is_before=row.is_marked("StanPrzedZ"),
        )
        for row in node.all("ZamowienieWiersz")
    )
    return Order(value=node.required_amount("WartoscZamowienia"), lines=tuple(lines))


def _vat_summary(fa: Node) -> Iterator[RateSum]:
    for slot in SLOTS:
        net = fa.amount(f"P_13_{slot}")
        if net is not None:
            yield RateSum(
                slot=slot,
                net=net,
                vat=fa.amount(f"P_14_{slot}"),
                vat_in_zloty=fa.amount(f"P_14_{slot}W"),
            )


def _settlement(node: Node | None) -> Settlement | None:
    if node is None:
        return None
    return Settlement(
        charges=tuple(_settlement_items(node, "Obciazenia")),
        charges_total=node.amount("SumaObciazen"),
        deductions=tuple(_settlement_items(node, "Odliczenia")),
        deductions_total=node.amount("SumaOdliczen"),
        to_pay=node.amount("DoZaplaty"),
        to_settle=node.amount("DoRozliczenia"),
    )


def _settlement_items(node: Node, name: str) -> Iterator[SettlementItem]:
    for item in node.all(name):
        yield SettlementItem(amount=item.required_amount("Kwota"), reason=item.required("Powod"))


def _payment(node: Node | None) -> Payment:
    if node is None:
        return Payment()
    parts = (
        PartPayment(
            amount=part.required_amount("KwotaZaplatyCzesciowej"),
            paid_on=part.day("DataZaplatyCzesciowej"),
            form=part.text("FormaPlatnosci") or part.text("OpisPlatnosci"),
        )
        for part in node.all("ZaplataCzesciowa")
    )
    terms = list(node.all("TerminPlatnosci"))
    descriptions = (term.one("TerminOpis") for term in terms)
    return Payment(
        is_paid=node.is_marked("Zaplacono") or node.text("ZnacznikZaplatyCzesciowej") == "2",
        paid_on=node.day("DataZaplaty"),
        part_payments=tuple(parts),
        due_dates=tuple(day for term in terms if (day := term.day("Termin"))),
        due_descriptions=tuple(_due_description(found) for found in descriptions if found),
        form=node.text("FormaPlatnosci"),
        form_description=node.text("OpisPlatnosci"),
        accounts=(
            *(_account(account, is_factors=False) for account in node.all("RachunekBankowy")),
            *(_account(account, is_factors=True) for account in node.all("RachunekBankowyFaktora")),
        ),
    )


def _due_description(node: Node) -> str:
    return f"{node.required('Ilosc')} {node.required('Jednostka')}, {node.required('ZdarzeniePoczatkowe')}"


def _account(node: Node, *, is_factors: bool) -> Account:
    return Account(
        number=node.required("NrRB"),
        bank=node.text("NazwaBanku"),
        swift=node.text("SWIFT"),
        description=node.text("OpisRachunku"),
        is_factors=is_factors,
    )


def _correction(fa: Node) -> Correction:
    seller_before = fa.one("Podmiot1K")
    corrected = (
        CorrectedInvoice(
            number=node.required("NrFaKorygowanej"),
            issued_on=node.required_day("DataWystFaKorygowanej"),
            ksef_number=node.text("NrKSeFFaKorygowanej"),
        )
        for node in fa.all("DaneFaKorygowanej")
    )
    return Correction(
        reason=fa.text("PrzyczynaKorekty"),
        effect=fa.text("TypKorekty"),
        invoices=tuple(corrected),
        period=fa.text("OkresFaKorygowanej"),
        right_number=fa.text("NrFaKorygowany"),
        seller_before=_party(seller_before) if seller_before else None,
        buyers_before=tuple(_party(node) for node in fa.all("Podmiot2K")),
        gross_before=fa.amount("P_15ZK"),
    )


def _annotations(fa: Node) -> Iterator[str]:
    for name in YES_OR_NO:
        if fa.is_marked("Adnotacje", name):
            yield name
    notes = fa.one("Adnotacje")
    for name in MARKS:
        if notes and notes.has(name):
            yield name
    for name in ("FP", "TP"):
        if fa.is_marked(name):
            yield name


def _exemption_basis(fa: Node) -> str | None:
    found = (fa.text("Adnotacje", "Zwolnienie", name) for name in ("P_19A", "P_19B", "P_19C"))
    return next((text for text in found if text), None)


def _description(node: Node) -> Description:
    line = node.text("NrWiersza")
    return Description(
        key=node.required("Klucz"),
        value=node.required("Wartosc"),
        line=int(line) if line and line.isdigit() else None,
    )


def _contracts(node: Node | None) -> Iterator[Contract]:
    for contract in node.all("Umowy") if node else ():
        yield Contract(number=contract.text("NrUmowy"), concluded_on=contract.day("DataUmowy"))


def _advance_invoices(fa: Node) -> Iterator[str]:
    for node in fa.all("FakturaZaliczkowa"):
        number = node.text("NrKSeFFaZaliczkowej") or node.text("NrFaZaliczkowej")
        if number:
            yield number


def _footer(node: Node | None) -> tuple[str, ...]:
    return node.texts("Informacje", "StopkaFaktury") if node else ()


def _registers(node: Node | None) -> Iterator[Register]:
    for register in node.all("Rejestry") if node else ():
        yield Register(
            name=register.text("PelnaNazwa"),
            krs=register.text("KRS"),
            regon=register.text("REGON"),
            bdo=register.text("BDO"),
        )

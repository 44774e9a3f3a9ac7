"""The PDF of an invoice: as received, else drawn once from the original file or from rows, and kept."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from hashlib import sha256
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from stdnum.pl import nip

from portal.billing.ksef import rendering
from portal.billing.ksef.invoice import (
    SLOT_OF_RATE,
    Account,
    CorrectedInvoice,
    Correction,
    Description,
    FaInvoice,
    Line,
    Party,
    Payment,
    RateSum,
    Settlement,
)
from portal.billing.ksef.reader import read_invoice
from portal.billing.ksef.rendering import LANGUAGE, Extras, KsefNumberMissing, Look, ksef_codes, sheet_pdf
from portal.billing.models import Invoice, InvoiceLine, private
from portal.billing.policies import fold_number
from portal.billing.rules import BillingRules
from portal.billing.ways_to_pay import ways_to_pay
from portal.utility import identity
from portal.utility.models import Utility
from portal.utility.rulebook import rules

KINDS = {
    Invoice.Kind.VAT: "VAT",
    Invoice.Kind.CORRECTION: "KOR",
    Invoice.Kind.ADVANCE: "ZAL",
    Invoice.Kind.FINAL: "ROZ",
    Invoice.Kind.SIMPLIFIED: "UPR",
}
BY_TRANSFER = "6"


def pdf_of(invoice: Invoice) -> bytes:
    """The invoice's PDF. Drawn by us at most once: the file is written before its row says so.

    Raises KsefNumberMissing while an invoice issued through KSeF has no number yet.
    """
    kept = invoice.received_pdf or invoice.rendered_pdf
    if kept:
        with kept.open("rb") as file:
            return file.read()
    drawn = draw(invoice)
    name = private().save(f"invoices/{invoice.public_id}.pdf", ContentFile(drawn))
    if not Invoice.objects.filter(pk=invoice.pk, rendered_pdf="").update(rendered_pdf=name):
        private().delete(name)  # somebody else drew it meanwhile
    return drawn


def draw_and_keep(invoice_id: int) -> None:
    """A job: the PDF is there when somebody asks for it."""
    invoice = Invoice.objects.filter(pk=invoice_id).select_related("customer").first()
    if invoice is not None:
        with suppress(KsefNumberMissing):  # its number is still on the way; the reader is told so
            pdf_of(invoice)


def facts_of(invoice: Invoice) -> FaInvoice:
    """What the invoice says, from its original or from its rows. Raises NotAnInvoice or OSError."""
    return read_invoice(_original(invoice)) if invoice.original else from_rows(invoice, identity.current())


def _original(invoice: Invoice) -> bytes:
    with invoice.original.open("rb") as file:
        data: bytes = file.read()
    return data


def draw(invoice: Invoice, *, duplicate_on: date | None = None) -> bytes:
    """The picture of the original file; of an invoice that came as rows, of those rows."""
    utility = identity.current()
    look = Look(name=utility.name, colour=utility.colour_action)
    facts = facts_of(invoice)
    with translation.override(LANGUAGE):
        return sheet_pdf(
            facts,
            look=look,
            codes=(*codes_of(invoice, facts), *(() if duplicate_on else ways_to_pay(invoice))),
            is_structured=bool(invoice.original),
            extras=Extras(check=_check_address(invoice), duplicate_on=duplicate_on),
        )


def _check_address(invoice: Invoice) -> str:
    """Where whoever holds the paper may ask whether it is ours."""
    if not rules(BillingRules).checks_invoices:
        return ""
    return f"{settings.EBOK_BASE_URL.rstrip('/')}{reverse('billing:check')}?{urlencode({'faktura': invoice.number})}"


def codes_of(invoice: Invoice, facts: FaInvoice) -> tuple[rendering.Code, ...]:
    """KOD I needs the digest of the original bytes, which the billing system may give without the bytes.

    Raises KsefNumberMissing.
    """
    if invoice.original:
        digest = sha256(_original(invoice)).digest()
    elif invoice.original_sha256:
        digest = bytes.fromhex(invoice.original_sha256)
    else:
        return ()
    return ksef_codes(
        facts,
        digest=digest,
        ksef_number=invoice.ksef_number or None,
        ksef_mode=invoice.ksef_mode,  # type: ignore[arg-type]  # its choices are just these words
        kod_ii=invoice.kod_ii or None,
    )


def from_rows(invoice: Invoice, utility: Utility) -> FaInvoice:
    """An invoice that came as rows, in the shape of FA(3)."""
    customer = invoice.customer
    rows = list(invoice.lines.order_by("is_before", "position"))
    return FaInvoice(
        number=invoice.number,
        issued_on=invoice.issued_on,
        kind=KINDS[Invoice.Kind(invoice.kind)],
        currency=invoice.currency,
        seller=_seller(utility),
        buyer=Party(
            name=customer.name,
            nip=customer.nip or None,
            address=_address(customer.street, customer.postcode, customer.city),
            customer_number=customer.number,
        ),
        gross=invoice.gross,
        period_from=invoice.period_from,
        period_until=invoice.period_to,
        lines=tuple(_line(row) for row in rows),
        vat_summary=tuple(_summary(invoice, rows)),
        settlement=_settlement(invoice),
        payment=Payment(
            due_dates=(invoice.due_on,) if invoice.due_on else (),
            form=BY_TRANSFER,
            accounts=_accounts(invoice, utility),
        ),
        correction=_correction(invoice),
        descriptions=_descriptions(invoice),
    )


def _seller(utility: Utility) -> Party:
    return Party(
        name=utility.legal_name or utility.name,
        nip=nip.compact(utility.nip) or None,
        address=_address(utility.street, utility.postcode, utility.city),
        emails=(utility.email,) if utility.email else (),
        phones=(utility.phone,) if utility.phone else (),
    )


def _address(street: str, postcode: str, city: str) -> tuple[str, ...]:
    return tuple(part for part in (street, f"{postcode} {city}".strip()) if part)


def _line(row: InvoiceLine) -> Line:
    return Line(
        number=row.position,
        name=row.description,
        unit=row.unit or None,
        quantity=_bare(row.quantity),
        unit_net=row.unit_net,
        net=row.net,
        vat=row.vat,
        vat_rate=row.vat_rate or None,
        is_before=row.is_before,
    )


def _bare(quantity: Decimal | None) -> Decimal | None:
    """Without the zeros that the database adds behind."""
    if quantity is None:
        return None
    bare = quantity.normalize()
    return bare if int(bare.as_tuple().exponent) < 0 else quantity.quantize(Decimal(1))


def _summary(invoice: Invoice, rows: Iterable[InvoiceLine]) -> list[RateSum]:
    """Net and VAT by rate, the state before a correction taken off.

    The invoice's own sums where its rows have no VAT or come to other sums: of one rate VAT is often reckoned on the
    whole, and what is printed must add up to the invoice's total.
    """
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    nothing = Decimal(0)
    for row in rows:
        slot = SLOT_OF_RATE.get(row.vat_rate)
        if slot is None or row.net is None or (row.vat is None and row.vat_rate.isdigit()):
            break
        sign = -1 if row.is_before else 1
        net, vat = sums.get(slot, (nothing, nothing))
        sums[slot] = (net + sign * row.net, vat + sign * (row.vat or nothing))
    else:
        is_same_net = invoice.net is None or sum(net for net, _vat in sums.values()) == invoice.net
        is_same_vat = invoice.vat is None or sum(vat for _net, vat in sums.values()) == invoice.vat
        if is_same_net and (is_same_vat or len(sums) > 1):
            return [RateSum(slot=slot, net=net, vat=vat) for slot, (net, vat) in sorted(sums.items())]
    slots = {SLOT_OF_RATE.get(row.vat_rate) for row in rows}
    slot = slots.pop() if len(slots) == 1 else None
    return [RateSum(slot=slot, net=invoice.net, vat=invoice.vat)] if slot and invoice.net is not None else []


def _settlement(invoice: Invoice) -> Settlement | None:
    """Only where the printed amount to pay differs from the total."""
    if invoice.to_pay is None or invoice.to_pay == invoice.gross:
        return None
    return Settlement(to_pay=invoice.to_pay) if invoice.to_pay >= 0 else Settlement(to_settle=-invoice.to_pay)


def _accounts(invoice: Invoice, utility: Utility) -> tuple[Account, ...]:
    number = invoice.seller_account or invoice.customer.virtual_account or utility.bank_account
    return (Account(number=number),) if number else ()


def _correction(invoice: Invoice) -> Correction | None:
    original = _corrected(invoice)
    if original is None:
        return None
    number = original.ksef_number or None
    return Correction(
        invoices=(CorrectedInvoice(number=original.number, issued_on=original.issued_on, ksef_number=number),)
    )


def _descriptions(invoice: Invoice) -> tuple[Description, ...]:
    """The number of a corrected invoice that we do not hold, and whose date we therefore do not know."""
    if not invoice.corrects_number or _corrected(invoice) is not None:
        return ()
    return (Description(key=_("Corrects invoice"), value=invoice.corrects_number),)


def _corrected(invoice: Invoice) -> Invoice | None:
    if not invoice.corrects_number:
        return None
    folded = fold_number(invoice.corrects_number)
    return Invoice.objects.filter(customer=invoice.customer_id, number_folded=folded).exclude(pk=invoice.pk).first()

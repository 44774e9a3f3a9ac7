"""The picture of an invoice as a PDF: consistent with the original to the character, and made of nothing else."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal import pdf, qr
from portal.billing.ksef.invoice import FaInvoice
from portal.billing.ksef.number import kod_i_url
from portal.billing.ksef.reader import read_invoice
from portal.billing.ksef.sheet import sheet

KsefMode = Literal["none", "online", "offline"]
LANGUAGE = "pl"  # the language of the document, whoever looks at it
TEMPLATE = "billing/pdf/invoice.html"
SHEET = "pdf/invoice.css"


class KsefNumberMissing(ValueError):
    """An invoice issued through KSeF is not printed without its KSeF number."""

    def __str__(self) -> str:
        return _("An invoice issued through KSeF is not printed without its KSeF number.")


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the utility's documents are dressed."""

    name: str
    logo: str | None = None  # the text of an SVG; what it would fetch from elsewhere is not fetched
    colour: str | None = None  # like #0a5c7d; it stands behind white letters

    @property
    def logo_uri(self) -> str | None:
        if not self.logo:
            return None
        return "data:image/svg+xml;base64," + b64encode(self.logo.encode()).decode("ascii")


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code with what stands below it, and the address for those who read on a screen."""

    title: str
    picture: str
    address: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What is printed beside the invoice's own words: where to check it, and that it is a duplicate."""

    check: str = ""
    duplicate_on: date | None = None


def invoice_pdf(
    data: bytes,
    *,
    look: Look,
    ksef_number: str | None = None,
    ksef_mode: KsefMode = "none",
    kod_ii: str | None = None,
    extras: Extras | None = None,
) -> bytes:
    """The PDF of an FA(3) file, with the codes that its `ksef_mode` calls for. Raises NotAnInvoice."""
    invoice = read_invoice(data)
    with translation.override(LANGUAGE):
        codes = ksef_codes(
            invoice,
            digest=sha256(data).digest(),
            ksef_number=ksef_number,
            ksef_mode=ksef_mode,
            kod_ii=kod_ii,
        )
        return sheet_pdf(invoice, look=look, codes=codes, extras=extras)


def ksef_codes(
    invoice: FaInvoice,
    *,
    digest: bytes,
    ksef_number: str | None,
    ksef_mode: KsefMode,
    kod_ii: str | None,
) -> tuple[Code, ...]:
    """The digest is that of the original bytes; without the original there is no KOD I."""
    if ksef_mode == "none":
        return ()
    if ksef_mode == "online" and not ksef_number:
        raise KsefNumberMissing
    address = kod_i_url(invoice.seller.nip or "", invoice.issued_on, digest)
    caption = ksef_number if ksef_mode == "online" and ksef_number else "OFFLINE"
    codes = [
        Code(
            title=pgettext("invoice", "Check this invoice in KSeF"),
            picture=qr.svg_uri(address),
            address=address,
            caption=caption,
        )
    ]
    if ksef_mode == "offline" and kod_ii:
        title = pgettext("invoice", "Check who issued it")
        codes.append(Code(title=title, picture=qr.svg_uri(kod_ii, "L"), address=kod_ii, caption="CERTYFIKAT"))
    return tuple(codes)


def sheet_pdf(
    invoice: FaInvoice,
    *,
    look: Look,
    codes: tuple[Code, ...] = (),
    is_structured: bool = True,
    extras: Extras | None = None,
) -> bytes:
    """The PDF of an invoice however it came; `is_structured` says that an XML original stands behind it."""
    beside = extras or Extras()
    with translation.override(LANGUAGE):
        printed = sheet(invoice)
        html = render_to_string(
            TEMPLATE,
            {
                "sheet": printed,
                "look": look,
                "codes": codes,
                "is_structured": is_structured,
                "check": beside.check,
                "duplicate_on": f"{beside.duplicate_on:%d.%m.%Y}" if beside.duplicate_on else "",
            },
        )
        return pdf.render(
            html,
            title=f"{printed.kind} {printed.number}",
            language=LANGUAGE,
            sheets=(SHEET,),
            brand=look.colour,
        )

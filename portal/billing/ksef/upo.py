"""The receipt of KSeF (UPO): which number it gave to which invoice, and the digest of the file that it took in."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass

from django.utils.translation import gettext as _
from lxml import etree

from portal.billing.ksef.safe_xml import LARGEST_INVOICE

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/"  # its version follows
DIGEST_BYTES = 32


class NotAReceipt(ValueError):
    """The file is not a receipt of KSeF (UPO)."""

    def __str__(self) -> str:
        return _("The file is not a receipt of KSeF (UPO).")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    ksef_number: str
    invoice_number: str
    sha256: str  # hexadecimal, of the invoice's file as KSeF took it in


def read_receipts(data: bytes) -> tuple[Receipt, ...]:
    """One for each invoice of a session. Raises NotAReceipt; its signature is KSeF's affair and not looked at."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser) if len(data) <= LARGEST_INVOICE else None
    except etree.XMLSyntaxError:
        raise NotAReceipt from None
    if root is None or root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # lxml's stubs do not know it
        raise NotAReceipt
    name = etree.QName(root)
    if name.localname != "Potwierdzenie" or not (name.namespace or "").startswith(NAMESPACE):
        raise NotAReceipt
    return tuple(_receipt(document) for document in root.iterfind("{*}Dokument"))


def _receipt(document: etree._Element) -> Receipt:
    number, digest = (document.findtext(f"{{*}}{field}") for field in ("NumerKSeFDokumentu", "SkrotDokumentu"))
    try:
        sha256 = b64decode(digest or "", validate=True)
    except Error:
        raise NotAReceipt from None
    if not number or len(sha256) != DIGEST_BYTES:
        raise NotAReceipt
    return Receipt(
        ksef_number=number.strip(),
        invoice_number=(document.findtext("{*}NumerFaktury") or "").strip(),
        sha256=sha256.hex(),
    )

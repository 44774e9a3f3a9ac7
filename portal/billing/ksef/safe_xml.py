"""Opening an XML file that a stranger may have written: no document types, no entities, no network."""

from django.utils.translation import gettext as _
from lxml import etree

NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"
LARGEST_INVOICE = 4_000_000  # bytes; KSeF itself takes 1 MB, and 3 MB with an attachment


class NotAnInvoice(ValueError):
    """The file is not an FA(3) invoice; the message says where it stops being one."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


def open_invoice(data: bytes) -> etree._Element:
    """The root of an FA(3) file. Raises NotAnInvoice."""
    if len(data) > LARGEST_INVOICE:
        raise NotAnInvoice(_("The file is larger than an invoice may be."))
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno
        sentence = _("The file is not well-formed XML: %(fault)s.") % {"fault": (error.msg or "").rstrip(". ")}
        raise NotAnInvoice(sentence, line) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]  # lxml's stubs do not know it
        raise NotAnInvoice(_("The file declares a document type, which an FA(3) invoice never does."), 1)
    name = etree.QName(root)
    if name.localname != "Faktura" or name.namespace != NAMESPACE:
        raise NotAnInvoice(
            _("The file is not an FA(3) invoice: it begins with “%(name)s” of the namespace “%(namespace)s”.")
            % {"name": name.localname, "namespace": name.namespace or ""},
            root.sourceline,  # type: ignore[arg-type]  # lxml's stubs leave it open
        )
    return root

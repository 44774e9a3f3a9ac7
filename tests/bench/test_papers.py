"""FA(3) files read and checked, beside the same files merely parsed and validated; and invoices drawn as PDF."""

import time
from collections.abc import Callable

from lxml import etree

from portal.billing.ksef.rendering import Look, invoice_pdf
from portal.billing.ksef.structure import _schema
from portal.exchange.invoices import of_xml
from tests.portal.billing.ksef_files import invoice_file

FILES, PDFS = 2_000, 40
SHARE_LEAST = 0.05  # of bare lxml, which is C throughout: to read every field and check every sum is work in Python


def files(count: int) -> list[bytes]:
    return [invoice_file(("000123/11/2026", f"{number:06}/11/2026")) for number in range(count)]


def rate(work: Callable[[bytes], object], contents: list[bytes]) -> float:
    """Files a second of processor time, on one processor."""
    work(contents[0])  # schema, fonts and translations are loaded once
    began = time.process_time()
    for content in contents:
        work(content)
    return len(contents) / (time.process_time() - began)


def bare(content: bytes) -> None:
    assert _schema().validate(etree.fromstring(content))


def whole(content: bytes) -> None:
    _values, errors, _warnings = of_xml(content)
    assert not errors


def test_fa3_files_a_second(db):
    contents = files(FILES)
    yardstick, ours = rate(bare, contents), rate(whole, contents)
    print(f"\nFA(3), {len(contents[0]):,} bytes each: {ours:,.0f} files a second and processor, read and checked;")
    print(f"bare lxml, parsed and validated: {yardstick:,.0f}; a share of {ours / yardstick:.2f}")
    assert ours / yardstick >= SHARE_LEAST


def test_pdf_a_second(db):
    look = Look(name="Wodociągi Dolne")
    contents = files(PDFS)
    found = rate(lambda content: invoice_pdf(content, look=look), contents)
    print(f"\nPDF: {found:.1f} invoices of one page a second and processor, {1000 / found:.0f} ms each")
    assert invoice_pdf(contents[0], look=look).startswith(b"%PDF-")

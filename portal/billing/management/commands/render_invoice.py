"""Draws the PDF of one FA(3) file, without the database."""

import os
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from portal.billing.ksef.invoice import Finding
from portal.billing.ksef.number import ksef_number_finding
from portal.billing.ksef.reader import NotAnInvoice, check_structure, check_substance, read_invoice
from portal.billing.ksef.rendering import Look, invoice_pdf

REFUSED = 1
UNUSABLE = 2


class Command(BaseCommand):
    help = "Draws the PDF of an FA(3) invoice."
    requires_system_checks: tuple[str, ...] = ()  # one file in, one file out: the site itself is not needed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.xml", help="the FA(3) file")
        parser.add_argument("--output", type=Path, required=True, metavar="OUT.pdf", help="where the PDF goes")
        parser.add_argument("--ksef-number", metavar="N", help="the number KSeF gave; KOD I is printed with it")

    def handle(self, *_args: Any, file: Path, output: Path, ksef_number: str | None, **_options: Any) -> None:
        try:
            data = file.read_bytes()
        except OSError as error:
            self._stop(UNUSABLE, _("%(file)s cannot be read: %(fault)s.") % _of(file, error))
        self._warn_of_number(ksef_number)
        self._refuse_unsound(data, file)
        pdf = invoice_pdf(
            data,
            look=Look(name=read_invoice(data).seller.name),
            ksef_number=ksef_number,
            ksef_mode="online" if ksef_number else "none",
        )
        try:
            _write_whole(output, pdf)
        except OSError as error:
            self._stop(UNUSABLE, _("%(file)s cannot be written: %(fault)s.") % _of(output, error))
        self.stdout.write(_("%(file)s is written.") % {"file": output})

    def _warn_of_number(self, ksef_number: str | None) -> None:
        finding = ksef_number_finding(ksef_number) if ksef_number else None
        if finding and finding.code == "ksef_number_shape":
            self._stop(UNUSABLE, finding.sentence)
        if finding:
            self.stderr.write(finding.sentence)

    def _refuse_unsound(self, data: bytes, file: Path) -> None:
        findings = check_structure(data)
        for finding in findings:
            place = f"{file}:{finding.line}" if finding.line else str(file)
            self.stderr.write(f"{place}: {finding.sentence}")
        if not findings:
            findings = self._findings_of_substance(data, file)
        if any(finding.severity == "error" for finding in findings):
            self._stop(REFUSED, _("%(file)s is not drawn.") % {"file": file})

    def _findings_of_substance(self, data: bytes, file: Path) -> list[Finding]:
        try:
            findings = check_substance(read_invoice(data))
        except NotAnInvoice as refusal:
            findings = [Finding(code="not_an_invoice", severity="error", sentence=str(refusal))]
        for finding in findings:
            self.stderr.write(f"{file}: {finding.sentence}")
        return findings

    def _stop(self, code: int, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(code)


def _of(file: Path, error: OSError) -> dict[str, object]:
    return {"file": file, "fault": error.strerror or error}


def _write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing: a reader never meets half a PDF."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as half:
            half.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise

"""What a case leaves on paper: the office's answer, and the documents of a handover to be signed. Tagged PDFs."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from portal import pdf
from portal.cases.models import Case, Handover
from portal.utility import identity


def answer_pdf(case: Case, *, text: str, by: str, at: datetime) -> bytes:
    """The answer as it was sent, in the language of the case."""
    with translation.override(case.language):
        title = _("Answer in the case %(number)s") % {"number": case.number}
        facts = {"case": case, "text": text, "by": by, "at": at, "title": title}
        return _drawn("cases/pdf/answer.html", title, facts, case.language)


def handover_pdf(case: Case, handover: Handover) -> bytes:
    """The protocol that both parties sign, with the reading, and the statement to the utility."""
    with translation.override(case.language):
        title = _("Handover of a property")
        return _drawn(
            "cases/pdf/handover.html", title, {"case": case, "handover": handover, "title": title}, case.language
        )


def _drawn(template: str, title: str, facts: dict[str, object], language: str) -> bytes:
    utility = identity.current()
    html = render_to_string(template, {**facts, "utility": utility})
    return pdf.render(
        html, title=title, language=language, sheets=("pdf/letter.css",), brand=utility.colour_action or None
    )

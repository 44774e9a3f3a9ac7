"""Publishing a version: its words and its PDF are handed to the accounts, where people accept them."""

from django.template.loader import render_to_string
from django.utils import translation

from home.regulations.models import RegulationPage
from portal import clock, jobs, pdf
from portal.accounts.actions import publish_terms
from portal.accounts.models import TermsVersion
from portal.content import richtext
from portal.utility import identity


def issue(page: RegulationPage) -> TermsVersion:
    """Keep the page's text as a version of the terms. A version that is kept already stays as it is."""
    kept: TermsVersion | None = page.terms
    if kept is not None:
        return kept
    language = page.locale.language_code
    (text,) = richtext.shown([page.text])
    paper = _own_pdf(page) or _drawn(page, text, language)
    terms = publish_terms(
        kind=page.kind,
        language=language,
        version=page.version,
        effective_from=page.effective_from,
        title=page.title,
        text=text,
        pdf=paper,
        needs_acceptance=page.needs_acceptance,
    )
    RegulationPage.objects.filter(pk=page.pk).update(terms=terms, pdf_bytes=len(paper))
    page.terms, page.pdf_bytes = terms, len(paper)
    return terms


def announce(page: RegulationPage) -> None:
    """Have everybody who has an account written to, if the editor wants it and the version is still to come or new."""
    if page.announces and page.effective_from >= clock.today():
        jobs.later("home.regulations.tasks.announce", page.pk, 0)


def _own_pdf(page: RegulationPage) -> bytes:
    if page.own_pdf is None:
        return b""
    with page.own_pdf.open_file() as kept:
        read: bytes = kept.read()
    return read


def _drawn(page: RegulationPage, text: str, language: str) -> bytes:
    with translation.override(language):
        html = render_to_string("regulations/pdf.html", {"page": page, "text": text, "utility": identity.current()})
    return pdf.render(html, title=page.title, language=language)

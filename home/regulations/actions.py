"""Publishing a version: its words and its PDF are handed to the accounts, where people accept them."""

from django.template.loader import render_to_string
from django.utils import translation

from home.regulations.models import RegulationPage
from portal import pdf
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
    with translation.override(language):
        html = render_to_string("regulations/pdf.html", {"page": page, "text": text, "utility": identity.current()})
    drawn = pdf.render(html, title=page.title, language=language)
    terms = publish_terms(
        kind=page.kind,
        language=language,
        version=page.version,
        effective_from=page.effective_from,
        title=page.title,
        text=text,
        pdf=drawn,
    )
    RegulationPage.objects.filter(pk=page.pk).update(terms=terms, pdf_bytes=len(drawn))
    page.terms, page.pdf_bytes = terms, len(drawn)
    return terms

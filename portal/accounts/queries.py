"""Questions about people and the terms they live by."""

from datetime import date

from portal import clock
from portal.accounts.models import TermsVersion


def terms_in_force(kind: str = "terms", language: str = "pl", day: date | None = None) -> TermsVersion | None:
    """The version that holds on a day: one statement."""
    return (
        TermsVersion.objects.filter(kind=kind, language=language, effective_from__lte=day or clock.today())
        .order_by("-effective_from")
        .first()
    )

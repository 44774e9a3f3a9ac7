"""Questions about people and the terms they live by."""

from datetime import date

from allauth.account.app_settings import PASSWORD_RESET_TOKEN_GENERATOR
from allauth.account.utils import user_pk_to_url_str
from django.db.models.functions import Lower

from portal import clock
from portal.accounts.models import SignInIdentifier, TermsVersion, User
from portal.accounts.policies import canonical
from portal.accounts.rules import SignInRules
from portal.utility.rulebook import rules

# Managers and proxies sign in with their e-mail, whatever the rules ask of customers.
APPOINTED = SignInIdentifier.Kind.APPOINTED


def terms_in_force(kind: str = "terms", language: str = "pl", day: date | None = None) -> TermsVersion | None:
    """The version that holds on a day: one statement."""
    return (
        TermsVersion.objects.filter(kind=kind, language=language, effective_from__lte=day or clock.today())
        .order_by("-effective_from")
        .first()
    )


def terms_to_accept(user: User) -> TermsVersion | None:
    """The version in force today, in the person's language else in Polish, where this person has yet to accept it.

    A later version that asks for no acceptance leaves an accepted one accepted.
    """
    terms = terms_in_force(language=user.language) or terms_in_force()
    if terms is None or user.is_staff:
        return None
    asking = terms if terms.needs_acceptance else _last_asking(terms)
    if asking is None:
        return None
    accepted = user.acceptances.filter(
        terms__kind=terms.kind, terms__effective_from__gte=asking.effective_from, withdrawn_at__isnull=True
    )
    return None if accepted.exists() else terms


def _last_asking(terms: TermsVersion) -> TermsVersion | None:
    earlier = TermsVersion.objects.filter(
        kind=terms.kind, language=terms.language, needs_acceptance=True, effective_from__lt=terms.effective_from
    )
    return earlier.order_by("-effective_from").first()


def agreed_to_marketing(user: User) -> bool:
    """Whether a person takes marketing messages now: one statement."""
    return user.acceptances.filter(terms__kind=TermsVersion.Kind.MARKETING, withdrawn_at=None).exists()


def find_by_identifier(typed: str) -> User | None:
    """Whom an identifier signs in, by today's rules; staff always sign in with their e-mail.

    Two statements whatever is found, so that the time tells nothing.
    """
    value = canonical(typed)
    known = (
        SignInIdentifier.objects.filter(value=value, kind__in=[*rules(SignInRules).identifiers, APPOINTED])
        .select_related("user")
        .first()
    )
    staff = User.objects.alias(folded=Lower("email")).filter(folded=value, is_staff=True).first()
    return known.user if known else staff


def find_by_email(email: str) -> User | None:
    return User.objects.alias(folded=Lower("email")).filter(folded=canonical(email)).first()


def password_key(user: User) -> str:
    """What a letter's link to a new password ends with: it works once, for a day, and until the e-mail changes."""
    return f"{user_pk_to_url_str(user)}-{PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)}"

"""What is printed: Form A to be signed, the start letter of somebody registered at the office, the letter with a code."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from forms.registration import letters
from forms.registration.models import Application
from forms.registration.rules import RegistrationRules
from portal import clock, pdf, qr
from portal.accounts.models import TermsVersion, User
from portal.accounts.queries import terms_in_force
from portal.accounts.rules import SignInRules
from portal.customers.models import Customer
from portal.notifications.actions import absolute
from portal.utility import identity
from portal.utility.rulebook import rules

SHEET = "forms/paper.css"


def form_a(application: Application) -> bytes:
    """The form, filled in with what is known; its code opens the application for the clerk who scans it."""
    with translation.override(application.language):
        consents = {kind: _consent(kind, application.language) for kind in ("use", "e_invoice")}
        context = {
            "application": application,
            "given": application.given,
            "consents": consents,
            "number": application.form_code,
            "code": qr.svg_uri(absolute(reverse("application_register:scan", args=[application.form_code]))),
            "address": letters.postal_address(),
            "marking": rules(RegistrationRules).form_marking,
            "terms": application.terms,
        }
        return _drawn("forms/papers/form_a.html", context, _("Form A"), application.language)


def _consent(kind: str, language: str) -> TermsVersion | None:
    return terms_in_force(kind, language) or terms_in_force(kind)


def start_letter(application: Application, user: User, password: str) -> bytes:
    """Handed over at the desk. The password is in it and nowhere else."""
    with translation.override(user.language):
        context = {
            "application": application,
            "login": letters.login_of(user),
            "label": rules(SignInRules).label,
            "password": password,
            "until": user.password_valid_until,
            "change": letters.change_words(),
            "sign_in": absolute(reverse("account_login")),
            "customer": application.customer,
        }
        return _drawn("forms/papers/start_letter.html", context, _("Your account"), user.language)


def code_letter(customer: Customer, code: str) -> bytes:
    """Posted to the customer's address."""
    context = {
        "customer": customer,
        "code": code,
        "days": rules(RegistrationRules).letter_code_days,
        "registration": absolute(reverse("go", args=["registration"])),
    }
    return _drawn("forms/papers/code_letter.html", context, _("Code for your account"), "pl")


def _drawn(template: str, context: dict[str, object], title: str, language: str) -> bytes:
    utility = identity.current()
    html = render_to_string(template, context | {"utility": utility, "today": clock.today()})
    return pdf.render(html, title=title, language=language, sheets=(SHEET,), brand=utility.colour_action)

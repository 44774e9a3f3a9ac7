"""The questions of registering, one form a step.

A form is checked twice: when it is sent, and again from what was kept, before the application is written. What may happen
only once (an attempt at an invoice, the captcha) or must not be kept (the password) happens when it is sent; its result is
remembered by the wizard and handed back as `facts`.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from forms.registration.asking import StepForm
from forms.registration.captcha import PersonField
from forms.registration.proof_forms import CodeForm, InvoiceForm, NumberedInvoiceForm
from forms.registration.steps import CODE, CONTACT, INVOICE, NUMBERED, PASSWORD, PERSON, TERMS
from portal import clock
from portal.accounts.forms import new_password_hint
from portal.accounts.models import User
from portal.accounts.queries import find_by_email
from portal.billing import attempts
from portal.billing.proof import limits_of
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

EMAIL_PAUSE = timedelta(hours=1)


PERSON_FIELDS: dict[str, tuple[Any, str, str]] = {
    "first_name": (_("First name"), "given-name", "medium"),
    "last_name": (_("Surname"), "family-name", "medium"),
    "street": (_("Street and number"), "address-line1", "medium"),
    "postcode": (_("Postcode"), "postal-code", "short"),
    "city": (_("Town"), "address-level2", "medium"),
    "customer_number": (_("Customer number"), "off", "medium"),
    "contract_number": (_("Contract number"), "off", "medium"),
    "meter_number": (_("Meter number"), "off", "medium"),
}


class PersonForm(StepForm):
    """Who the person is: the fields that the rules name, in the order of a letterhead."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = self.asking.rules
        for name, (label, autocomplete, width) in PERSON_FIELDS.items():
            if name in in_force.fields:
                self.fields[name] = forms.CharField(
                    label=label,
                    max_length=120,
                    required=name in in_force.required_fields,
                    help_text=self.asking.words.hints.get(name, ""),
                    error_messages={"required": _("Fill in: %(field)s.") % {"field": str(label).lower()}},
                    widget=forms.TextInput(attrs={"data-width": width, "autocomplete": autocomplete}),
                )

    def clean_postcode(self) -> str:
        """12-345, also typed 12345."""
        typed: str = self.cleaned_data["postcode"]
        digits = re.sub(r"[\s-]", "", typed)
        if typed and not re.fullmatch(r"\d{5}", digits):
            raise ValidationError(_("Type a postcode, for example 84-300."))
        return f"{digits[:2]}-{digits[2:]}" if digits else ""

    @property
    def given(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in PERSON_FIELDS if self.cleaned_data.get(name)}


class ContactForm(StepForm):
    email = forms.EmailField(
        label=_("E-mail"),
        error_messages={
            "required": _("Type your e-mail."),
            "invalid": _("Type an e-mail, for example anna@example.pl."),
        },
        widget=forms.EmailInput(attrs={"data-width": "medium", "autocomplete": "email", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=_("Phone number"),
        max_length=30,
        required=False,
        error_messages={"required": _("Type your phone number.")},
        widget=forms.TextInput(attrs={"data-width": "medium", "type": "tel", "autocomplete": "tel", "class": "num"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.asking.rules.asks_phone == "no":
            del self.fields["phone"]
        else:
            self.fields["phone"].required = self.asking.rules.asks_phone == "required"

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if self.asking.rules.says_taken_email and self.asking.is_sent_now:
            self._say_whether_taken(email)
        return email

    def _say_whether_taken(self, email: str) -> None:
        """Said only where the rules say so, and only so often to one visitor: addresses cannot be tried out in bulk."""
        asked = self.asking.facts.get("asked_email")
        if asked != email:
            tried = attempts.begin(limits_of("email", email, "", self.asking.visitor.address), EMAIL_PAUSE)
            if isinstance(tried, datetime):
                when = {"time": f"{tried.astimezone(clock.WARSAW):%H:%M}"}
                raise ValidationError(_("Too many attempts. Try again after %(time)s, or call us."), params=when)
            self.asked_email = email
        if find_by_email(email) is not None:
            raise ValidationError(_("There is such an account already."))

    def remember(self) -> dict[str, Any]:
        return {"asked_email": self.asked_email} if self.asked_email else {}

    asked_email = ""

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        digits = re.sub(r"[\s().-]", "", typed)
        if digits and not re.fullmatch(r"(\+|00)?\d{9,15}", digits):
            raise ValidationError(_("Type a phone number, for example 600 100 200."))
        return digits


class PasswordForm(StepForm):
    secret = frozenset({"password"})

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        error_messages={"required": _("Choose a password.")},
        widget=forms.PasswordInput(attrs={"data-width": "medium", "autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = self.asking.facts.get("password", "")
        chosen = self.fields["password"]
        chosen.required = not self.kept
        if self.kept:
            chosen.label = _("New password")
            chosen.help_text = _("You have chosen one already. Type another only if you want to change it.")
        else:
            chosen.help_text = chosen.help_text or new_password_hint()

    def clean_password(self) -> str:
        chosen: str = self.cleaned_data["password"]
        if chosen:
            password_validation.validate_password(chosen, User(email=self.asking.email))
        return chosen

    def remember(self) -> dict[str, Any]:
        """Only the hash is ever kept."""
        chosen = self.cleaned_data["password"]
        return {"password": make_password(chosen) if chosen else self.kept}


class TermsForm(StepForm):
    secret = frozenset({"person"})

    accepted = forms.BooleanField(
        label=_("I accept the regulations"),
        error_messages={"required": _("Accept the regulations to open an account.")},
    )
    e_invoice = forms.BooleanField(
        label=_("I ask for e-invoices"),
        required=False,
        help_text=_("Invoices come by e-mail instead of paper. You may withdraw it at any time."),
    )
    person = PersonField(
        label=_("Check that a person fills this in"),
        required=False,
        challengeurl=reverse_lazy("registration_challenge"),
        maxnumber=100_000,
        hidelogo=True,
        hidefooter=True,
        auto="onsubmit",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_force = self.asking.rules
        if self.asking.terms is None:
            del self.fields["accepted"]
        for terms in self.asking.consents:
            is_needed = terms.kind in in_force.required_consents
            self.fields[f"consent_{terms.kind}"] = forms.BooleanField(
                label=terms.title,
                required=is_needed,
                error_messages={"required": _("Without this consent we cannot open an account.")},
            )
        if not (in_force.offers_e_invoice and rules(Modules).e_invoice):
            del self.fields["e_invoice"]
        if not in_force.is_captcha_on:
            del self.fields["person"]
        last = [name for name in ("e_invoice", "person") if name in self.fields]
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def clean_accepted(self) -> bool:
        """What was shown is what is accepted: a version published meanwhile is read first."""
        terms, shown = self.asking.terms, self.asking.facts.get("shown_terms")
        if terms is not None and self.asking.is_sent_now and shown != terms.pk:
            raise ValidationError(_("The regulations have just changed. Read the new version and accept it."))
        return True

    def remember(self) -> dict[str, Any]:
        terms = self.asking.terms
        return {
            "is_person": bool(self.cleaned_data.get("person")),
            "accepted_terms": terms.pk if terms else None,
            "consents": [
                consent.pk for consent in self.asking.consents if self.cleaned_data.get(f"consent_{consent.kind}")
            ],
            "wants_e_invoice": bool(self.cleaned_data.get("e_invoice")),
        }


FORMS: dict[str, type[StepForm]] = {
    INVOICE: InvoiceForm,
    NUMBERED: NumberedInvoiceForm,
    CODE: CodeForm,
    PERSON: PersonForm,
    CONTACT: ContactForm,
    PASSWORD: PasswordForm,
    TERMS: TermsForm,
}

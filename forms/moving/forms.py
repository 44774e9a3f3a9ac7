"""What moving asks for: a password of this portal, and the regulations in force."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import new_password_hint
from portal.accounts.models import TermsVersion, User


class MoveForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        error_messages={"required": _("Choose a password.")},
        widget=forms.PasswordInput(attrs={"data-width": "medium", "autocomplete": "new-password"}),
    )
    accepted = forms.BooleanField(
        label=_("I accept the regulations"),
        error_messages={"required": _("Accept the regulations to open an account.")},
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, email: str, terms: TermsVersion | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email, self.terms = email, terms
        self.fields["password"].help_text = new_password_hint()
        self.initial["shown"] = str(terms.pk) if terms else ""
        if terms is None:
            del self.fields["accepted"]

    def clean_password(self) -> str:
        chosen: str = self.cleaned_data["password"]
        password_validation.validate_password(chosen, User(email=self.email))
        return chosen

    def clean(self) -> dict[str, Any]:
        """What was shown is what is accepted: a version published meanwhile is read first."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if self.terms is not None and answers.get("accepted") and answers.get("shown") != str(self.terms.pk):
            self.add_error("accepted", _("The regulations have just changed. Read the new version and accept it."))
        return answers

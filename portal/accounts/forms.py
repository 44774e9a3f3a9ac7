"""Forms of signing in: allauth's checks, our words, no placeholders in the place of labels."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.actions import ask_for_password
from portal.accounts.policies import canonical
from portal.accounts.rules import OldPortalRules, SignInRules
from portal.utility.rulebook import rules


def _least_length() -> int:
    validators = password_validation.get_default_password_validators()
    return max((getattr(validator, "min_length", 0) for validator in validators), default=0)


def _new_password_hint() -> str:
    return gettext(
        "At least %(length)s characters. Three or four words that do not go together are easy to remember."
    ) % {"length": _least_length()}


new_password_hint = lazy(_new_password_hint, str)


class Plain:
    """Labels above the fields instead of placeholders inside them, and a hint only where we wrote one."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)  # one field: a slip of the finger is put right by a new password
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["data-width"] = "medium"
            field.help_text = new_password_hint() if name == "password1" else ""

    def say(self, name: str, label: Any, required: Any, **attributes: str) -> None:
        field = self.fields[name]
        field.label = label
        field.error_messages["required"] = required
        field.widget.attrs.update(attributes)


class SignInForm(Plain, account.LoginForm):
    """Asks for what the utility's rules sign people in with, in the words of the rules."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = rules(SignInRules)
        self.say(
            "login",
            words.label,
            _("Fill in this field to sign in."),
            autocapitalize="none",
            spellcheck="false",
            autocomplete="username",
        )
        self.fields["login"].help_text = words.hint
        self.fields["login"].max_length = 254  # type: ignore[attr-defined]  # a CharField
        self.say("password", _("Password"), _("Type your password."))

    def clean_login(self) -> str:
        return canonical(self.cleaned_data["login"])


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("oldpassword", _("Current password"), _("Type your current password."))
        self.say("password1", _("New password"), _("Type a new password."))

    def clean_password1(self) -> str:
        """The same password again is no change; a mailed one must go."""
        chosen: str = self.cleaned_data["password1"]
        if self.user.check_password(chosen):
            raise forms.ValidationError(_("This is the password you have now. Choose another."))
        return chosen


class SetPasswordForm(Plain, account.SetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password1", _("New password"), _("Type a new password."))


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("email", _("E-mail"), _("Type the e-mail of your account."), autocomplete="email")
        self.fields["email"].help_text = _("The one you gave when you registered.")
        self.fields["email"].error_messages["invalid"] = _("Type an e-mail, for example anna@example.pl.")
        if rules(OldPortalRules).is_known:
            self._ask_for_old_login_too()

    def _ask_for_old_login_too(self) -> None:
        self.fields["email"] = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"data-width": "medium"}))
        self.say(
            "email",
            _("E-mail or login of the previous version"),
            _("Type the e-mail of your account, or the login of the previous version."),
            autocomplete="username",
            autocapitalize="none",
            spellcheck="false",
        )

    def clean_email(self) -> str:
        """Whether it has an account is nobody's business here, and is not even looked up."""
        return canonical(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_kwargs: Any) -> str:
        typed: str = self.cleaned_data["email"]
        ask_for_password(typed, language=(get_language() or "pl")[:2])
        return typed


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password1", _("New password"), _("Type a new password."))


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say("password", _("Password"), _("Type your password."))


class CodeForm(Plain):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.say(
            "code", _("Code"), _("Type the code from your app."), inputmode="numeric", autocomplete="one-time-code"
        )
        self.fields["code"].widget.attrs["data-width"] = "short"


class SecondFactorForm(CodeForm, second_factor.AuthenticateForm):
    """The code of the app, or one of the spare codes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Six digits from your app, or one of your spare codes.")


class ReauthenticateBySecondFactorForm(CodeForm, second_factor.ReauthenticateForm):
    pass


class ActivateSecondFactorForm(CodeForm, totp.ActivateTOTPForm):
    pass

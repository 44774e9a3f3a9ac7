"""What every step of registering is made of: what surrounds its form, and what the wizard keeps of it."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms

from forms.registration.rules import RegistrationRules
from forms.registration.verification.base import Verification, Visitor
from forms.registration.wording import Words
from portal.accounts.models import TermsVersion


@dataclass(frozen=True)
class Asking:
    """What surrounds a form: the rules of the day, the words of the step, the visitor, and what earlier steps found."""

    rules: RegistrationRules
    way: Verification
    words: Words
    visitor: Visitor
    terms: TermsVersion | None = None
    consents: tuple[TermsVersion, ...] = ()
    is_last: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    email: str = ""
    is_sent_now: bool = False


class StepForm(forms.Form):
    """Base of the steps. `remember()` is what the wizard keeps beside the answers; `secret` answers are not kept."""

    secret: ClassVar[frozenset[str]] = frozenset()

    submission = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, asking: Asking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asking = asking
        self.initial["submission"] = asking.facts.get("submission")
        for name, hint in asking.words.hints.items():
            if name in self.fields:
                self.fields[name].help_text = hint

    def remember(self) -> dict[str, Any]:
        return {}

"""The steps that prove which customer a person belongs to: an invoice, or the code of a letter."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forms.registration.asking import StepForm
from forms.registration.verification.base import Paused, Verdict, Verified
from portal import clock, money
from portal.billing.policies import fold_number


class ProofForm(StepForm):
    """What proves which customer the person belongs to. An attempt is made when it is sent; its result is kept."""

    unknown = _("We know no recent invoice with this number and value. Check both on the invoice and try again.")

    def asked(self, answers: dict[str, Any]) -> list[str]:
        """What the proof stands for: changed, it must be proven anew."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            self._verify(answers)
        return answers

    def _verify(self, answers: dict[str, Any]) -> None:
        asked = [self.asking.way.code, *self.asked(answers)]
        self.proof = self.asking.facts.get("proof")
        if self.proof and self.proof["asked"] == asked:
            return
        match self._verdict(answers):
            case Verified(customer_id=customer_id, invoice_number=number):
                self.proof = {
                    "asked": asked,
                    "customer_id": customer_id,
                    "number": number,
                    "at": clock.now().isoformat(),
                }
            case Paused(until=until):
                when = {"time": f"{until.astimezone(clock.WARSAW):%H:%M}"}
                raise ValidationError(_("Too many attempts. Try again after %(time)s, or call us."), params=when)
            case _:
                raise ValidationError(self.unknown)

    def _verdict(self, answers: dict[str, Any]) -> Verdict | None:
        return self.asking.way.verify(answers, self.asking.visitor) if self.asking.is_sent_now else None

    def remember(self) -> dict[str, Any]:
        return {"proof": self.proof}


def number_field(label: Any, required: Any, **attributes: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=60,
        error_messages={"required": required},
        widget=forms.TextInput(
            attrs={"data-width": "medium", "class": "num", "autocomplete": "off", "spellcheck": "false", **attributes}
        ),
    )


class InvoiceForm(ProofForm):
    number = number_field(_("Invoice number"), _("Type the number of an invoice."))
    amount = forms.CharField(
        label=_("Value of the invoice"),
        max_length=20,
        error_messages={"required": _("Type the value of the invoice, for example 135,38.")},
        widget=forms.TextInput(
            attrs={"data-width": "short", "class": "num", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    amount.suffix = "zł"  # type: ignore[attr-defined]  # read by the field's template

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"].strip()
        if not fold_number(number):
            raise ValidationError(_("Type the number of an invoice."))
        return number

    def clean_amount(self) -> Any:
        try:
            amount = money.parse_amount(self.cleaned_data["amount"])
            money.to_grosze(amount)
        except money.NotAnAmount as error:
            raise ValidationError(_("Type the value of the invoice, for example 135,38.")) from error
        if not 0 < amount < money.from_grosze(10**11):
            raise ValidationError(_("Type the value of the invoice, for example 135,38."))
        return amount

    def asked(self, answers: dict[str, Any]) -> list[str]:
        return [fold_number(answers["number"]), str(answers["amount"])]


class NumberedInvoiceForm(InvoiceForm):
    """The customer number beside the invoice: it is what the person will sign in with."""

    customer_number = number_field(_("Customer number"), _("Type your customer number."), inputmode="numeric")
    field_order = ("customer_number", "number", "amount")
    unknown = _(
        "We know no recent invoice with this number and value for this customer number. "
        "Check all three on the invoice and try again."
    )

    def asked(self, answers: dict[str, Any]) -> list[str]:
        return [fold_number(answers["customer_number"]), *super().asked(answers)]


class CodeForm(ProofForm):
    customer_number = number_field(_("Customer number"), _("Type your customer number."))
    code = number_field(_("Code from our letter"), _("Type the code from our letter."), autocapitalize="characters")
    unknown = _(
        "This code does not fit this customer number, or its time is over. Check both in our letter and try again."
    )

    def asked(self, answers: dict[str, Any]) -> list[str]:
        return [fold_number(answers["customer_number"]), fold_number(answers["code"])]

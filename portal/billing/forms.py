"""What people type about bills."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import money
from portal.billing.genuine import POLISH_DIGITS, Printed, bare_account, read_code


class CheckForm(forms.Form):
    """Number, amount and account as printed; or what the code of the letter says, which fills in for what is empty."""

    number = forms.CharField(
        label=gettext_lazy("Invoice number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount of the invoice"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("As printed on it, for example 135,38."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-width": "short"}),
    )
    account = forms.CharField(
        label=gettext_lazy("Account to pay to"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("26 digits, with or without spaces."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = forms.CharField(
        label=gettext_lazy("Or what the QR code of the letter says"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Point a telephone's camera at the code, copy the text and paste it here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    # Read by the field's template: the letter's three facts or its code are wanted, so none of them is called optional.
    for _one in (number, amount, account, code):
        _one.is_one_of_several = True  # type: ignore[attr-defined]  # as above
    printed: Printed

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        coded = read_code(given.get("code", "")) if given.get("code") else None
        if given.get("code") and coded is None:
            self.add_error("code", _("This is not the text of a transfer code."))
        number = given.get("number") or (coded.number if coded else "")
        account = given.get("account") or (coded.account if coded else "")
        amount = (coded.amount or None) if coded else None  # above 9 999.99 zł a code leaves it to the payer
        if given.get("amount"):
            try:
                amount = money.parse_amount(given["amount"])
            except money.NotAnAmount:
                self.add_error("amount", _("Enter an amount in złoty, for example 135,38."))
        if not number:
            self.add_error("number", _("Enter the number of the invoice."))
        if amount is None and "amount" not in self.errors:
            self.add_error("amount", _("Enter the amount of the invoice."))
        if len(bare_account(account)) != POLISH_DIGITS:
            self.add_error("account", _("Enter all 26 digits of the account."))
        if not self.errors and amount is not None:
            self.printed = Printed(number, amount, account)
        return given

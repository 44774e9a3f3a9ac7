"""The one form of paying: which documents, how much of each."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.rules import PaymentRules
from portal import money
from portal.billing.queries import OpenCharge, OpenCharges
from portal.utility.rulebook import rules

ZERO = Decimal("0.00")


class AmountField(forms.CharField):
    """An amount as people type it: 135,38 or 1 135.38 zł."""

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value)).strip()
        if not text:
            return None
        try:
            return money.parse_amount(text)
        except money.NotAnAmount:
            raise forms.ValidationError(_("Enter an amount in złoty, for example 135,38.")) from None


class GuestForm(forms.Form):
    """What one reads off an invoice, and where the confirmation should go."""

    number = forms.CharField(
        label=gettext_lazy("Invoice number"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    amount = AmountField(
        label=gettext_lazy("Amount of the invoice"),
        help_text=gettext_lazy("As printed on it, for example 135,38."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-width": "short"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail for the confirmation"),
        required=False,
        help_text=gettext_lazy("You may leave it empty."),
    )


class PayForm(forms.Form):
    """`total` is what the chosen items come to; `seen` is the total that the person was shown.

    The fields of the amounts are named after their items. Only what can be paid now is offered.
    """

    press = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.DecimalField(widget=forms.HiddenInput, required=False)
    item = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, charges: OpenCharges, fee: Decimal = ZERO, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payers_fee = fee
        self.rule = rules(PaymentRules)
        if self.rule.on_account:
            self.fields["on_account"] = AmountField(
                label=gettext_lazy("Pay on account"),
                help_text=gettext_lazy("For no document: it lowers the next ones. Leave it empty if you want none."),
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "data-width": "short"}),
            )
        self.offered = {str(charge.public_id): charge for charge in charges.to_pay}
        self.fields["item"].choices = [(key, charge.number) for key, charge in self.offered.items()]  # type: ignore[attr-defined]  # a choice field
        for key, charge in self.offered.items() if self.rule.parts else ():
            label = _("How much of %(number)s") % {"number": charge.number}
            self.fields[amount_name(key)] = AmountField(label=label, required=False)

    @property
    def token(self) -> UUID | None:
        """What tells one press from another; None while the form is shown for the first time."""
        try:
            return UUID(str(self.data.get("press", "")))
        except ValueError:
            return None

    @property
    def chosen(self) -> dict[UUID, Decimal]:
        """What to pay, by item; an amount that is no amount counts as the whole, beside its error."""
        picked = [key for key in self.picked if key in self.offered]
        return {self.offered[key].public_id: self._amount(key) for key in picked}

    @property
    def picked(self) -> list[str]:
        if not self.is_bound:
            return [str(key) for key in self.initial.get("item", self.offered)]
        values = self.data.getlist("item") if hasattr(self.data, "getlist") else self.data.get("item", [])
        return list(dict.fromkeys(values))

    @property
    def total(self) -> Decimal:
        """With the fee that this payer bears, where there is one and something is paid."""
        amount = sum(self.chosen.values(), self.account)
        return amount + self.payers_fee if amount else amount

    @property
    def account(self) -> Decimal:
        """Money for no document."""
        given: Decimal | None = getattr(self, "cleaned_data", {}).get("on_account") if self.is_bound else None
        return max(ZERO, given or ZERO)

    def _amount(self, key: str) -> Decimal:
        given: Decimal | None = getattr(self, "cleaned_data", {}).get(amount_name(key)) if self.is_bound else None
        return self.offered[key].payable if given is None else given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = cleaned.get("on_account")
        if given is not None and given <= 0:
            self.add_error("on_account", _("Enter more than zero."))
        if not self.chosen and not self.account and not {"item", "on_account"} & set(self.errors):
            self.add_error("item", _("Choose what you want to pay."))
        for key in self.picked:
            charge, amount = self.offered.get(key), cleaned.get(amount_name(key))
            if charge is None or amount is None:
                continue
            if amount <= 0:
                self.add_error(amount_name(key), _("Enter more than zero."))
            elif amount > charge.payable:
                most = money.zloty(charge.payable)
                self.add_error(amount_name(key), _("You can pay at most %(most)s here.") % {"most": most})
        return cleaned

    def again(self, charges: OpenCharges) -> "PayForm":
        """The same choice as far as it is still there: somebody was quicker."""
        offered = {str(charge.public_id) for charge in charges.to_pay}
        return PayForm(
            charges=charges, fee=self.payers_fee, initial={"item": [key for key in self.picked if key in offered]}
        )

    @property
    def seen_text(self) -> str:
        return str(self.total)

    def rows(self) -> list["Row"]:
        return [Row(self, key, charge) for key, charge in self.offered.items()]


class Row:
    """One document in the form, as the template shows it."""

    def __init__(self, form: PayForm, key: str, charge: OpenCharge) -> None:
        self.key, self.charge = key, charge
        self.is_picked = key in form.picked
        self.field = form[amount_name(key)] if form.rule.parts else None
        self.amount = form.chosen.get(charge.public_id, charge.payable)
        self.is_part = bool(self.field and self.field.errors) or self.amount != charge.payable
        typed = self.field.data if self.field and form.is_bound else ""
        self.value = typed or money.amount(charge.payable)


def amount_name(key: str) -> str:
    return f"amount_{key}"

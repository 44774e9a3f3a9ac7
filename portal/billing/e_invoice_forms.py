"""The forms of e-invoices: an address and a consent, another address."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.billing.e_invoice_queries import Coverage


class AddressForm(forms.Form):
    """Where e-invoices go."""

    email = forms.EmailField(
        label=_("E-mail for the invoices"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "data-width": "medium"}),
        error_messages={
            "required": _("Write the address that the invoices go to."),
            "invalid": _("Write an e-mail address, for example anna@example.pl."),
        },
    )


class ConsentForm(AddressForm):
    """The address, the contracts where there is a choice, and the consent."""

    accepts = forms.BooleanField(
        label=_("I agree to e-invoices under these terms"),
        error_messages={"required": _("Tick this box if you agree; without it bills stay on paper.")},
    )

    def __init__(self, *args: Any, offered: list[Coverage], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.contract), one.number) for one in offered if one.contract]
        if len(choices) > 1:
            self.fields["contracts"] = forms.MultipleChoiceField(
                label=_("For these contracts"),
                choices=choices,
                initial=[code for code, _number in choices],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Choose at least one contract.")},
            )
            self.order_fields(["email", "contracts", "accepts"])

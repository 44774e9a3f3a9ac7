"""What a clerk says before looking at a customer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.customers.actions import SHORTEST_REASON


class VisitForm(forms.Form):
    reason = forms.CharField(
        label=_("Why you look"),
        help_text=_("For example the number of the case or what the customer asks about. The customer will see it."),
        min_length=SHORTEST_REASON,
        max_length=200,
        error_messages={
            "required": _("Write why you look at this customer's data, in at least 10 characters."),
            "min_length": _("Write why you look at this customer's data, in at least 10 characters."),
        },
    )

    def clean_reason(self) -> str:
        """Counted as it will be kept: spaces say nothing."""
        reason = " ".join(self.cleaned_data["reason"].split())
        if len(reason) < SHORTEST_REASON:
            raise forms.ValidationError(self.fields["reason"].error_messages["min_length"])
        return reason

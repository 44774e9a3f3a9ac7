"""The forms of changes: one field of a customer's data, and the handover of a property."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.cases.changes import COLUMNS
from portal.cases.forms import DAY, WithFiles, one_line
from portal.cases.models import Handover
from portal.cases.rules import CaseRules
from portal.customers.models import ServicePoint
from portal.utility.rulebook import rules

WORDS = {
    "name": gettext_lazy("New name"),
    "street": gettext_lazy("Street and number"),
    "postcode": gettext_lazy("Postcode"),
    "city": gettext_lazy("Town"),
    "email": gettext_lazy("New e-mail"),
    "phone": gettext_lazy("New phone"),
}
A_YEAR = timedelta(days=366)


class ChangeForm(WithFiles):
    """The new value of one field; the old one stands beside it, and a document is asked for where the rule says so."""

    why = forms.CharField(
        label=gettext_lazy("Why it changes"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, field: str, old: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.field, self.old = field, old
        for column in COLUMNS[field]:
            self.fields[column] = self._column(column)
        self.needs_proof = field in rules(CaseRules).proof_for
        if self.needs_proof:
            self.fields["attachments"].label = _("Document that proves the change")
        else:
            self.fields["attachments"].label = _("Photos or PDFs")
        self.order_fields([*COLUMNS[field], "why", "attachments"])

    def _column(self, column: str) -> forms.Field:
        empty = {"required": _("Write the new value.")}
        if column == "email":
            wrong = empty | {"invalid": _("Write the e-mail as name@example.pl.")}
            return forms.EmailField(label=WORDS[column], error_messages=wrong)
        if column == "postcode":
            wrong = empty | {"invalid": _("Write the postcode as 00-001.")}
            return forms.RegexField(
                r"^\d{2}-\d{3}$",
                label=WORDS[column],
                error_messages=wrong,
                widget=forms.TextInput(attrs={"data-width": "short"}),
            )
        longest = {"name": 200, "street": 150, "city": 80, "phone": 40}[column]
        return forms.CharField(label=WORDS[column], max_length=longest, validators=[one_line], error_messages=empty)

    @property
    def new(self) -> dict[str, str]:
        return {column: self.cleaned_data[column] for column in COLUMNS[self.field]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and self.new == self.old:
            self.add_error(COLUMNS[self.field][0], _("This is what we have already."))
        if self.needs_proof and not self.kept_files and "attachments" not in self.errors:
            self.add_error(
                "attachments", _("Attach a document that proves the change, for example a court's decision.")
            )
        return cleaned


class HandoverForm(WithFiles):
    way = forms.ChoiceField(label=gettext_lazy("What happens"), choices=Handover.Way.choices, widget=forms.RadioSelect)
    point = forms.ChoiceField(label=gettext_lazy("Which place"))
    on = forms.DateField(
        label=gettext_lazy("Day of the handover"),
        widget=DAY,
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "required": gettext_lazy("Give the day of the handover."),
            "invalid": gettext_lazy("Write the day as 20.11.2026."),
        },
    )
    other_party = forms.CharField(
        label=gettext_lazy("Name of the other party"),
        max_length=150,
        validators=[one_line],
        error_messages={"required": gettext_lazy("Say who takes the property over, or who hands it over.")},
    )
    other_contact = forms.CharField(
        label=gettext_lazy("Their phone or e-mail"), max_length=150, required=False, validators=[one_line]
    )
    meter = forms.CharField(
        label=gettext_lazy("Number of the meter"), max_length=40, required=False, validators=[one_line]
    )
    reading = forms.DecimalField(
        label=gettext_lazy("Reading on that day, m³"),
        help_text=gettext_lazy("Left empty, a line for it stays in the document."),
        required=False,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "data-width": "short"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Anything else"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["way", "point", "on", "other_party", "other_contact", "meter", "reading", "text", "attachments"]

    def __init__(self, *args: Any, places: list[ServicePoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {str(place.public_id): place for place in places}
        self.fields["point"].choices = [(key, str(place)) for key, place in self.places.items()]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if abs(on - clock.today()) > A_YEAR:
            raise forms.ValidationError(_("Give a day within a year from today."))
        return on

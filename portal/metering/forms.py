"""The form of giving readings: one meter or all at once; what is left empty is not given."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import clock
from portal.metering import dial, photos, sentences
from portal.metering.models import Meter
from portal.metering.policies import Given
from portal.metering.queries import ToGive
from portal.metering.rules import ReadingRules
from portal.utility.rulebook import rules

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


@dataclass
class Line:
    """One meter's part of the form. `asks`: what must be confirmed; `refused`: why it was not taken; both are sentences."""

    given: ToGive
    value: Any
    read_on: Any
    photo: Any
    explanation: Any
    kept_photo: str = ""
    asks: str = ""
    refused: str = ""
    may_appeal: bool = False
    key: str = ""
    sent: Given | None = None
    explained: str = ""

    @property
    def meter(self) -> Meter:
        return self.given.meter


class ReadingsForm(forms.Form):
    """Fields of every meter, named by its public id. Photos are stored at once, so that a second press keeps them."""

    def __init__(self, *args: Any, to_give: list[ToGive], user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.to_give = to_give
        for one in to_give:
            self._add(one.meter)
        self.lines = [self._line(one) for one in to_give]

    def _add(self, meter: Meter) -> None:
        key = meter.public_id.hex
        self.fields[f"value-{key}"] = forms.CharField(required=False, label=_("Reading"), max_length=40)
        self.fields[f"read_on-{key}"] = forms.DateField(
            required=False,
            label=_("Day of the reading"),
            initial=clock.today,
            widget=DAY,
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            error_messages={"invalid": gettext_lazy("Write the day as 20.11.2026.")},
        )
        self.fields[f"photo-{key}"] = forms.FileField(
            required=False,
            allow_empty_file=True,
            label=_("Photo of the dial"),
            help_text=_("JPG, PNG or WebP, up to %(most)s MB. We remove the place and time from it.")
            % {"most": rules(ReadingRules).photo_megabytes},
            widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        )
        self.fields[f"explanation-{key}"] = forms.CharField(
            required=False,
            max_length=300,
            label=_("Why is it so?"),
            help_text=_("For example: we filled a pool, nobody lived here, a pipe burst."),
        )

    def _line(self, one: ToGive) -> Line:
        key = one.meter.public_id.hex
        return Line(
            given=one,
            value=self[f"value-{key}"],
            read_on=self[f"read_on-{key}"],
            photo=self[f"photo-{key}"],
            explanation=self[f"explanation-{key}"],
            key=key,
            kept_photo=self.data.get(f"kept-{key}", "") if self.is_bound else "",
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for line in self.lines:
            self._read(line, cleaned)
        if not self.errors and not any(line.sent for line in self.lines):
            first = self.lines[0] if self.lines else None
            self.add_error(f"value-{first.key}" if first else None, sentences.fault(dial.Fault.EMPTY, 5))
        return cleaned

    def _read(self, line: Line, cleaned: dict[str, Any]) -> None:
        typed = cleaned.get(f"value-{line.key}", "")
        self._photo(line, cleaned.get(f"photo-{line.key}"))
        line.explained = cleaned.get(f"explanation-{line.key}", "")
        value = dial.read(typed, line.meter.digits)
        if value is dial.Fault.EMPTY:
            return
        if not isinstance(value, Decimal):
            self.add_error(f"value-{line.key}", sentences.fault(value, line.meter.digits))
            return
        read_on: date = cleaned.get(f"read_on-{line.key}") or clock.today()
        pressed = self.data.get("press", "")
        line.sent = Given(
            value,
            read_on,
            is_confirmed=self.data.get(f"confirm-{line.key}") == str(value),
            is_appeal=pressed == f"appeal-{line.key}",
        )

    def _photo(self, line: Line, upload: UploadedFile | None) -> None:
        """A photo of a former press stays unless another one came."""
        if not upload:
            return
        try:
            name = photos.keep(upload, megabytes=rules(ReadingRules).photo_megabytes)
        except photos.PhotoRefused as why:
            self.add_error(f"photo-{line.key}", str(why))
        else:
            line.kept_photo = photos.ticket(name, self.user)


class DecisionForm(forms.Form):
    """A clerk's sentence."""

    because = forms.CharField(
        label=gettext_lazy("Sentence for the customer"),
        max_length=300,
        help_text=gettext_lazy("It stands in the e-mail and beside the reading."),
        error_messages={"required": gettext_lazy("Write a sentence that the customer will read.")},
    )

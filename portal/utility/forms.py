"""The form of a rule set, made of the words and defaults that stand beside its values."""

from dataclasses import MISSING, Field, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from wagtail.admin.widgets import AdminDateInput

from portal import clock
from portal.utility import actions, queries
from portal.utility.models import RuleRecord
from portal.utility.rulebook import rules
from portal.utility.rules import RuleSet

PREFIX = "value_"


class LinesField(forms.CharField):
    """Several words or whole numbers, one on each line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, are_numbers: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.are_numbers = are_numbers

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(line) for line in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...] | tuple[int, ...]:
        lines = tuple(line.strip() for line in super().clean(value).splitlines() if line.strip())
        if not self.are_numbers:
            return lines
        if not all(line.isdecimal() for line in lines):
            raise forms.ValidationError(_("Write whole numbers, one on each line."))
        return tuple(int(line) for line in lines)


class RuleForm(forms.ModelForm):
    """What all rule sets share. `rule_set` is the dataclass; its subclass is made by `form_for`."""

    rule_set: type[RuleSet]

    class Meta:
        model = RuleRecord
        fields = ["effective_from", "note"]
        widgets = {"effective_from": AdminDateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        start = queries.values_of(self.instance) if self.instance.pk else rules(self.rule_set)
        self.instance.rule_set = self.rule_set.code
        for value in fields(self.rule_set):
            self.fields[PREFIX + value.name] = _field(value)
            self.initial.setdefault(PREFIX + value.name, getattr(start, value.name))
        if not self.instance.pk:
            self.initial["effective_from"] = clock.today() + timedelta(days=1)
        self.fields["effective_from"].help_text = _(
            "Tomorrow at the earliest. Until then the record can be changed or withdrawn."
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.values = self.rule_set(
                    **{name.removeprefix(PREFIX): value for name, value in cleaned.items() if name.startswith(PREFIX)}
                )
            except ValueError as error:
                raise forms.ValidationError(_(str(error))) from error
            self.instance.values = self.values.to_stored()
        return cleaned

    def save(self, commit: bool = True) -> RuleRecord:
        note, day = self.cleaned_data["note"], self.cleaned_data["effective_from"]
        if self.instance.pk:
            return actions.change_planned_rule(self.instance, self.values, effective_from=day, note=note)
        self.instance = actions.plan_rule(self.values, effective_from=day, note=note)
        return self.instance

    def clean_effective_from(self) -> date:
        day: date = self.cleaned_data["effective_from"]
        if day <= clock.today():
            raise forms.ValidationError(str(actions.DayNotAhead()))
        taken = RuleRecord.objects.filter(rule_set=self.rule_set.code, effective_from=day).exclude(pk=self.instance.pk)
        if taken.exists():
            raise forms.ValidationError(str(actions.DayTaken()))
        return day


def form_for(rule_set: type[RuleSet]) -> type[RuleForm]:
    return type(f"{rule_set.__name__}Form", (RuleForm,), {"rule_set": rule_set})


def _field(value: Field[Any]) -> forms.Field:  # noqa: PLR0911 - one line for each type of value
    words: dict[str, Any] = {
        "label": _(value.metadata["label"]),
        "help_text": _(value.metadata["help_text"]) if value.metadata["help_text"] else "",
    }
    choices = [(code, _(label)) for code, label in value.metadata["choices"]]
    default = None if value.default is MISSING else value.default
    kind = str(value.type)
    is_optional = "None" in kind
    if isinstance(default, bool) or kind == "bool":
        return forms.BooleanField(required=False, **words)
    if isinstance(default, tuple) or kind.startswith("tuple"):
        if choices:
            return TupleOfChoicesField(choices=choices, required=False, widget=forms.CheckboxSelectMultiple, **words)
        return LinesField(required=False, are_numbers="int" in kind, **words)
    if choices:
        return forms.ChoiceField(choices=choices, required=not is_optional, **words)
    if isinstance(default, Decimal) or "Decimal" in kind:
        return forms.DecimalField(required=not is_optional, localize=True, **words)
    if isinstance(default, int) or kind.startswith("int"):
        return forms.IntegerField(required=not is_optional, **words)
    if isinstance(default, date) or kind.startswith("date"):
        return forms.DateField(required=not is_optional, widget=AdminDateInput, **words)
    return forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}) if len(default or "") > 60 else None, **words
    )


class TupleOfChoicesField(forms.MultipleChoiceField):
    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(super().clean(value))

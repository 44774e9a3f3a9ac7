"""A form as its steps, and what was answered in words."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from forms.built.models import STEP
from forms.built.policies import Step

CHECK = "sprawdz"  # the last step of a form with several: the answers, looked at once more


def plan_of(page: Any) -> list[Step]:
    """The steps of a form in their order; the last one, where there are several, only looks at the answers."""
    found: list[Step] = []
    names = {field.label: field.name for field in page.form_fields.all()}
    for field in page.form_fields.all():
        if field.field_type == STEP:
            only_if = names.get(field.only_if, "")
            found.append(
                Step(f"krok-{len(found) + 1}", field.label, field.help_text, [], only_if, field.only_if_answer)
            )
            continue
        if not found:
            found.append(Step("krok-1", page.title))
        found[-1].fields.append(field)
    found = [step for step in found if step.fields]
    if len(found) > 1:
        found.append(Step(CHECK, _("Check your answers")))
    return found


def in_words(answer: Any) -> str:
    """An answer as it is read back to its sender."""
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    if isinstance(answer, date):
        return date_format(answer, "d.m.Y")
    if isinstance(answer, (list, tuple)):
        return ", ".join(str(one) for one in answer)
    return str(answer) if answer is not None else ""

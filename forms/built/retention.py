"""How long answers to forms are kept, and what of them a person may take along."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from forms.built.models import Attachment, FilledForm
from portal import clock
from portal.retention.files import reader_of
from portal.retention.registry import Ending, Own, OwnFile, Row, end_in_time, keep


def state() -> None:
    keep("built.FormField", "as long as editors keep them", download="what editors publish")
    keep("built.FilledForm", "“form_answers_months”", download=Own("form_answers", _own, _files))
    keep("built.Attachment", "with its form", download="told by the form, with the file")
    end_in_time(Ending("form_answers", _("answers to forms"), "form_answers_months", _old, _delete, user="user"))


def _old(before: date) -> QuerySet[Any]:
    return FilledForm.objects.filter(submit_time__lt=clock.at(before))


def _delete(rows: list[Any]) -> None:
    FilledForm.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _own(user: Any) -> Iterator[Row]:
    for filled in FilledForm.objects.filter(user=user).select_related("page").order_by("pk"):
        yield {"form": filled.page.title, "sent_at": filled.submit_time, "answers": filled.form_data}


def _files(user: Any) -> Iterator[OwnFile]:
    for attached in Attachment.objects.filter(filled__user=user).order_by("pk"):
        ending = str(attached.file.name).rpartition(".")[2]
        yield OwnFile(f"{attached.public_id.hex[:8]}.{ending}", reader_of(attached.file))

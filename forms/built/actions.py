"""What happens to a form that was filled in: it is kept, once for each press, and those who wait for it are told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse

from forms.built.models import Attachment, FilledForm
from forms.built.rules import FormRules
from forms.built.uploads import KEPT
from portal import clock
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules

ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AttachedFile:
    """A file that was checked: `kind` is the ending that its content deserves."""

    field: str
    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Answers:
    """What the wizard collected; an answer to a file's question is the file's name."""

    submission: UUID
    values: dict[str, Any]
    files: list[AttachedFile] = field(default_factory=list)
    is_person: bool = False


@transaction.atomic
def keep_answers(page: Any, answers: Answers, *, by: Any = None) -> FilledForm:
    """Keep a filled-in form and write to those whom its page names. The same submission again finds the first row."""
    filled: FilledForm
    filled, is_new = FilledForm.objects.get_or_create(
        submission=answers.submission,
        defaults={"page": page, "form_data": answers.values, "user": by, "is_person": answers.is_person},
    )
    if not is_new:
        return filled
    for attached in answers.files:
        stored = Attachment(filled=filled, field=attached.field, name=attached.name)
        stored.file.save(f"{KEPT}/{uuid4()}.{attached.kind}", ContentFile(attached.content), save=False)
        stored.save()
    about = f"filled_form:{filled.public_id}"
    note("form_filled", about=about, by=by or "visitor", form=page.title, is_person=answers.is_person)
    link = absolute(reverse("wagtailforms:list_submissions", args=[page.pk]))
    for address in page.told_addresses():
        send("form_filled", to=address, about=about, form=page.title, link=link)
    return filled


def paused_until(address: str) -> datetime | None:
    """Count one more sending from an address; the moment from which it may send again, when these were too many."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = f"forms-sent:{address}:{hour:%Y%m%d%H}"
    cache.add(key, 0, int(ONE_HOUR.total_seconds()))
    return hour + ONE_HOUR if cache.incr(key) > rules(FormRules).sent_an_hour else None

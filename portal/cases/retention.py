"""How long cases, their files and the office's messages are kept, and what of them a person may take along."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.cases.models import Attachment, Case, Entry, InboxItem, OutageAlert
from portal.cases.models.cases import private
from portal.retention.registry import Ending, Own, OwnFile, Row, end_in_time, keep


def state() -> None:
    without_end = "without end"
    office = "nothing of a person: it belongs to the office"
    keep("cases.Case", without_end, download=Own("cases", _cases))
    keep("cases.Entry", without_end, download=Own("case_lines", _lines, _answers))
    keep(
        "cases.Attachment",
        "the file “attachments_months” after the case is closed",
        download=Own("case_files", _files, _file_bytes),
    )
    keep("cases.DataChange", without_end, download="told by the lines of its case")
    keep("cases.Handover", without_end, download="told by the lines of its case, and its documents lie there")
    for model in ("CaseTopic", "TopicQuestion", "AnswerTemplate", "OfficeMessage", "Outage", "OutageStreet"):
        keep(f"cases.{model}", without_end, download=office)
    keep("cases.InboxItem", without_end, download=Own("inbox", _inbox))
    keep("cases.InboxMark", "as long as the message", download="when one's own messages were opened, told by the inbox")
    keep("cases.CopyWish", "until it is withdrawn", download="one's own choice, which stands beside the inbox")
    keep("cases.OutageAlert", "until it is withdrawn", download=Own("outage_alerts", _alerts))
    end_in_time(
        Ending(
            "case_attachments",
            _("attachments of messages"),
            "attachments_months",
            _old_files,
            _forget_files,
            customer="entry__case__customer__public_id",
            user="entry__case__user",
        )
    )


def _old_files(before: date) -> QuerySet[Any]:
    return Attachment.objects.filter(entry__case__closed_at__lt=clock.at(before)).exclude(file="")


def _forget_files(rows: list[Any]) -> None:
    for attached in rows:
        path, attached.file = attached.file, ""
        attached.save(update_fields=["file"])
        transaction.on_commit(partial(private().delete, path))


def _own(user: Any) -> QuerySet[Case]:
    """Cases that this person wrote."""
    return Case.objects.filter(user=user).order_by("pk")


def _cases(user: Any) -> Iterator[Row]:
    for case in _own(user).select_related("topic").iterator():
        yield {
            "number": case.number,
            "topic": case.topic.name,
            "subject": case.subject,
            "place": case.place,
            "opened": case.opened_at,
            "answer_due": case.due_on,
            "state": case.state,
        }


def _said(user: Any) -> QuerySet[Entry]:
    return Entry.objects.filter(case__in=_own(user)).exclude(kind=Entry.Kind.NOTE).select_related("case").order_by("pk")


def _lines(user: Any) -> Iterator[Row]:
    for entry in _said(user).iterator():
        yield {"case": entry.case.number, "at": entry.at, "from_office": entry.is_from_office, "text": entry.text}


def _answers(user: Any) -> Iterator[OwnFile]:
    for entry in _said(user).exclude(pdf="").iterator():
        name = str(entry.case.number).replace("/", "-")
        yield OwnFile(f"{name}-{entry.public_id.hex[:8]}.pdf", partial(_read, entry.pdf))


def _attached(user: Any) -> QuerySet[Attachment]:
    own = Attachment.objects.filter(entry__in=_said(user), state=Attachment.State.CLEAN)
    return own.select_related("entry__case").order_by("pk")


def _files(user: Any) -> Iterator[Row]:
    for attached in _attached(user).iterator():
        yield {"case": attached.entry.case.number, "name": attached.name, "bytes": attached.size}


def _file_bytes(user: Any) -> Iterator[OwnFile]:
    for attached in _attached(user).exclude(file="").iterator():
        yield OwnFile(f"{attached.public_id.hex[:8]}-{attached.name}", partial(_read, attached.file))


def _read(path: str) -> bytes:
    with private().open(path) as file:
        content: bytes = file.read()
        return content


def _inbox(user: Any) -> Iterator[Row]:
    opened = Q(marks__user=user)
    for item in InboxItem.objects.filter(opened).select_related("message").order_by("pk").iterator():
        yield {"subject": item.message.subject, "text": item.message.text, "arrived": item.arrived_at}


def _alerts(user: Any) -> Iterator[Row]:
    for wish in OutageAlert.objects.filter(user=user).select_related("customer").order_by("pk"):
        yield {"customer": wish.customer.number, "since": wish.asked_at}

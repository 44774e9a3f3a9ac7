"""Files that came in: looked through before anybody opens them, and swept when no row names them."""

from datetime import UTC, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal import clock
from portal.cases import actions
from portal.cases.files import FOLDER
from portal.cases.gateways.scanner import scanner
from portal.cases.models import Attachment, Entry, Handover, OfficeMessage
from portal.cases.models.cases import private
from portal.desk.actions import open_task

MALWARE = "case_malware"
KEPT = timedelta(hours=48)


def scan(attachment_id: int) -> None:
    """Open a clean file to those who may read the case; withhold and remove another. Raises ScannerUnavailable."""
    attached = Attachment.objects.select_related("entry__case").get(pk=attachment_id)
    if attached.state != Attachment.State.WAITING:
        return
    with private().open(attached.file) as file:
        verdict = scanner().scan(file.read())
    state = Attachment.State.CLEAN if verdict.is_clean else Attachment.State.INFECTED
    path = attached.file
    with transaction.atomic():
        taken = Attachment.objects.filter(pk=attached.pk, state=Attachment.State.WAITING).update(
            state=state, checked_at=clock.now(), found=verdict.found, file=path if verdict.is_clean else ""
        )
        if taken and not verdict.is_clean:
            _withhold(attached, verdict.found)
    if taken and not verdict.is_clean:
        private().delete(path)


def _withhold(attached: Attachment, found: str) -> None:
    case = attached.entry.case
    actions.tell(
        case, _("The file %(name)s was not kept: it carries malware. Send another one.") % {"name": attached.name}
    )
    open_task(
        MALWARE,
        about=f"case:{case.public_id}",
        title=_("A file of case %(number)s carried malware") % {"number": case.number},
        body=f"{attached.name}: {found}",
        customer=case.customer.public_id if case.customer else None,
    )


def sweep() -> None:
    storage = private()
    if not storage.exists(FOLDER):
        return
    limit = clock.true_now() - KEPT
    names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    named = set(Attachment.objects.values_list("file", flat=True))
    named |= set(Entry.objects.exclude(pdf="").values_list("pdf", flat=True))
    named |= set(OfficeMessage.objects.exclude(file="").values_list("file", flat=True))
    named |= set(Handover.objects.exclude(papers="").values_list("papers", flat=True))
    for name in names:
        if name not in named and storage.get_modified_time(name).astimezone(UTC) < limit:
            storage.delete(name)

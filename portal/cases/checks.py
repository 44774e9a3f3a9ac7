"""Files that came in: looked through before anybody opens them, and swept when no row names them."""

from datetime import UTC, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal import clock, jobs
from portal.cases import actions
from portal.cases.files import FOLDER, FileRefused, KeptFile
from portal.cases.gateways.scanner import ScannerUnavailable, scanner
from portal.cases.models import Attachment, Entry, Handover, OfficeMessage
from portal.cases.models.cases import private
from portal.desk.actions import close_about, open_task

MALWARE = "case_malware"
SILENT = "scanner_silent"
ABOUT_SCANNER = "scanner:files"
KEPT = timedelta(hours=48)
PATIENCE = timedelta(hours=1)  # by then a scan has been tried as often as a job is


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


def ask_again() -> int:
    """Files that still wait after an hour, because the scanner was silent, are asked about again; a clerk is told."""
    waiting = Attachment.objects.filter(state=Attachment.State.WAITING)
    late = list(waiting.filter(entry__at__lt=clock.now() - PATIENCE).values_list("pk", flat=True))
    for key in late:
        jobs.later("portal.cases.tasks.scan", key)
    if late:
        open_task(
            SILENT,
            about=ABOUT_SCANNER,
            title=_("Files wait to be looked through for malware"),
            body=_("%(count)s files stay closed: the scanner does not answer. Ask whoever runs the portal to look.")
            % {"count": len(late)},
        )
    elif not waiting.exists():
        close_about(SILENT, ABOUT_SCANNER, outcome=_("The scanner answers again."))
    return len(late)


def look_through(kept: KeptFile) -> None:
    """A file of the office's own goes nowhere before it is known to be clean. Raises FileRefused, and keeps nothing."""
    with private().open(kept.path) as file:
        content = file.read()
    try:
        verdict = scanner().scan(content)
    except ScannerUnavailable:
        private().delete(kept.path)
        raise FileRefused(
            _("The file %(name)s could not be looked through for malware just now. Try again in a few minutes.")
            % {"name": kept.name}
        ) from None
    if not verdict.is_clean:
        private().delete(kept.path)
        raise FileRefused(
            _("The file %(name)s carries malware (%(found)s), so it was not kept.")
            % {"name": kept.name, "found": verdict.found}
        )


def _withhold(attached: Attachment, found: str) -> None:
    case = attached.entry.case
    told = gettext_noop("The file %(name)s was not kept: it carries malware. Send another one.")
    if attached.entry.kind == Entry.Kind.NOTE:
        actions.note_inside(
            case, text=_(told) % {"name": attached.name}
        )  # of the office's own files the customer learns nothing
    else:
        actions.tell(case, told, name=attached.name)
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

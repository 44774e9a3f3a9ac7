"""What is done later and again and again: files looked through, deadlines watched, answered cases closed."""

from portal import jobs
from portal.cases import changes, checks, deadlines, inbox, outages
from portal.cases.models import OfficeMessage, Outage


def scan(attachment_id: int) -> None:
    checks.scan(attachment_id)


def watch() -> None:
    """Each waiting case is looked at in a transaction of its own."""
    for case_id in deadlines.waiting():
        jobs.later("portal.cases.tasks.look_at", case_id)
    for case_id in deadlines.to_close():
        jobs.later("portal.cases.tasks.close_one", case_id)


def look_at(case_id: int) -> None:
    deadlines.look_at(case_id)


def close_one(case_id: int) -> None:
    deadlines.close_one(case_id)


def scan_again() -> None:
    """Files that the scanner has not answered about."""
    checks.ask_again()


def sweep_files() -> None:
    """Files whose form was never sent to its end."""
    checks.sweep()


def watch_outages() -> None:
    outages.close_ended()


def announce_outage(outage_id: int) -> None:
    outages.announce(Outage.objects.get(pk=outage_id))


def end_outage(outage_id: int) -> None:
    outages.announce_end(Outage.objects.get(pk=outage_id))


def send_message(message_id: int) -> None:
    inbox.deliver(OfficeMessage.objects.get(pk=message_id))


def confirm_changes() -> None:
    """Which changes the billing system has brought back."""
    changes.confirm_imported()

"""The evening's reminders."""

from portal import jobs
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.waste import actions
from portal.waste.models import PickupReminder


def remind() -> None:
    if not rules(Modules).waste:
        return
    for reminder_id in actions.to_remind():
        jobs.later("portal.waste.tasks.remind_one", reminder_id)


def remind_one(reminder_id: int) -> None:
    found = PickupReminder.objects.filter(pk=reminder_id).select_related("user", "customer").first()
    if found is not None:
        actions.remind_one(found)

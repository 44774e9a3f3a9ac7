"""What people do about waste: ask to be reminded, report a pickup that did not happen."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.customers.access import Viewer, may, viewer_of
from portal.customers.models import Customer, Deed
from portal.desk.actions import report
from portal.desk.reports import Report
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.utility.templatetags.ebok import day
from portal.waste import queries
from portal.waste.models import Pickup, PickupReminder
from portal.waste.queries import PickupLine

MISSED = "pickup_missed"


@transaction.atomic
def remind(*, user: Any, customer: Customer, is_wanted: bool) -> None:
    """Turn the evening's reminder on or off. Asked again it changes nothing."""
    held = PickupReminder.objects.filter(user=user, customer=customer)
    if is_wanted == held.exists():
        return
    if is_wanted:
        PickupReminder.objects.create(user=user, customer=customer, asked_at=clock.now())
    else:
        held.delete()
    note(
        "pickup_reminder_on" if is_wanted else "pickup_reminder_off",
        about=f"customer:{customer.public_id}",
        by=user,
        customer=customer.public_id,
    )


@transaction.atomic
def report_missed(line: PickupLine, *, viewer: Viewer, by: Any) -> None:
    """Tell the office that waste was not collected. A second report of the same pickup changes nothing."""
    if viewer.customer is None:
        return
    about = f"pickup:{line.point}:{line.day:%Y%m%d}"
    report(
        Report(
            kind=MISSED,
            about=about,
            topic="waste",
            subject=_("Waste not collected, customer %(customer)s") % {"customer": viewer.customer.number},
            text=f"{line.place}\n{day(line.day)}\n{line.streams_in_words}",
            customer=viewer.customer.public_id,
            by=by,
        )
    )
    note("pickup_reported_missed", about=about, by=by, customer=viewer.customer.public_id)


@transaction.atomic
def remind_one(reminder: PickupReminder) -> None:
    """Write of tomorrow's pickups, if the person may still see them."""
    customer, user = reminder.customer, reminder.user
    tomorrow = clock.today() + timedelta(days=1)
    viewer = viewer_of(user, customer=customer.public_id)
    if not rules(Modules).waste or not may(viewer, Deed.SEE_WASTE):
        return
    lines = queries.pickups(viewer, tomorrow, tomorrow)
    if not lines:
        return
    send(
        "pickup_tomorrow",
        to=user.email or "",
        about=f"pickup:{customer.public_id}:{tomorrow:%Y%m%d}",
        user=user,
        customer=customer.public_id,
        day=day(tomorrow),
        what="\n".join(f"{line.place}: {line.streams_in_words}" for line in lines),
        link=absolute(f"{reverse('waste:calendar')}?k={customer.public_id}"),
    )


def to_remind() -> list[int]:
    """Reminders of customers from whom something is collected tomorrow."""
    tomorrow = clock.today() + timedelta(days=1)
    collected = Pickup.objects.filter(day=tomorrow).values("point__contract__customer")
    return list(PickupReminder.objects.filter(customer__in=collected).values_list("pk", flat=True))

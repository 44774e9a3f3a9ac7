"""Water alerts: found by night in what came from billing, told on the screen, and by letter to those who asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock, jobs
from portal.customers import access
from portal.customers.access import Viewer, may, open_delegations, viewer_of
from portal.customers.models import Customer, Deed
from portal.journal.actions import note
from portal.metering import watching
from portal.metering.facts import booked, curve, in_use, marks_of, moments
from portal.metering.models import AlertConsent, Meter, WaterAlert
from portal.metering.rules import ReadingRules
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.utility.templatetags.ebok import cubic, day

A_BATCH = 200
SHOWN_FOR = timedelta(days=30)
QUIET_FOR = timedelta(days=14)  # a leak that goes on is not told of every morning


def is_watching() -> bool:
    return bool(rules(Modules).readings and rules(ReadingRules).is_watching)


# Finding


def watch() -> int:
    """Ask for a look at every meter whose customer somebody acts for here, some hundreds a job."""
    if not is_watching():
        return 0
    held = open_delegations().filter(customer=OuterRef("point__customer"))
    fresh = booked(meter=OuterRef("pk"), read_on__gte=clock.today() - watching.FRESH)
    keys = list(
        Meter.objects.filter(in_use(clock.today()), Exists(held), Exists(fresh))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    batches = [keys[at : at + A_BATCH] for at in range(0, len(keys), A_BATCH)]
    for batch in batches:
        jobs.later("portal.metering.tasks.watch_batch", batch[0], batch[-1])
    return len(batches)


def watch_batch(first: int, last: int) -> list[WaterAlert]:
    """Look at the meters with keys from one to another. Three statements, and those of what is found."""
    today, day_rules = clock.today(), rules(ReadingRules)
    if not is_watching():
        return []
    meters = list(Meter.objects.filter(in_use(today), pk__range=(first, last)).select_related("point__customer"))
    keys = [meter.pk for meter in meters]
    past = marks_of(keys)
    begins = clock.at(today - max(1, day_rules.leak_nights) * watching.A_DAY)
    by_hour = moments([meter.pk for meter in meters if meter.is_remote], begins)
    found: list[WaterAlert] = []
    for meter in meters:
        seen = watching.newest_period(curve(past.get(meter.pk, []), meter.digits), today)
        nights = watching.nights(by_hour.get(meter.pk, []), today, day_rules.leak_nights)
        alarm = watching.judge(replace(seen, nights=nights), day_rules)
        alert = raise_alert(meter, alarm) if alarm else None
        if alert:
            found.append(alert)
    return found


@transaction.atomic
def raise_alert(meter: Meter, alarm: watching.Alarm) -> WaterAlert | None:
    """Kept and told once; while the last of its kind is young, nothing more is said."""
    lately = WaterAlert.objects.filter(meter=meter, kind=alarm.kind, found_at__gt=clock.now() - QUIET_FOR)
    if lately.exists():
        return None
    alert, is_new = WaterAlert.objects.get_or_create(
        meter=meter,
        kind=alarm.kind,
        last=alarm.last,
        defaults={"first": alarm.first, "compared": alarm.compared, "found_at": clock.now()},
    )
    if not is_new:
        return None
    customer = meter.point.customer
    note("water_alert", about=f"alert:{alert.public_id}", by="system", customer=customer.public_id, kind=alarm.kind)
    for consent in AlertConsent.objects.filter(customer=customer).select_related("user"):
        _write(alert, consent.user, customer)
    return alert


def _write(alert: WaterAlert, user: Any, customer: Customer) -> None:
    """To whom asked, while they may still see this meter."""
    viewer = viewer_of(user, customer=customer.public_id)
    seen = access.visible(Meter.objects.filter(pk=alert.meter_id), viewer, Deed.SEE_READINGS)
    if not may(viewer, Deed.SEE_READINGS) or not seen.exists():
        return
    send(
        "water_alert",
        to=user.email or "",
        about=f"alert:{alert.public_id}",
        user=user,
        customer=customer.public_id,
        kind=str(alert.get_kind_display()),
        meter=alert.meter.serial_number,
        what=what_was_compared(alert),
        link=absolute(f"{reverse('metering:meter', args=[alert.meter.public_id])}?k={customer.public_id}"),
    )


def what_was_compared(alert: WaterAlert) -> str:
    """The sentence of an alert: what was compared with what."""
    told = alert.compared
    if "nights" in told:
        return ngettext(
            "Last night water flowed in every hour between 1:00 and 5:00, at least %(litres)s litres an hour.",
            "For %(count)d nights, until %(day)s, water has flowed in every hour between 1:00 and 5:00, at least %(litres)s litres an hour.",
            int(told["nights"]),
        ) % {"count": int(told["nights"]), "day": day(alert.last), "litres": told["least_litres"]}
    return _("From %(first)s to %(last)s the use was %(monthly)s a month; in this season it is usually %(usual)s.") % {
        "first": day(alert.first),
        "last": day(alert.last),
        "monthly": cubic(Decimal(told["monthly"])),
        "usual": cubic(Decimal(told["usual"])),
    }


# Asking for letters


@transaction.atomic
def ask_for_letters(*, user: Any, customer: Customer, is_wanted: bool) -> None:
    """Consent to letters about alerts, or withdraw it. Asked again it changes nothing."""
    held = AlertConsent.objects.filter(user=user, customer=customer)
    if is_wanted == held.exists():
        return
    if is_wanted:
        AlertConsent.objects.create(user=user, customer=customer, asked_at=clock.now())
    else:
        held.delete()
    note(
        "water_alerts_on" if is_wanted else "water_alerts_off",
        about=f"customer:{customer.public_id}",
        by=user,
        customer=customer.public_id,
    )


# Showing


@dataclass(frozen=True)
class AlertLine:
    kind: str
    kind_in_words: str
    what: str
    serial_number: str
    meter: UUID
    found_on: date

    @property
    def is_leak(self) -> bool:
        return self.kind == WaterAlert.Kind.LEAK


def line_of(alert: WaterAlert) -> AlertLine:
    return AlertLine(
        alert.kind,
        str(alert.get_kind_display()),
        what_was_compared(alert),
        alert.meter.serial_number,
        alert.meter.public_id,
        alert.found_at.astimezone(clock.WARSAW).date(),
    )


def alerts(viewer: Viewer, meter: Meter | None = None) -> Sequence[AlertLine]:
    """What was found lately, the newest first. One statement; none where nobody watches."""
    if not is_watching():
        return ()
    rows = access.visible(WaterAlert.objects.filter(found_at__gt=clock.now() - SHOWN_FOR), viewer, Deed.SEE_READINGS)
    if meter is not None:
        rows = rows.filter(meter=meter)
    return tuple(line_of(alert) for alert in rows.select_related("meter")[:3])


def are_asked_for(viewer: Viewer) -> bool:
    """One statement."""
    if viewer.customer is None or viewer.user_id is None:
        return False
    return AlertConsent.objects.filter(user_id=viewer.user_id, customer_id=viewer.customer.pk).exists()

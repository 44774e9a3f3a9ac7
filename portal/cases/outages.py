"""What is done with an outage: published, prolonged, closed. Everything that tells of it follows this one row."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.cases import outage_queries as queries
from portal.cases import policies
from portal.cases.models import Outage, OutageAlert
from portal.cases.rules import CaseRules
from portal.content import page_cache
from portal.customers import access
from portal.customers.access import Viewer, viewer_of
from portal.customers.models import Customer, Deed, ServicePoint
from portal.desk.actions import close_about, open_task
from portal.journal.actions import note
from portal.notifications.actions import open_again, write_to
from portal.notifications.models import Delivery
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import moment as moment_in_words

ENDING = "outage_ending"
HALF_AN_HOUR = timedelta(minutes=30)


class NoArea(Exception):
    """An outage without a street concerns nobody."""

    def __str__(self) -> str:
        return _("Say which streets it concerns: an outage without an area would tell nobody.")


class EndsTooSoon(Exception):
    """An outage ends after it begins."""

    def __str__(self) -> str:
        return _("The end comes after the beginning.")


class OverAlready(Exception):
    """This outage has ended."""

    def __str__(self) -> str:
        return _("This outage is over already.")


def about(outage: Outage) -> str:
    return f"outage:{outage.public_id}"


def short_notice(outage: Outage) -> str:
    """What the publisher must know before a planned interruption is published too late; empty when it is in time."""
    if outage.kind != Outage.Kind.PLANNED:
        return ""
    values = rules(CaseRules)
    needed = policies.notice_needed(
        outage.starts_at,
        outage.ends_at,
        days=values.notice_days,
        days_long=values.notice_days_long,
        long_from_hours=values.long_from_hours,
    )
    if not policies.is_short_notice(clock.now(), outage.starts_at, needed):
        return ""
    return _("Such an interruption must be announced %(days)s days before. This one would be announced too late.") % {
        "days": needed
    }


def publish(outage: Outage, *, by: Any) -> None:
    """From now on it stands in the list, in the banner while it lasts, and letters go out. Raises NoArea, OverAlready."""
    if not outage.streets.exists():
        raise NoArea
    if outage.closed_at or outage.ends_at <= clock.now():
        raise OverAlready
    with transaction.atomic():
        changed = Outage.objects.filter(pk=outage.pk, published_at__isnull=True).update(
            published_at=clock.now(), published_by=by
        )
        if changed:
            note("outage_published", about=about(outage), by=by, kind=outage.kind, late=bool(short_notice(outage)))
            jobs.later("portal.cases.tasks.announce_outage", outage.pk)
            _seen_at_once()
    outage.refresh_from_db()


@transaction.atomic
def prolong(outage: Outage, *, until: datetime, by: Any) -> None:
    """Another expected end: the banner, the list and the failure form say it at once. Raises OverAlready, EndsTooSoon."""
    if until <= outage.starts_at:
        raise EndsTooSoon
    if not Outage.objects.filter(pk=outage.pk, closed_at__isnull=True).update(ends_at=until):
        raise OverAlready
    outage.refresh_from_db()
    close_about(ENDING, about(outage), outcome=_("The outage goes on."))
    note("outage_prolonged", about=about(outage), by=by, until=until.isoformat())
    _seen_at_once()


@transaction.atomic
def close(outage: Outage, *, by: Any) -> None:
    """It works again: the banner goes, and who was told of it is told of its end. Raises OverAlready."""
    if not Outage.objects.filter(pk=outage.pk, closed_at__isnull=True).update(closed_at=clock.now()):
        raise OverAlready
    outage.refresh_from_db()
    close_about(ENDING, about(outage), outcome=_("The outage is over."))
    note("outage_closed", about=about(outage), by=by)
    if outage.published_at:
        jobs.later("portal.cases.tasks.end_outage", outage.pk)
    _seen_at_once()


def _seen_at_once() -> None:
    queries.published.forget()
    page_cache.renew()


def close_ended() -> None:
    """By itself at its expected end; a clerk is asked before, while it can still be prolonged."""
    now = clock.now()
    for outage in Outage.objects.filter(closed_at__isnull=True, published_at__isnull=False, ends_at__lte=now):
        close(outage, by="clock")
    soon = Outage.objects.filter(
        kind=Outage.Kind.FAILURE, closed_at__isnull=True, published_at__isnull=False, ends_at__lte=now + HALF_AN_HOUR
    )
    for outage in soon:
        open_task(
            ENDING,
            about=about(outage),
            title=_("Is it over? %(title)s") % {"title": outage.title},
            body=_("Expected until %(until)s. Prolong it, or it closes by itself.")
            % {"until": moment_in_words(outage.ends_at)},
        )


# Telling those who live there and asked for it


@transaction.atomic
def alert(*, user: Any, customer: Customer, is_wanted: bool) -> None:
    """Agree to be told of outages, or withdraw it. Asked again it changes nothing."""
    held = OutageAlert.objects.filter(user=user, customer=customer)
    if is_wanted:
        open_again(user, "outage_announced", "outage_ended")
    if is_wanted == held.exists():
        return
    if is_wanted:
        OutageAlert.objects.create(user=user, customer=customer, asked_at=clock.now())
    else:
        held.delete()
    note(
        "outage_alert_on" if is_wanted else "outage_alert_off",
        about=f"customer:{customer.public_id}",
        by=user,
        customer=customer.public_id,
    )


def announce(outage: Outage) -> int:
    """Write to everybody concerned who agreed; each once, however often this runs. Returns how many."""
    if outage.published_at is None or outage.closed_at is not None:
        return 0
    areas = queries.areas_of(outage)
    place = ", ".join(f"{area.street} {area.written}".strip() for area in areas)
    return _tell(
        outage,
        "outage_announced",
        lambda: {
            "title": outage.title,
            "place": place,
            "begins": moment_in_words(outage.starts_at),
            "ends": moment_in_words(outage.ends_at),
            "text": outage.text,
        },
    )


def announce_end(outage: Outage) -> int:
    """To whom its beginning was told, and who still wants to know."""
    place = ", ".join(f"{area.street} {area.written}".strip() for area in queries.areas_of(outage))
    know = Delivery.objects.filter(message="outage_announced", about=about(outage)).values("user")
    return _tell(outage, "outage_ended", lambda: {"title": outage.title, "place": place}, user__in=know)


def _tell(outage: Outage, code: str, values: Any, **who: Any) -> int:
    points = queries.points_in(queries.areas_of(outage))
    alerts = OutageAlert.objects.filter(customer__in=points.values("customer"), **who)
    alerts = alerts.select_related("user", "customer")
    told = 0
    for wish in alerts.order_by("pk").iterator(chunk_size=500):
        viewer = viewer_of(wish.user, customer=wish.customer.public_id)
        if not wish.user.is_active or not _lives_there(viewer, points):
            continue
        with translation.override(wish.user.language):
            told += len(write_to(wish.user, code, about=about(outage), customer=wish.customer.public_id, **values()))
    return told


def _lives_there(viewer: Viewer, points: Any) -> bool:
    """Whether the person may still act for a place within the area."""
    own = access.visible(ServicePoint.objects.filter(pk__in=points.values("pk")), viewer, Deed.SEE_CONTRACT)
    return own.exists()

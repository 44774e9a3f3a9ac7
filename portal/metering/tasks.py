"""What is done later and again and again: the window's end, reminders, readings on their way, photos nobody sent."""

from datetime import UTC, date, timedelta

from django.core.files.storage import storages

from portal import clock
from portal.customers.models import Customer
from portal.metering import actions, alerts, downtime, missing
from portal.metering.models import Submission
from portal.metering.photos import FOLDER, KEPT_HOURS


def close_window() -> None:
    missing.close_last_window()


def miss_window(customer_id: int, closes: str) -> None:
    missing.miss_window(Customer.objects.get(pk=customer_id), date.fromisoformat(closes))


def remind() -> None:
    missing.remind()


def remind_one(customer_id: int) -> None:
    missing.remind_one(Customer.objects.get(pk=customer_id))


def beat() -> None:
    downtime.beat()


def watch() -> None:
    alerts.watch()


def watch_batch(first: int, last: int) -> None:
    alerts.watch_batch(first, last)


def follow_up() -> None:
    """Which readings were sent, and which of them are booked."""
    actions.mark_exported()
    actions.match_booked()


def sweep_photos() -> None:
    """Photos whose form was never sent to its end."""
    storage = storages["private"]
    if not storage.exists(FOLDER):
        return
    limit = clock.true_now() - timedelta(hours=2 * KEPT_HOURS)
    names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    kept = set(Submission.objects.filter(photo__in=names).values_list("photo", flat=True))
    for name in names:
        if name not in kept and storage.get_modified_time(name).astimezone(UTC) < limit:
            storage.delete(name)

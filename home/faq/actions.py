"""Counting whether an answer helped (one voice a day from one address, nothing kept about whose), and putting in order."""

import hashlib

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from home.faq import queries
from home.faq.entries import FaqEntry, FaqHelp
from portal import clock
from portal.content import page_cache

ONE_DAY = 24 * 60 * 60


@transaction.atomic
def count_voice(entry: FaqEntry, *, has_helped: bool, address: str) -> bool:
    """Whether it counted: a second voice about the same answer on the same day does not."""
    said = hashlib.sha256(f"{entry.pk} {clock.today()} {address}".encode()).hexdigest()
    if not cache.add(f"faq-voice:{said}", 1, ONE_DAY):
        return False
    FaqHelp.objects.get_or_create(entry=entry)
    counted = "helped" if has_helped else "did_not_help"
    FaqHelp.objects.filter(entry=entry).update(**{counted: F(counted) + 1})
    return True


@transaction.atomic
def move(entry: FaqEntry, position: int) -> None:
    """Put a question at a place of the whole list, in the order in which editors see it.

    It stays in its group: put beyond it, it becomes the group's first or last.
    """
    everything = list(queries.in_editors_order(FaqEntry.objects.all()))
    others = [one for one in everything if one.pk != entry.pk]
    before = [one for one in others[: max(position, 0)] if one.category_id == entry.category_id]
    after = [one for one in others[max(position, 0) :] if one.category_id == entry.category_id]
    group = [*before, entry, *after]
    for order, one in enumerate(group, start=1):
        one.order = order
    FaqEntry.objects.bulk_update(group, ["order"])
    page_cache.renew()

"""Counting whether an answer helped: one voice a day from one address, and nothing kept about whose it was."""

import hashlib

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from home.faq.entries import FaqEntry, FaqHelp
from portal import clock

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

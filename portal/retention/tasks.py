"""The purge by night."""

from portal import jobs
from portal.retention.actions import purge
from portal.retention.below import clear_away


def purge_by_night() -> None:
    with jobs.lease("purge"):
        purge(is_dry=False)
        clear_away()

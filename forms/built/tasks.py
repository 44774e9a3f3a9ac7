"""What forms built by editors do by the clock."""

from datetime import timedelta

from django.core.files.storage import storages

from forms.built.uploads import WAITING
from portal import clock

LONGEST_WAIT = timedelta(hours=24)


def sweep_waiting_files() -> None:
    """Files of forms that nobody sent in the end."""
    storage = storages["private"]
    try:
        _folders, names = storage.listdir(WAITING)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{WAITING}/{name}"
        # A file's time is the machine's true one, whatever day a demo pretends.
        if storage.get_modified_time(path) < clock.true_now() - LONGEST_WAIT:
            storage.delete(path)

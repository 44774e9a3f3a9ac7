"""Processes that read FA(3) files beside ours.

A new process imports this before Django is ready there, so nothing here knows a table.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from django.utils.translation import get_language

# A process of its own starts in about two seconds; so many files are read in that time by one.
WORTH_HELPERS = 2_000


@contextmanager
def readers(rows: int) -> Iterator[ProcessPoolExecutor | None]:
    """One for each processor, where there are enough files to make it worth while."""
    count = os.cpu_count() or 1
    if rows < WORTH_HELPERS or count == 1:
        yield None
        return
    with ProcessPoolExecutor(count, get_context("spawn"), _awake, (get_language(),)) as pool:
        yield pool


def _awake(language: str | None) -> None:
    import django  # noqa: PLC0415 - a process of its own starts with nothing
    from django.utils import translation  # noqa: PLC0415 - the same

    django.setup()
    if language:
        translation.activate(language)

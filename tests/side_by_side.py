"""The same deed in several threads that start together, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(count: int, deed: Callable[[int], Any]) -> list[Any]:
    """What one raises is its result."""
    start = threading.Barrier(count)

    def one(number: int) -> Any:
        start.wait()
        try:
            return deed(number)
        except Exception as error:  # noqa: BLE001 - a refusal is a result here
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))

"""A machine that is slow on purpose, for journeys (EBOK_SLOW=1): who reads a page before it is whole is found here, not later.

Each page comes late and in two halves.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse

BEFORE = BETWEEN = 0.4  # seconds


def slow_site(patch: pytest.MonkeyPatch) -> None:
    answer = WSGIHandler.__call__

    def late(self: WSGIHandler, *asked: Any) -> Any:
        response = answer(self, *asked)
        if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith("text/html"):
            time.sleep(BEFORE)
            return _Halves(response)
        return response

    patch.setattr(WSGIHandler, "__call__", late)


class _Halves:
    def __init__(self, response: HttpResponse) -> None:
        self.response, self.body, self.close = response, response.content, response.close

    def __iter__(self) -> Iterator[bytes]:
        middle = len(self.body) // 2
        yield self.body[:middle]
        time.sleep(BETWEEN)
        yield self.body[middle:]

"""How long requests take, by the name of their route: counted in each process, added up over the processes of a machine.

Each process writes its figures to a file of its own every few seconds; whoever is asked for metrics adds them up, so that
the answer is the same from every process and no figure falls when one of them is replaced. No address, nothing of a person.
"""

import atexit
import fcntl
import json
import os
import threading
import time
import uuid
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

LIMITS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds; beyond them there is one more
WRITTEN_EVERY = 5.0  # seconds
PANEL = "/panel/"
MOST_FILES = 50  # of processes that have ended; then theirs become one
ENDED = "ended.json"

Figures = dict[str, list[float]]  # by route and status: requests within each limit, beyond all, and their seconds


class RequestTimes:
    """Middleware: the first, so that the others' time counts too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        COUNTED.add(route_of(request, response), response.status_code, time.perf_counter() - began)
        return response


def route_of(request: HttpRequest, response: HttpResponseBase) -> str:
    """The name of the address, never the address: that may hold what a person typed."""
    match = request.resolver_match
    if match is None:
        return "none"
    if request.path.startswith(PANEL):
        return "panel"
    page = (getattr(response, "context_data", None) or {}).get("page")
    return type(page).__name__ if page is not None else match.view_name or "unnamed"


class Counted:
    """What one process has seen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._figures: Figures = {}
        self._written_at = 0.0
        self._process = 0
        self._file = ""

    def add(self, route: str, status: int, seconds: float) -> None:
        with self._lock:
            if self._process != os.getpid():  # forked: the figures so far are the parent's
                self._process, self._figures = os.getpid(), {}
                self._file = f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json"
            found = self._figures.setdefault(f"{route} {status // 100}xx", [0.0] * (len(LIMITS) + 2))
            found[bisect_left(LIMITS, seconds)] += 1
            found[-1] += seconds
            if time.monotonic() - self._written_at > WRITTEN_EVERY:
                self._write()

    def write(self) -> None:
        with self._lock:
            if self._process == os.getpid():
                self._write()

    def _write(self) -> None:
        self._written_at = time.monotonic()
        _write(self._file, self._figures)


COUNTED = Counted()
atexit.register(COUNTED.write)


def _folder() -> Path:
    return Path(settings.EBOK_REQUEST_TIMES)


def _write(name: str, figures: Figures) -> None:
    """Whole or not at all. A disk that is full costs a figure and no page."""
    with suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True)
        half = _folder() / f"{name}.part"
        half.write_text(json.dumps(figures), encoding="utf-8")
        half.replace(_folder() / name)


def seen() -> Figures:
    """Of all processes of this machine, also those that have ended."""
    COUNTED.write()
    added: Figures = {}
    with suppress(OSError), _alone():
        files = sorted(_folder().glob("*.json"))
        ended = [path for path in files if not _lives(path)]
        for path in files:
            _add(added, _read(path))
        if len(ended) > MOST_FILES:
            together: Figures = {}
            for path in ended:
                _add(together, _read(path))
            _write(ENDED, together)
            for path in ended:
                if path.name != ENDED:
                    path.unlink(missing_ok=True)
    return added


@contextmanager
def _alone() -> Iterator[None]:
    """One reader at a time, or figures being put together would be read twice."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _add(to: Figures, some: Figures) -> None:
    for name, found in some.items():
        sums = to.setdefault(name, [0.0] * len(found))
        sums[:] = [one + other for one, other in zip(sums, found, strict=True)]


def _lives(path: Path) -> bool:
    process = path.name.partition("-")[0]
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _read(path: Path) -> Figures:
    try:
        return {
            name: found
            for name, found in json.loads(path.read_text(encoding="utf-8")).items()
            if len(found) == len(LIMITS) + 2
        }
    except (OSError, ValueError):  # just replaced, or of another version
        return {}


def told() -> Iterator[str]:
    """As Prometheus reads a histogram."""
    figures = sorted(seen().items())
    yield "# HELP ebok_request_seconds How long requests took, by the name of their route.\n"
    yield "# TYPE ebok_request_seconds histogram\n"
    for name, found in figures:
        route, _space, status = name.rpartition(" ")
        labels, so_far = f'route="{route}",status="{status}"', 0.0
        for limit, count in zip((*map(str, LIMITS), "+Inf"), found, strict=False):
            so_far += count
            yield f'ebok_request_seconds_bucket{{{labels},le="{limit}"}} {so_far:.0f}\n'
        yield f"ebok_request_seconds_sum{{{labels}}} {found[-1]:.6f}\n"
        yield f"ebok_request_seconds_count{{{labels}}} {so_far:.0f}\n"

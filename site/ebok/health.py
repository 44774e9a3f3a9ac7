"""Whether the portal lives, is ready, and how it fares: for load balancers, and for those who hold a token for metrics.

What is told without a token is one word: details would tell strangers what to press on.
"""

from collections.abc import Callable, Iterator

from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ebok.metrics import page
from portal.exchange import tokens


@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of anybody: a slow database is no reason to kill it."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """The process can do its work: the database answers and is migrated, cache and files can be reached."""
    is_ready = not list(wrong())
    return JsonResponse({"status": "ready" if is_ready else "not ready"}, status=200 if is_ready else 503)


def wrong() -> Iterator[str]:
    """The names of what does not work."""
    for name, works in CHECKS.items():
        try:
            if not works():
                yield name
        except Exception:  # noqa: BLE001 - whatever is wrong, the answer is "not ready"
            yield name


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone())


_is_migrated = False  # once it is, this process will not see it otherwise


def _migrations() -> bool:
    global _is_migrated  # noqa: PLW0603 - looked at until it holds, then never again
    if not _is_migrated:
        executor = MigrationExecutor(connection)
        _is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_migrated


def _cache() -> bool:
    caches["default"].set("ready", 1, 10)
    return caches["default"].get("ready") == 1


def _files() -> bool:
    storages["private"].exists("ready")
    return True


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "files": _files,
}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus reads it with a token of the panel that may read metrics; to others there is nothing here."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or tokens.token_of(secret, tokens.METRICS) is None:
        return JsonResponse({"detail": "Unauthorized"}, status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(page(), content_type="text/plain; version=0.0.4; charset=utf-8")

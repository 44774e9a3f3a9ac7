"""What every test may ask for: a clean cache, Wagtail's first rows after a flush, jobs run at once, a browser and axe."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.serializers.python import Deserializer as PythonDeserializer
from django.core.serializers.python import Serializer as PythonSerializer
from django.db import connection, transaction

# Benchmarks are asked for by name (make bench): they take minutes and measure the machine.
collect_ignore = [] if os.environ.get("EBOK_BENCH") else ["bench"]

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]

# ------------------------------------------------------------------------------------------------------- the database

MADE_BY_MIGRATIONS = pytest.StashKey[list[dict[str, Any]]]()
# Django makes these anew after every flush, or they only index the others.
REMADE_BY_DJANGO = {"contenttypes", "sessions", "wagtailsearch", "modelsearch"}


class FirstRows(PythonSerializer):
    """Rows by their keys, but for what a flush gives new keys: content types and permissions."""

    def handle_fk_field(self, obj: Any, field: Any) -> None:
        self.use_natural_foreign_keys = field.remote_field.model in {ContentType, Permission}
        super().handle_fk_field(obj, field)

    def handle_m2m_field(self, obj: Any, field: Any) -> None:
        self.use_natural_foreign_keys = field.remote_field.model in {ContentType, Permission}
        super().handle_m2m_field(obj, field)


def _migrated(config: pytest.Config) -> Path:
    """Where a SQLite database just migrated is kept: two hundred migrations take longer than most tests."""
    key = hashlib.sha256(Path("requirements.txt").read_bytes())
    for app in apps.get_app_configs():
        for file in sorted(Path(app.path, "migrations").glob("0*.py")):
            key.update(file.name.encode() + file.read_bytes())
    return Path(config.cache.mkdir("migrated")) / f"{key.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    kept = _migrated(request.config)
    if connection.vendor == "sqlite" and kept.exists():
        shutil.copy(kept, connection.settings_dict["TEST"]["NAME"])


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    return connection.vendor == "sqlite" and Path(connection.settings_dict["TEST"]["NAME"]).exists()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Remember the rows that migrations make (Wagtail's root page, site, locale, groups): a flush would lose them."""
    with django_db_blocker.unblock():
        kept = _migrated(request.config)
        if connection.vendor == "sqlite" and not kept.exists():
            half = kept.with_suffix(f".{os.getpid()}")
            with closing(sqlite3.connect(half)) as copy:
                connection.connection.backup(copy)
            half.replace(kept)
        made = set(connection.introspection.table_names())
        rows = [
            row
            for model in apps.get_models()
            if model._meta.db_table in made and not model._meta.proxy
            if model._meta.app_label not in REMADE_BY_DJANGO
            if model._meta.label not in {"auth.Permission", "wagtailcore.ReferenceIndex"}
            for row in model._default_manager.order_by("pk")
        ]
        request.config.stash[MADE_BY_MIGRATIONS] = FirstRows().serialize(rows)
    yield
    if connection.vendor == "postgresql":
        # A browser's kept-alive connection may still hold a thread of the live server, and that one a session.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After a test that flushed the database, and after its fixtures are gone, put the first rows back."""
    try:
        return (yield)
    finally:
        if nextitem and _flushes(item) and MADE_BY_MIGRATIONS in item.config.stash:
            from pytest_django.plugin import blocking_manager_key  # noqa: PLC0415 - only where a database is used

            # In one transaction: a row may come before the one that it points to.
            with item.config.stash[blocking_manager_key].unblock(), transaction.atomic():
                for row in PythonDeserializer(item.config.stash[MADE_BY_MIGRATIONS]):
                    row.save()


def _flushes(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server", "django_db_serialized_rollback"}
    return bool(marker and marker.kwargs.get("transaction")) or bool(asked & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Caches, and what a process keeps of its configuration, outlive a test's transaction: each test starts without."""
    from wagtail.contrib.forms.utils import get_form_types  # noqa: PLC0415 - the same

    from portal.utility.kept import forget_everything  # noqa: PLC0415 - the room's package needs Django ready

    forget_everything()
    get_form_types.cache_clear()  # it keeps rows of content types, and a flush gives them new keys
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def preset(db: None) -> str:
    """The rules, pages and sample content of `warszawa`, loaded."""
    from django.core.management import call_command  # noqa: PLC0415 - a test without a database needs none

    call_command("load_preset", "warszawa", verbosity=0)
    return "warszawa"


@pytest.fixture
def run_jobs() -> Callable[[], Any]:
    """Runs every job that is due, in this thread; a fault of a job is a fault of the test."""
    from portal.jobs import run_due  # noqa: PLC0415 - models may only be imported once Django is ready

    return run_due


# -------------------------------------------------------------------------------------------------------- the browser


def _chromium() -> str:
    names = [os.environ.get("EBOK_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not found:
        pytest.fail("Chromium is not installed, and journeys need it. Type: .ci/prepare --tests", pytrace=False)
    subprocess.run([found, "--version"], check=True, capture_output=True)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only journeys pay for its start

    # Playwright's synchronous face runs an event loop in this thread, and Django takes that for an asynchronous caller.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=[PHONE, DESKTOP], ids=["390px", "1280px"])
def viewport(request: pytest.FixtureRequest) -> dict[str, int]:
    return request.param


@pytest.fixture
def new_page(browser: Any, live_server: Any, viewport: dict[str, int]) -> Iterator[Callable[[], Any]]:
    """Opens a page in a browser of its own (a person), and fails the test on a script's error or a foreign request."""
    contexts, faults = [], []

    def page() -> Any:
        context = browser.new_context(
            base_url=live_server.url, viewport=viewport, locale="pl-PL", timezone_id="Europe/Warsaw"
        )
        context.set_default_timeout(15_000)
        contexts.append(context)

        def ours_only(route: Any) -> None:
            if route.request.url.startswith((live_server.url, "data:", "blob:")):
                route.continue_()
            else:
                faults.append(f"The page asked a third party: {route.request.url}.")
                route.abort()

        context.route("**/*", ours_only)
        opened = context.new_page()
        opened.on("pageerror", lambda error: faults.append(f"A script failed: {error}."))
        opened.on(
            "console",
            lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None,
        )
        return opened

    yield page
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(new_page: Callable[[], Any]) -> Any:
    """One person's browser, on a phone and at a desk."""
    return new_page()


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` fails with every accessibility fault that axe-core finds on the page as it stands.

    `only` names the rules to look at; `context` what to look at, as axe-core takes it.
    """
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only journeys pay for its start

    def check(page: Any, *, only: list[str] | None = None, context: Any = None) -> None:
        options: dict[str, Any] = {"resultTypes": ["violations"]}
        if only:
            options["runOnly"] = {"type": "rule", "values": only}
        found = Axe().run(page, context=context, options=options)
        assert not found.violations_count, f"{page.url}\n{found.generate_report()}"

    return check

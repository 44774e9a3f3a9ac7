"""What every test may ask for: a clean cache, Wagtail's first rows after a flush, jobs run at once, a browser and axe."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation

# Benchmarks are asked for by name (make bench): they take minutes and measure the machine.
collect_ignore = [] if os.environ.get("EBOK_BENCH") else ["bench"]

SLOW = os.environ.get("EBOK_SLOW")  # a slow machine, on purpose (tests/slowness.py)

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


IS_MIGRATED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any
) -> None:
    from tests import migrated  # noqa: PLC0415 - models may only be imported once Django is ready

    with django_db_blocker.unblock():
        request.config.stash[IS_MIGRATED] = migrated.take(request.config)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> bool:
    return request.config.stash[IS_MIGRATED]


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Remember the rows that migrations make, and put them back after a test that wrote for all to see."""
    from tests import beginnings, migrated, rows  # noqa: PLC0415 - the same

    with django_db_blocker.unblock():
        migrated.keep(request.config)
        first = rows.remember()
    beginnings.EMPTY[:] = [first]
    # Where Django would flush everything, Wagtail's root page, site, locale and the groups too.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: rows.put_back(first))
        yield
    if connection.vendor == "postgresql":
        # A browser's kept-alive connection may still hold a thread of the live server, and that one a session.
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def _empty_caches() -> None:
    """Caches, what a process keeps of its configuration, and the last visitor's language outlive a test: each starts without."""
    from wagtail.contrib.forms.utils import get_form_types  # noqa: PLC0415 - the same

    from portal.utility.kept import forget_everything  # noqa: PLC0415 - the room's package needs Django ready

    forget_everything()
    translation.deactivate()
    get_form_types.cache_clear()  # it keeps rows of content types
    for cache in caches.all(initialized_only=True):
        cache.clear()


@pytest.fixture
def preset(db: None) -> str:
    """The rules, pages and sample content of `warszawa`, loaded."""
    from tests.beginnings import load_preset  # noqa: PLC0415 - models may only be imported once Django is ready

    load_preset("warszawa")
    return "warszawa"


@pytest.fixture
def run_jobs() -> Callable[[], Any]:
    """Runs every job that is due, in this thread; a fault of a job is a fault of the test."""
    from portal.jobs import run_due  # noqa: PLC0415 - models may only be imported once Django is ready

    return run_due


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no worker ends long after the other."""
    items.sort(key=lambda item: not item.get_closest_marker("long"))


# -------------------------------------------------------------------------------------------------------- the browser


def _chromium() -> str:
    names = [os.environ.get("EBOK_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if not found:
        pytest.fail("Chromium is not installed, and journeys need it. Type: .ci/prepare --tests", pytrace=False)
    subprocess.run([found, "--version"], check=True, capture_output=True)
    return found


# Or each answer to the browser may wait forty milliseconds for its own body.
WSGIRequestHandler.disable_nagle_algorithm = True


@pytest.fixture(scope="session", autouse=bool(SLOW))
def _slow_site() -> Iterator[None]:
    from tests import slowness  # noqa: PLC0415 - only whoever asks for it

    with pytest.MonkeyPatch.context() as patch:
        slowness.slow_site(patch)
        yield


def _then_whole(act: Callable[..., Any]) -> Callable[..., Any]:
    """Playwright waits until a page that was asked for begins to come; a journey reads it when it has come."""

    def acting(locator: Any, *args: Any, **options: Any) -> Any:
        answer = act(locator, *args, **options)
        locator.page.wait_for_load_state()
        return answer

    return acting


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import Locator, sync_playwright  # noqa: PLC0415 - only journeys pay for its start

    # Playwright's synchronous face runs an event loop in this thread, and Django takes that for an asynchronous caller.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        for deed in ("click", "press"):
            patch.setattr(Locator, deed, _then_whole(getattr(Locator, deed)))
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
        context.set_default_timeout(30_000)  # never waited for unless something is missing
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

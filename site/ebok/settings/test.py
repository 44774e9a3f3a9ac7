"""For pytest: quick hashes, mail in memory, files in a throw-away folder, SQLite or the database named in the environment."""

import atexit
import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import dj_database_url

from ebok.settings.base import *  # noqa: F403 - settings build on one another
from ebok.settings.base import STORAGES
from ebok.settings.sqlite import sqlite

EBOK_DEMO = True
EBOK_PRESET = "warszawa"
EBOK_EXCHANGE_MOST_AHEAD = timedelta(days=90)  # tests send one night's delivery after another on one day
EBOK_NOW = os.environ.get("EBOK_NOW", "2026-11-20T10:00:00+01:00")
SECRET_KEY = "tests-only"  # noqa: S105 - nothing to protect
ALTCHA_HMAC_KEY = "tests-only"
EBOK_SECOND_FACTOR_KEYS = ["tests-only"]
STRIPE_SECRET_KEY = "sk_test_tests_only"  # noqa: S105 - opens nothing
STRIPE_WEBHOOK_SECRET = "whsec_tests_only"  # noqa: S105 - opens nothing
ALLOWED_HOSTS = ["*"]
EBOK_STAFF_NEED_SECOND_FACTOR = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
EBOK_EMAIL_PROVIDER = "postmark"  # whose webhook has an address in the tests
ANYMAIL = {"WEBHOOK_SECRET": "tests:only"}
EBOK_SMS_GATEWAY = "portal.notifications.demo_box.SmsBox"

_scratch = Path(tempfile.mkdtemp(prefix="ebok-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
MEDIA_ROOT = _scratch / "media"
EBOK_REQUEST_TIMES = _scratch / "request-times"
_url = os.environ.get("EBOK_TEST_DATABASE_URL")
DATABASES = {"default": dj_database_url.parse(_url) if _url else sqlite(_scratch / "db.sqlite3")}
if not _url:
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
STORAGES = STORAGES | {
    "private": STORAGES["private"] | {"OPTIONS": {"location": _scratch / "private", "base_url": None}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "pages")
}

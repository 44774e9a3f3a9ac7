"""A working portal with nothing but Python: SQLite, a mail box to read, the sandbox gateway."""

import os
from datetime import timedelta

from ebok.settings.base import *  # noqa: F403 - settings build on one another
from ebok.settings.base import CACHES, STORAGES, VAR_DIR
from ebok.settings.sqlite import sqlite

EBOK_DEMO = True
EBOK_PRESET = os.environ.get("PRESET", "warszawa")
EBOK_NOW = os.environ.get("EBOK_NOW")
EBOK_EXCHANGE_MOST_AHEAD = timedelta(days=3660)  # `demo_data --next` brings one day after another
SECRET_KEY = "demo-only-and-refused-by-production"  # noqa: S105 - a demo has no secrets
ALTCHA_HMAC_KEY = "demo-only-and-refused-by-production"
EBOK_SECOND_FACTOR_KEYS = ["demo-only-and-refused-by-production"]
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_demo")
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
EBOK_STAFF_NEED_SECOND_FACTOR = False  # offered in the demo, required in production

VAR_DIR.mkdir(parents=True, exist_ok=True)
DATABASES = {"default": sqlite(VAR_DIR / f"demo-{EBOK_PRESET}.sqlite3")}
STORAGES = STORAGES | {
    "private": STORAGES["private"] | {"OPTIONS": {"location": VAR_DIR / f"private-{EBOK_PRESET}", "base_url": None}},
}
CACHES = CACHES | {"pages": CACHES["pages"] | {"LOCATION": VAR_DIR / f"pages-{EBOK_PRESET}"}}
MEDIA_ROOT = VAR_DIR / f"media-{EBOK_PRESET}"
EMAIL_BACKEND = "portal.notifications.demo_box.EmailBackend"
EBOK_SMS_GATEWAY = "portal.notifications.demo_box.SmsBox"

"""For worker processes that tests start: the tests' own settings, upon the test's database and mail server."""

import json
import os

from ebok.settings import base
from ebok.settings.test import *  # noqa: F403 - settings build on one another
from ebok.settings.test import CACHES, DATABASES

DATABASES["default"] |= json.loads(os.environ["EBOK_WORKER_DATABASE"])
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("EBOK_WORKER_MAIL_PORT", "25"))  # a process that writes no letter needs none
EMAIL_TIMEOUT = 10
EBOK_NOW = ""
if os.environ.get("EBOK_WORKER_CACHE") == "shared":
    CACHES = CACHES | {"default": base.CACHES["default"]}

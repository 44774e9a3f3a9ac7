"""For worker processes that tests start: the tests' own settings, upon the test's database and mail server."""

import json
import os

from ebok.settings.test import *  # noqa: F403 - settings build on one another
from ebok.settings.test import DATABASES

DATABASES["default"] |= json.loads(os.environ["EBOK_WORKER_DATABASE"])
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ["EBOK_WORKER_MAIL_PORT"])
EMAIL_TIMEOUT = 10
EBOK_NOW = ""

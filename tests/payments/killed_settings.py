"""The settings of tests for processes of their own: the true time, and the Stripe of the test that started them."""

import os

from ebok.settings.test import *  # noqa: F403 - settings build on one another

EBOK_NOW = ""
EBOK_GATEWAY = "stripe"
STRIPE_SECRET_KEY = os.environ["STRIPE_SECRET_KEY"]
STRIPE_WEBHOOK_SECRET = os.environ["STRIPE_WEBHOOK_SECRET"]
DATABASES["default"]["CONN_MAX_AGE"] = 600  # noqa: F405 - from the settings of tests
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # noqa: F405 - the same

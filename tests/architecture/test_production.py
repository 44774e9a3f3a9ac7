"""Production starts on a whole environment, refuses anything of a demo's, and its variables are all documented."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SETTINGS = TOP / "site" / "ebok" / "settings"
WHOLE = {
    "EBOK_SECRET_KEY": "k7" * 30,
    "ALTCHA_HMAC_KEY": "c4" * 20,
    "EBOK_SECOND_FACTOR_KEYS": "t8" * 20,
    "EBOK_BASE_URL": "https://ebok.wodociagi.example",
    "EBOK_ALLOWED_HOSTS": "ebok.wodociagi.example",
    "DATABASE_URL": "postgresql://ebok:secret@127.0.0.1/ebok",
    "EMAIL_HOST": "smtp.wodociagi.example",
    "EBOK_FROM_EMAIL": "ebok@wodociagi.example",
    "EBOK_GATEWAY": "stripe",
    "STRIPE_SECRET_KEY": "sk_live_0123456789",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdef",
}


P24: dict[str, str | None] = {
    "EBOK_GATEWAY": "przelewy24",
    "STRIPE_SECRET_KEY": None,
    "STRIPE_WEBHOOK_SECRET": None,
    "P24_MERCHANT_ID": "54321",
    "P24_API_KEY": "0123456789abcdef",
    "P24_CRC_KEY": "0123456789abcdef",
}


def start(**changed: str | None) -> subprocess.CompletedProcess[str]:
    environment = WHOLE | changed
    return subprocess.run(
        [sys.executable, "-c", "import ebok.settings.production"],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": f"{TOP}{os.pathsep}{TOP / 'site'}",
            **{name: value for name, value in environment.items() if value is not None},
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_on_a_whole_environment():
    assert start().returncode == 0, start().stderr


def test_a_utility_without_online_payment_needs_no_stripe():
    assert start(EBOK_GATEWAY="none", STRIPE_SECRET_KEY=None, STRIPE_WEBHOOK_SECRET=None).returncode == 0


def test_a_utility_with_przelewy24_needs_no_stripe():
    assert start(**P24).returncode == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"EBOK_GATEWAY": None}, "EBOK_GATEWAY is the sandbox"),
        ({"EBOK_GATEWAY": "sandbox"}, "EBOK_GATEWAY is the sandbox"),
        ({"EBOK_GATEWAY": "paypal"}, "EBOK_GATEWAY knows no gateway paypal."),
        ({"STRIPE_SECRET_KEY": None}, "STRIPE_SECRET_KEY is missing."),
        ({"STRIPE_SECRET_KEY": "sk_test_0123456789"}, "STRIPE_SECRET_KEY is no live key"),
        ({"STRIPE_WEBHOOK_SECRET": None}, "STRIPE_WEBHOOK_SECRET is missing"),
        ({"STRIPE_WEBHOOK_SECRET": "whsec_demo"}, "STRIPE_WEBHOOK_SECRET is missing or the demo's own."),
        ({"STRIPE_API_BASE": "http://127.0.0.1:12111"}, "STRIPE_API_BASE must be https://api.stripe.com."),
        (P24 | {"P24_MERCHANT_ID": "x"}, "P24_MERCHANT_ID is missing or no number."),
        (P24 | {"P24_POS_ID": "x"}, "P24_POS_ID is no number."),
        (P24 | {"P24_API_KEY": None}, "P24_API_KEY is missing"),
        (P24 | {"P24_CRC_KEY": "changeme1"}, "P24_CRC_KEY is missing, too short or the demo's own."),
        (P24 | {"P24_API_BASE": "https://sandbox.przelewy24.pl"}, "P24_API_BASE must be https://secure.przelewy24.pl."),
        ({"EBOK_EMAIL_BACKEND": "portal.notifications.demo_box.EmailBackend"}, "EBOK_EMAIL_BACKEND is a mail box for demos"),
        ({"EBOK_EMAIL_PROVIDER": "postmark"}, "ANYMAIL_WEBHOOK_SECRET is missing"),
        ({"EBOK_SMS_GATEWAY": "portal.notifications.demo_box.SmsBox"}, "EBOK_SMS_GATEWAY is the demo's box"),
        ({"EMAIL_HOST": None}, "EMAIL_HOST is missing."),
        ({"EMAIL_SECURITY": "ssl"}, "EMAIL_SECURITY must be starttls, tls or none."),
        ({"EBOK_FROM_EMAIL": None}, "EBOK_FROM_EMAIL is missing."),
        ({"EBOK_SECRET_KEY": None}, "EBOK_SECRET_KEY is missing"),
        ({"EBOK_SECRET_KEY": "demo-only-and-refused-by-production" * 2}, "EBOK_SECRET_KEY is missing, too short or the demo's own."),
        ({"ALTCHA_HMAC_KEY": None}, "ALTCHA_HMAC_KEY is missing"),
        ({"EBOK_SECOND_FACTOR_KEYS": None}, "EBOK_SECOND_FACTOR_KEYS is missing"),
        ({"EBOK_SECOND_FACTOR_KEYS": "t8" * 20 + ", short"}, "EBOK_SECOND_FACTOR_KEYS is missing, too short"),
        ({"EBOK_BASE_URL": None}, "EBOK_BASE_URL must be the portal's public address"),
        ({"EBOK_ALLOWED_HOSTS": "*"}, "EBOK_ALLOWED_HOSTS must name the portal's hosts"),
        ({"DATABASE_URL": "sqlite:///db.sqlite3"}, "DATABASE_URL must name a PostgreSQL database"),
    ],
)  # fmt: skip
def test_production_refuses_what_belongs_to_a_demo(changed, sentence):
    started = start(**changed)
    assert started.returncode != 0
    assert f"ImproperlyConfigured: {sentence}" in started.stderr


def test_the_documented_variables_are_those_that_production_reads():
    read = set()
    for name in ("base.py", "production.py"):
        read |= set(re.findall(r"environ(?:\.get\(|\[)\s*\"([A-Z0-9_]+)\"", (SETTINGS / name).read_text()))
    documented = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", (TOP / "docs" / "deploy.md").read_text(), re.MULTILINE))
    assert documented == read

"""A real installation, from environment variables only (docs/deploy.md lists them); refuses to start on anything unsafe."""

import os

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from ebok.settings import guards
from ebok.settings.base import *  # noqa: F403 - settings build on one another
from ebok.settings.base import (
    ALTCHA_HMAC_KEY,
    ANYMAIL,
    DEFAULT_FROM_EMAIL,
    EBOK_BASE_URL,
    EBOK_EMAIL_PROVIDER,
    EBOK_GATEWAY,
    EBOK_SECOND_FACTOR_KEYS,
    EBOK_SMS_GATEWAY,
    LOGGING,
    P24_API_BASE,
    P24_API_KEY,
    P24_CRC_KEY,
    P24_MERCHANT_ID,
    P24_POS_ID,
    STRIPE_API_BASE,
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
)


def _several(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


SECRET_KEY = os.environ.get("EBOK_SECRET_KEY", "")
SECRET_KEY_FALLBACKS = _several(os.environ.get("EBOK_SECRET_KEY_FALLBACKS", ""))
ALLOWED_HOSTS = _several(os.environ.get("EBOK_ALLOWED_HOSTS", ""))
CSRF_TRUSTED_ORIGINS = _several(os.environ.get("EBOK_CSRF_TRUSTED_ORIGINS", ""))

# The database. Connections are kept (twice the pages a second) and asked whether they still live (a restart is healed).
_database_url = os.environ.get("DATABASE_URL", "")

# Mail.
_by_provider = f"anymail.backends.{EBOK_EMAIL_PROVIDER}.EmailBackend" if EBOK_EMAIL_PROVIDER else ""
EMAIL_BACKEND = os.environ.get("EBOK_EMAIL_BACKEND", _by_provider or "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
_email_security = os.environ.get("EMAIL_SECURITY", "starttls")
EMAIL_USE_TLS = _email_security == "starttls"
EMAIL_USE_SSL = _email_security == "tls"
EMAIL_TIMEOUT = 30
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Only over HTTPS. The proxy in front is believed about it when the installation says that there is one.
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # a load balancer asks the process itself
LOGGING = LOGGING | {
    "formatters": {"lines": {"()": "ebok.logs.Lines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
}
SECURE_HSTS_SECONDS = int(os.environ.get("EBOK_HSTS_SECONDS", str(365 * 24 * 60 * 60)))
SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # the utility's other hosts are not ours to decide
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if os.environ.get("EBOK_BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else everybody would share the proxy's address, and its count of attempts

_faults = guards.faults(
    guards.Chosen(
        secret_key=SECRET_KEY,
        captcha_key=ALTCHA_HMAC_KEY,
        second_factor_keys=tuple(EBOK_SECOND_FACTOR_KEYS),
        base_url=EBOK_BASE_URL,
        allowed_hosts=tuple(ALLOWED_HOSTS),
        database_url=_database_url,
        mail_backend=EMAIL_BACKEND,
        mail_host=EMAIL_HOST,
        mail_security=_email_security,
        mail_from=DEFAULT_FROM_EMAIL,
        mail_provider=EBOK_EMAIL_PROVIDER,
        mail_webhook_secret=ANYMAIL.get("WEBHOOK_SECRET", ""),
        sms_gateway=EBOK_SMS_GATEWAY,
        gateway=EBOK_GATEWAY,
        stripe_key=STRIPE_SECRET_KEY,
        stripe_webhook_secret=STRIPE_WEBHOOK_SECRET,
        stripe_api_base=STRIPE_API_BASE,
        p24_merchant_id=P24_MERCHANT_ID,
        p24_pos_id=P24_POS_ID,
        p24_api_key=P24_API_KEY,
        p24_crc_key=P24_CRC_KEY,
        p24_api_base=P24_API_BASE,
    )
)
if _faults:
    raise ImproperlyConfigured("\n".join(_faults))

DATABASES = {"default": dj_database_url.parse(_database_url, conn_max_age=600, conn_health_checks=True)}

"""What production refuses to start with: each fault is a sentence that says what to set."""

from collections.abc import Iterator
from dataclasses import dataclass

STRIPE_API = "https://api.stripe.com"
P24_API = "https://secure.przelewy24.pl"
GATEWAYS = ("stripe", "przelewy24", "none")
# These answer, but no letter leaves the machine.
MAIL_THAT_GOES_NOWHERE = ("demo_box", "locmem", "console", "dummy", "filebased")
PLAYTHINGS = ("demo", "tests-only", "django-insecure", "changeme")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the environment of an installation says."""

    secret_key: str
    captcha_key: str
    second_factor_keys: tuple[str, ...]
    base_url: str
    allowed_hosts: tuple[str, ...]
    database_url: str
    mail_backend: str
    mail_host: str
    mail_security: str
    mail_from: str
    mail_provider: str
    mail_webhook_secret: str
    sms_gateway: str
    gateway: str
    stripe_key: str
    stripe_webhook_secret: str
    stripe_api_base: str
    p24_merchant_id: str
    p24_pos_id: str
    p24_api_key: str
    p24_crc_key: str
    p24_api_base: str


def faults(chosen: Chosen) -> list[str]:
    return [*_secrets(chosen), *_addresses(chosen), *_mail(chosen), *_gateway(chosen)]


def _is_weak(secret: str, at_least: int) -> bool:
    return len(secret) < at_least or any(word in secret for word in PLAYTHINGS)


def _secrets(chosen: Chosen) -> Iterator[str]:
    if _is_weak(chosen.secret_key, 50):
        yield "EBOK_SECRET_KEY is missing, too short or the demo's own. Set 50 or more random characters."
    if _is_weak(chosen.captcha_key, 32):
        yield "ALTCHA_HMAC_KEY is missing, too short or the demo's own. Set 32 or more random characters."
    if not chosen.second_factor_keys or any(_is_weak(key, 32) for key in chosen.second_factor_keys):
        yield "EBOK_SECOND_FACTOR_KEYS is missing, too short or the demo's own. Set 32 or more random characters."


def _addresses(chosen: Chosen) -> Iterator[str]:
    if not chosen.base_url.startswith("https://"):
        yield "EBOK_BASE_URL must be the portal's public address and begin with https://."
    if not chosen.allowed_hosts or "*" in chosen.allowed_hosts:
        yield "EBOK_ALLOWED_HOSTS must name the portal's hosts, separated by commas, without *."
    if not chosen.database_url.startswith(("postgres://", "postgresql://")):
        yield "DATABASE_URL must name a PostgreSQL database: postgresql://user:password@host:5432/name."


def _mail(chosen: Chosen) -> Iterator[str]:
    if any(word in chosen.mail_backend for word in MAIL_THAT_GOES_NOWHERE):
        yield "EBOK_EMAIL_BACKEND is a mail box for demos and tests, from which no letter leaves. Unset it to send by SMTP."
    elif chosen.mail_backend.endswith("smtp.EmailBackend") and not chosen.mail_host:
        yield "EMAIL_HOST is missing. Name the SMTP server that sends the portal's letters."
    if chosen.mail_security not in ("starttls", "tls", "none"):
        yield "EMAIL_SECURITY must be starttls, tls or none."
    if chosen.mail_provider and ":" not in chosen.mail_webhook_secret:
        yield "ANYMAIL_WEBHOOK_SECRET is missing: anybody could tell us that letters bounced. Set user:password, and give the provider the same."
    if "demo_box" in chosen.sms_gateway:
        yield "EBOK_SMS_GATEWAY is the demo's box, from which no text message leaves. Name a gateway, or unset it to send none."
    if "@" not in chosen.mail_from or chosen.mail_from.endswith("@localhost"):
        yield "EBOK_FROM_EMAIL is missing. Set the address that the portal's letters come from."


def _gateway(chosen: Chosen) -> Iterator[str]:
    if chosen.gateway == "sandbox":
        yield "EBOK_GATEWAY is the sandbox, where no money moves. Set stripe, przelewy24, or none where nobody pays online."
    elif chosen.gateway not in GATEWAYS:
        yield f"EBOK_GATEWAY knows no gateway {chosen.gateway}. Set stripe, przelewy24, or none where nobody pays online."
    if chosen.gateway == "stripe":
        yield from _stripe(chosen)
    if chosen.gateway == "przelewy24":
        yield from _przelewy24(chosen)


def _stripe(chosen: Chosen) -> Iterator[str]:
    if not chosen.stripe_key:
        yield "STRIPE_SECRET_KEY is missing. Copy the live key from Stripe's dashboard."
    elif not chosen.stripe_key.startswith(("sk_live_", "rk_live_")):
        yield "STRIPE_SECRET_KEY is no live key: customers would seem to pay, and no money would come. Copy the live key."
    if not chosen.stripe_webhook_secret.startswith("whsec_") or _is_weak(chosen.stripe_webhook_secret, 16):
        yield "STRIPE_WEBHOOK_SECRET is missing or the demo's own. Copy the signing secret of the webhook from Stripe's dashboard."
    if chosen.stripe_api_base != STRIPE_API:
        yield f"STRIPE_API_BASE must be {STRIPE_API}. Unset it."


def _przelewy24(chosen: Chosen) -> Iterator[str]:
    if not chosen.p24_merchant_id.isdigit():
        yield "P24_MERCHANT_ID is missing or no number. Copy it from the panel of Przelewy24."
    if chosen.p24_pos_id and not chosen.p24_pos_id.isdigit():
        yield "P24_POS_ID is no number. Copy it from the panel of Przelewy24, or unset it."
    if _is_weak(chosen.p24_api_key, 16):
        yield "P24_API_KEY is missing, too short or the demo's own. Copy the key to reports from the panel of Przelewy24."
    if _is_weak(chosen.p24_crc_key, 8):
        yield "P24_CRC_KEY is missing, too short or the demo's own. Copy the CRC key from the panel of Przelewy24."
    if chosen.p24_api_base != P24_API:
        yield f"P24_API_BASE must be {P24_API}. Unset it."

"""What every installation shares; demo, test and production add only what differs."""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parents[3]
VAR_DIR = Path(os.environ.get("EBOK_VAR") or BASE_DIR / "var")

DEBUG = False
EBOK_DEMO = False
EBOK_BASE_URL = os.environ.get("EBOK_BASE_URL", "http://127.0.0.1:8000")
WAGTAILADMIN_BASE_URL = EBOK_BASE_URL
EBOK_NOW: str | None = None  # honoured by demo and test settings only

INSTALLED_APPS = [
    "ebok",
    "home",
    "home.contact",
    "home.downloads",
    "home.faq",
    "home.instructions",
    "home.notices",
    "home.regulations",
    "home.review",
    "home.search",
    "payments",
    "forms.apps.FormsConfig",
    "forms.built",
    "forms.registration",
    "forms.managers",
    "forms.moving",
    "forms.readings",
    "portal.exchange",
    "portal.audiences",
    "portal.billing",
    "portal.metering",
    "portal.waste",
    "portal.cases",
    "portal.customers",
    "portal.accounts",
    "portal.notifications",
    "portal.retention",
    "portal.outbox",
    "portal.desk",
    "portal.journal",
    "portal.content",
    "portal.utility",
    "portal",
    "wagtail_modeladmin",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.accounts.panel.StaffOnlyUsersConfig",  # wagtail.users, without the customers
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "formtools",
    "django_altcha",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
]

# Figures of requests, of the processes of this machine; whoever reads metrics gets them added up.
EBOK_REQUEST_TIMES = VAR_DIR / "request-times" / socket.gethostname()

MIDDLEWARE = [
    "ebok.request_times.RequestTimes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ebok.middleware.PrivateByDefault",
    "ebok.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.middleware.ChangePasswordFirst",
    "portal.accounts.middleware.AcceptTermsFirst",
    "portal.accounts.middleware.SecondFactorForStaff",
    "portal.customers.middleware.ViewerMiddleware",
    "ebok.middleware.PanelSaysNo",
]

ROOT_URLCONF = "ebok.urls"
WSGI_APPLICATION = "ebok.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = [
    "models.W040"
]  # the ledger's covering index is PostgreSQL's; SQLite does without the extra columns

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.utility.context_processors.utility",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The clock, the words and the numbers of the house.
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("Polish")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "site" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Warsaw"
USE_THOUSAND_SEPARATOR = False

# People.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.SignInIdentifierBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/go/dashboard/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "portal.accounts.forms.SignInForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
    "set_password": "portal.accounts.forms.SetPasswordForm",
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"  # registration confirms the address itself, before the account works
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers' mail boxes are not ours to write to
PASSWORD_RESET_TIMEOUT = 60 * 60 * 24
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.SecondFactorForm",
    "reauthenticate": "portal.accounts.forms.ReauthenticateBySecondFactorForm",
    "activate_totp": "portal.accounts.forms.ActivateSecondFactorForm",
}
EBOK_STAFF_NEED_SECOND_FACTOR = True
# Encrypt the secrets of second factors in the database; the first key writes, all of them read.
EBOK_SECOND_FACTOR_KEYS = [
    key.strip() for key in os.environ.get("EBOK_SECOND_FACTOR_KEYS", "").split(",") if key.strip()
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "SAMEORIGIN"  # the panel shows previews in a frame of its own
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Wagtail: its own ways around our sign-in are closed, nothing calls a third party.
WAGTAIL_SITE_NAME = "eBOK"
WAGTAIL_ALLOW_UNICODE_SLUGS = False  # an address with tails on its letters becomes unreadable in a letter
WAGTAIL_PAGE_MODEL = "wagtailcore.Page"
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "account_login"
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILADMIN_PERMITTED_LANGUAGES = [("pl", "Polski"), ("en", "English")]
WAGTAILDOCS_EXTENSIONS = ["pdf", "odt", "docx", "xlsx", "csv"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.content.forms.DocumentForm"  # looks into the file
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp"]

# Files: editors' public media, customers' private files, our own static files.
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-built"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private", "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail's page editor sends many

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "ebok_cache",
        # It counts attempts: at the default of 300 entries somebody who guesses would push his own count out.
        "OPTIONS": {"MAX_ENTRIES": 500_000},
    },
    # Public pages as strangers get them; a place that all processes of the installation share.
    "pages": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / "pages",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "mail"]}}

# Paying online. Production refuses the sandbox, see settings/production.py.
EBOK_GATEWAY = os.environ.get("EBOK_GATEWAY", "sandbox")
STRIPE_SECRET_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = os.environ.get("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = os.environ.get("STRIPE_API_BASE", "https://api.stripe.com")
P24_MERCHANT_ID = os.environ.get("P24_MERCHANT_ID", "")
P24_POS_ID = os.environ.get("P24_POS_ID", "")
P24_API_KEY = os.environ.get("P24_API_KEY", "")
P24_CRC_KEY = os.environ.get("P24_CRC_KEY", "")
P24_API_BASE = os.environ.get("P24_API_BASE", "https://secure.przelewy24.pl")

# How the billing system writes its files, where it does not write them as documented: a TOML file.
EBOK_EXCHANGE_MAP = os.environ.get("EBOK_EXCHANGE_MAP", "")
# Where the billing system drops its deliveries, and who is written to when one fails.
EBOK_EXCHANGE_DROP = os.environ.get("EBOK_EXCHANGE_DROP", "")
EBOK_OPERATORS = [one.strip() for one in os.environ.get("EBOK_OPERATORS", "").split(",") if one.strip()]
# A delivery may be from later than now by this: clocks differ, and a night's delivery may carry the next day's date.
EBOK_EXCHANGE_MOST_AHEAD = timedelta(days=1)

# Files that customers send: a ClamAV daemon at a socket's path or host:port. Without one only the known test file is found.
EBOK_CLAMAV = os.environ.get("EBOK_CLAMAV", "")

ALTCHA_HMAC_KEY = os.environ.get("ALTCHA_HMAC_KEY", "")

DEFAULT_FROM_EMAIL = os.environ.get("EBOK_FROM_EMAIL", "ebok@localhost")
# An e-mail provider by its name in django-anymail (postmark, mailgun, …); without one letters go by SMTP.
EBOK_EMAIL_PROVIDER = os.environ.get("EBOK_EMAIL_PROVIDER", "")
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
ANYMAIL["WEBHOOK_SECRET"] = os.environ.get("ANYMAIL_WEBHOOK_SECRET", "")
EBOK_SMS_GATEWAY = os.environ.get("EBOK_SMS_GATEWAY", "")
EBOK_MAIL_PER_HOUR = int(os.environ.get("EBOK_MAIL_PER_HOUR", "0"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"ebok": {"level": "INFO"}, "portal": {"level": "INFO"}, "payments": {"level": "INFO"}},
}

"""How long people's accounts are kept, and what of them is a person's own."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.accounts.models import Acceptance, DataDownload, SignInIdentifier, User
from portal.accounts.policies import device
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.retention.files import forget_file
from portal.retention.registry import Ending, Own, Row, end_in_time, keep

_UNNAMED = "–"


def state() -> None:
    never = "a secret that opens the account is never written out"
    keep(
        "accounts.User",
        "anonymised when the account is closed; what is left of it: “closed_accounts_months”",
        download=Own("account", _account),
    )
    keep("accounts.SignInIdentifier", "until the account is closed", download=Own("sign_in", _identifiers))
    keep("accounts.TermsVersion", "without end", download="what the utility publishes")
    keep("accounts.Acceptance", "without end: the proof of what was agreed", download=Own("consents", _consents))
    keep("mfa.Authenticator", "until it is turned off or the account is closed", download=never)
    keep("usersessions.UserSession", "until it ends", download=Own("devices", _devices))
    keep(
        "accounts.PasswordAsked",
        "until a job has answered it, within a minute",
        download="told by the letter and the log",
    )
    keep("accounts.EmailChange", "until the account is closed", download="told by the account's e-mail and the log")
    keep("accounts.DataDownload", "“downloads_days”", download="it is the download")
    end_in_time(
        Ending("downloads", _("people's files of own data"), "downloads_days", _old_downloads, _forget_downloads)
    )
    end_in_time(
        Ending(
            "closed_accounts",
            _("what is left of closed accounts"),
            "closed_accounts_months",
            _closed,
            _forget,
            user="pk",
        )
    )


def _closed(before: date) -> QuerySet[Any]:
    """Closed accounts that letters or the names in the log still tell of."""
    named = AuditLine.objects.filter(user=OuterRef("pk")).exclude(by=_UNNAMED)
    letters = Delivery.objects.filter(user=OuterRef("pk"))
    closed = User.objects.filter(closed_at__lt=clock.at(before))
    return closed.filter(Exists(named)) | closed.filter(Exists(letters))


def _forget(rows: list[Any]) -> None:
    """The lines of the log stay, without the name."""
    users = [user.pk for user in rows]
    Delivery.objects.filter(user__in=users).delete()
    AuditLine.objects.filter(user__in=users).update(by=_UNNAMED)


def _account(user: Any) -> Iterator[Row]:
    yield {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "language": user.language,
        "since": user.date_joined,
        "email_confirmed_at": user.email_confirmed_at,
    }


def _identifiers(user: Any) -> Iterator[Row]:
    for found in SignInIdentifier.objects.filter(user=user).order_by("pk"):
        yield {"kind": found.kind, "value": found.value}


def _consents(user: Any) -> Iterator[Row]:
    for given in Acceptance.objects.filter(user=user).select_related("terms").order_by("pk"):
        yield {
            "kind": given.terms.kind,
            "title": given.terms.title,
            "version": given.terms.version,
            "given_at": given.accepted_at,
            "withdrawn_at": given.withdrawn_at,
            "channel": given.channel,
        }


def _devices(user: Any) -> Iterator[Row]:
    for session in UserSession.objects.filter(user=user).order_by("pk"):
        yield {
            "device": device(session.user_agent),
            "address": session.ip,
            "since": session.created_at,
            "last_seen": session.last_seen_at,
        }


def _old_downloads(before: date) -> QuerySet[Any]:
    return DataDownload.objects.filter(asked_at__lt=clock.at(before))


def _forget_downloads(rows: list[Any]) -> None:
    for download in rows:
        forget_file(download.file)
    DataDownload.objects.filter(pk__in=[download.pk for download in rows]).delete()

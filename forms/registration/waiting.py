"""What the calendar does to applications: reminders of a form, the end of waiting, passwords forgotten after the post."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from forms.registration import letters
from forms.registration.models import Application
from forms.registration.rules import RegistrationRules
from portal import clock
from portal.accounts.models import User
from portal.journal.actions import note
from portal.notifications.models import Delivery
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

State, Reason = Application.State, Application.Reason
WITH_PASSWORD = ("registration_password", "registration_accepted")


def remind_of_forms() -> int:
    """Whoever waits with the form is reminded every so many days, until its time is over. Returns how many were."""
    every = timedelta(days=max(1, rules(RegistrationRules).form_reminder_days))
    waiting = Application.objects.filter(state=State.AWAITS_FORM, form_expires_at__gt=clock.now())
    reminded = 0
    for application in waiting.select_related("user"):
        since = application.confirmed_at or application.created_at
        if since + every * (application.reminders + 1) > clock.now():
            continue
        with transaction.atomic():
            application.reminders += 1
            application.save(update_fields=["reminders"])
            letters.write(
                "registration_form_reminder",
                application,
                to=application.email,
                user=application.user,
                again=f":{application.reminders}",
                form=letters.form_address(application),
                address=letters.postal_address(),
                until=day(application.form_expires_at),
            )
        reminded += 1
    return reminded


def close_unsent_forms() -> int:
    """No form came in time: the limited account is closed, and the e-mail is free to register anew. Returns how many."""
    late = Application.objects.filter(state=State.AWAITS_FORM, form_expires_at__lte=clock.now()).select_related("user")
    closed = 0
    for application in late:
        with transaction.atomic():
            application.state, application.reason = State.EXPIRED, Reason.NO_FORM
            application.save(update_fields=["state", "reason"])
            letters.write("registration_form_late", application, to=application.email, user=application.user)
            note("form_not_sent", about=letters.about(application), by="system")
            if application.user is not None:
                _close_unlinked(application.user)
        closed += 1
    return closed


def _close_unlinked(user: User) -> None:
    """Only an account that acts for nobody; one that owns another customer goes on."""
    if user.delegations.filter(revoked_at__isnull=True).exists():
        return
    user.identifiers.all().delete()
    user.email, user.is_active, user.closed_at = None, False, clock.now()
    user.save(update_fields=["email", "is_active", "closed_at"])
    note("account_closed", about=f"user:{user.public_id}", by="system", why="form not sent")


def forget_mailed_passwords() -> int:
    """A password stands in a message until it is sent, and nowhere after."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _("This message held a password, so it is not kept.")
    sent = Delivery.objects.filter(message__in=WITH_PASSWORD, state=Delivery.State.SENT)
    return sent.exclude(body=words).update(body=words)

"""What happens to a manager's request: it is sent or entered, granted for a customer, refused; the customer may object."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forms.managers.models import ManagerGrant, ManagerRequest
from forms.managers.policies import months_after
from forms.managers.rules import ManagerRules
from portal import clock
from portal.accounts.actions import give_identifier
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.queries import find_by_email
from portal.customers.access import open_delegations
from portal.customers.actions import grant_access, revoke_access
from portal.customers.models import Customer, Delegation, ServicePoint
from portal.desk.actions import close_about, open_task
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules

State = ManagerRequest.State
TASK, OBJECTION = "manager_request", "manager_objection"
LETTERS_A_DAY = 3
_signer = Signer(salt="managers.object", sep=".")


class OwnsIt(Exception):
    """This person owns the customer already and needs no manager's access."""

    def __str__(self) -> str:
        return _("This person owns the customer already and needs no manager's access.")


class MandateOver(Exception):
    """The mandate ends before today. Ask for a valid one."""

    def __str__(self) -> str:
        return _("The mandate ends before today. Ask for a valid one.")


class NotAMandate(Exception):
    """This address is not one of ours, or a part of it is missing."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True)
class Asked:
    """What a manager's form says. `mandate` is the name of a file that lies in private storage already."""

    press: UUID
    company: str
    email: str
    properties: str
    person: str = ""
    phone: str = ""
    mandate: str = ""
    mandate_until: date | None = None
    language: str = "pl"
    is_person: bool = False


@transaction.atomic
def ask(asked: Asked, *, by: Any = None) -> ManagerRequest:
    """Write a request down, once for each press, and give it to a clerk; `by` is the clerk who enters an e-mail."""
    way = ManagerRequest.Way.EMAIL if by else ManagerRequest.Way.FORM
    request, is_new = ManagerRequest.objects.get_or_create(
        press=asked.press,
        defaults={
            "way": way,
            "company": asked.company,
            "person": asked.person,
            "email": asked.email.lower(),
            "phone": asked.phone,
            "properties": asked.properties,
            "mandate": asked.mandate,
            "mandate_until": asked.mandate_until,
            "language": asked.language,
            "is_person": asked.is_person,
            "entered_by": by,
            "sent_at": clock.now(),
        },
    )
    if not is_new:
        return request
    note("manager_asked", about=_about(request), by=by or "applicant", way=way)
    with translation.override(settings.LANGUAGE_CODE):
        open_task(
            TASK,
            about=_about(request),
            title=_("A manager asks for access: %(company)s") % {"company": request.company[:120]},
            body=request.properties[:2000],
        )
    if (by or asked.is_person) and not _was_written_to_enough(request.email):
        days = str(rules(ManagerRules).decision_working_days)
        _write("manager_asked", request, to=request.email, company=request.company, days=days)
    return request


def _was_written_to_enough(email: str) -> bool:
    since = clock.now() - timedelta(days=1)
    return ManagerRequest.objects.filter(email=email, sent_at__gte=since).count() > LETTERS_A_DAY


@transaction.atomic
def grant(
    request: ManagerRequest, *, customer: Customer, by: Any, points: list[ServicePoint] | None = None
) -> ManagerGrant:
    """Let the manager act for a customer or some of its points until the mandate ends; both are told.

    Raises MandateOver, OwnsIt.
    """
    until = last_day(request)
    if until < clock.today():
        raise MandateOver
    user = _account(request)
    if open_delegations().filter(user=user, customer=customer, role=Delegation.Role.OWNER).exists():
        raise OwnsIt
    delegation = grant_access(
        user=user,
        customer=customer,
        role=Delegation.Role.MANAGER,
        ground=_about(request),
        by=by,
        points=points,
        until=_end_of(until),
    )
    made = ManagerGrant.objects.create(
        request=request, customer=customer, delegation=delegation, granted_at=clock.now()
    )
    request.user, request.state = user, State.GRANTED
    request.decided_at, request.decided_by = clock.now(), by
    request.save(update_fields=["user", "state", "decided_at", "decided_by"])
    close_about(TASK, _about(request), outcome=_("Granted."))
    _tell_both(made, points, until)
    return made


def last_day(request: ManagerRequest) -> date:
    """The day on which the access ends: the mandate's, else so many months from now as the rules say."""
    if request.mandate_until:
        return request.mandate_until
    return months_after(clock.today(), rules(ManagerRules).longest_months)


def _end_of(day: date) -> datetime:
    return clock.at(day + timedelta(days=1))


def _account(request: ManagerRequest) -> User:
    """The person behind the e-mail; a new one sets a password by the link for a forgotten one."""
    user = request.user or find_by_email(request.email)
    if user is None:
        user = User.objects.create_user(request.email, None, last_name=request.person, language=request.language)
        note("account_made", about=f"user:{user.public_id}", by="manager's request")
    if not user.identifiers.exists():
        give_identifier(user, SignInIdentifier.Kind.APPOINTED, request.email)
    return user


def _tell_both(made: ManagerGrant, points: list[ServicePoint] | None, until: date) -> None:
    request, customer = made.request, made.customer
    told = {"company": request.company, "number": customer.number, "until": f"{until:%d.%m.%Y}"}
    with translation.override(request.language):
        scope = _scope(points)
    reset = absolute(reverse("account_reset_password"))
    about = f"manager_grant:{made.public_id}"
    send(
        "manager_granted",
        to=request.email,
        about=about,
        user=request.user,
        customer=customer.public_id,
        language=request.language,
        scope=scope,
        reset=reset,
        **told,
    )
    link = absolute(reverse("managers:object", args=[token_of(made)]))
    with translation.override(settings.LANGUAGE_CODE):
        scope = _scope(points)
    for address in sorted(_addresses(customer) - {request.email}):
        send(
            "manager_customer_told",
            to=address,
            about=about,
            customer=customer.public_id,
            scope=scope,
            object=link,
            **told,
        )


def _scope(points: list[ServicePoint] | None) -> str:
    if points is None:
        return _("the whole customer")
    count = len(points)
    return ngettext("%(count)s point", "%(count)s points", count) % {"count": count}


def _addresses(customer: Customer) -> set[str]:
    """Where the customer is told: the contact that billing knows, and the owner's account."""
    owners = (
        open_delegations().filter(customer=customer, role=Delegation.Role.OWNER).values_list("user__email", flat=True)
    )
    return {address.lower() for address in [customer.email, *owners] if address}


@transaction.atomic
def refuse(request: ManagerRequest, *, by: Any, why: str) -> None:
    """Say no, with a reason that the manager reads."""
    request.state, request.decision = State.REFUSED, why
    request.decided_at, request.decided_by = clock.now(), by
    request.save(update_fields=["state", "decision", "decided_at", "decided_by"])
    note("manager_refused", about=_about(request), by=by)
    close_about(TASK, _about(request), outcome=why[:200])
    _write("manager_refused", request, to=request.email, company=request.company, why=why)


def token_of(made: ManagerGrant) -> str:
    return _signer.sign(made.public_id.hex)


def granted_by(token: str) -> ManagerGrant:
    """The grant that a letter's address is about. Raises NotAMandate."""
    try:
        key = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        raise NotAMandate from None
    found = ManagerGrant.objects.select_related("request", "customer", "delegation").filter(public_id=key).first()
    if found is None:
        raise NotAMandate
    return found


@transaction.atomic
def object_to(made: ManagerGrant, *, why: str) -> None:
    """The customer does not agree: the access ends at once, and a clerk clears it up. Pressed again it changes nothing."""
    if not ManagerGrant.objects.filter(pk=made.pk, objected_at__isnull=True).update(
        objected_at=clock.now(), objection=why
    ):
        return
    if made.delegation.revoked_at is None:
        revoke_access(made.delegation, by="customer")
    customer = made.customer
    note("manager_objected", about=_about(made.request), by="customer", customer=customer.public_id)
    with translation.override(settings.LANGUAGE_CODE):
        open_task(
            OBJECTION,
            about=_about(made.request),
            title=_("A customer objects to a manager: %(company)s") % {"company": made.request.company[:120]},
            body=why,
            customer=customer.public_id,
        )
    _write(
        "manager_ended", made.request, to=made.request.email, company=made.request.company, number=customer.number,
        thing=f"manager_grant:{made.public_id}",
    )  # fmt: skip


def _about(request: ManagerRequest) -> str:
    return f"manager_request:{request.public_id}"


def _write(code: str, request: ManagerRequest, *, to: str, thing: str = "", **values: Any) -> None:
    send(code, to=to, about=thing or _about(request), user=request.user, language=request.language, **values)

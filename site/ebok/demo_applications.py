"""Who is on the way to an account in a demo: one person whose application waits, and the accounts of an old portal."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from forms.moving.actions import take_over
from forms.moving.models import OldAccount
from forms.registration.actions import new_form_code
from forms.registration.linking import conclude, form_deadline
from forms.registration.models import Application
from forms.registration.rules import RegistrationRules
from forms.registration.steps import ways_of
from forms.registration.verification.base import Leads, Verification
from portal import clock
from portal.accounts.models import User
from portal.accounts.queries import terms_in_force
from portal.accounts.rules import OldPortalRules
from portal.customers.models import Customer, Delegation
from portal.metering.models import Meter
from portal.utility.rulebook import rules

WAITING, OWNER = "oczekujacy@demo.example", "klient@demo.example"
SENT_BEFORE = timedelta(days=3)
OLD_ACCOUNTS = 12


@transaction.atomic
def settle() -> None:
    """Once: where somebody has applied already nothing is added. Refuses outside a demo."""
    if not settings.EBOK_DEMO:
        msg = "A demo's applications are made in a demo only."
        raise ImproperlyConfigured(msg)
    waiting = User.objects.filter(email=WAITING).first()
    if waiting is not None and not Application.objects.exists():
        with clock.stopped(clock.now() - SENT_BEFORE):
            _apply(waiting)
    if rules(OldPortalRules).is_known and not OldAccount.objects.exists():
        take_over(_old_list().encode())


def _apply(user: User) -> None:
    """As the utility's rules have it: a signed form is awaited, or a clerk is."""
    in_force = rules(RegistrationRules)
    offered = ways_of(in_force)
    way = next((one for one in offered if one.leads is not Leads.TO_LINK), offered[0] if offered else None)
    customer = _whose(user, way) if way else None
    if way is None or customer is None:
        return
    is_proven = way.leads is Leads.TO_LINK
    application = Application.objects.create(
        submission=uuid.uuid4(),
        mode=way.code,
        email=user.email or "",
        user=user,
        proven_customer=customer if is_proven else None,
        given={} if is_proven else _given(user, customer, in_force.fields),
        terms=terms_in_force(),
        captcha_passed=True,
        created_at=clock.now(),
        confirmed_at=clock.now(),
        form_code=new_form_code() if way.leads is Leads.TO_FORM else None,
        form_expires_at=form_deadline() if way.leads is Leads.TO_FORM else None,
    )
    conclude(application)


def _whose(user: User, way: Verification) -> Customer | None:
    """His own household where somebody decides anyway; a firm where households would be linked at once."""
    if way.leads is Leads.TO_LINK:
        return _free().filter(kind=Customer.Kind.FIRM).first()
    own = _free().filter(name=f"{user.last_name} {user.first_name}")
    return own.first() or _free().filter(kind=Customer.Kind.PERSON).first()


def _free() -> QuerySet[Customer]:
    held = Delegation.objects.filter(customer=OuterRef("pk"), revoked_at__isnull=True)
    return Customer.objects.filter(~Exists(held), is_closed=False).order_by("external_id")


def _given(user: User, customer: Customer, fields: tuple[str, ...]) -> dict[str, str]:
    contract = customer.contracts.order_by("external_id").first()
    meter = Meter.objects.filter(point__customer=customer).order_by("external_id").first()
    known = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "street": customer.street,
        "postcode": customer.postcode,
        "city": customer.city,
        "customer_number": customer.number,
        "contract_number": contract.number if contract else "",
        "meter_number": meter.serial_number if meter else "",
    }
    return {name: known[name] for name in fields if known.get(name)}


def _old_list() -> str:
    """Of households without an account here, and of one that has registered anew with the same e-mail."""
    households = _free().filter(kind=Customer.Kind.PERSON).exclude(name__startswith="Wrona ")[:OLD_ACCOUNTS]
    lines = ["login;e-mail;numer klienta"]
    lines += [f"odbiorca{one.number};odbiorca{one.number}@klient.example;{one.number}" for one in households]
    own = Customer.objects.filter(delegations__user__email=OWNER, delegations__role=Delegation.Role.OWNER).first()
    if own is not None:
        lines.append(f"anna.kowalska;{OWNER};{own.number}")
    return "\n".join(lines)

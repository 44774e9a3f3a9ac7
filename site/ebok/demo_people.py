"""The people of a demo: one for each role, with the same e-mails and passwords in every preset."""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from forms.moving.models import OldAccount
from portal import clock
from portal.accounts.actions import IdentifierTaken, accept, give_identifier
from portal.accounts.models import User
from portal.accounts.queries import terms_in_force
from portal.accounts.rules import SignInRules
from portal.billing.models import Invoice, OpenItem
from portal.customers.actions import HasOwner, grant_access
from portal.customers.models import Customer, Delegation
from portal.money import amount
from portal.utility.rulebook import rules

PASSWORD = "woda-plynie-2026"  # noqa: S105 - a demo's, printed at every start; production has no demo people

CUSTOMERS = {
    "klient": ("Anna", "Kowalska"),
    "zarzadca": ("Marek", "Zieliński"),
    "zarzadca-czesciowy": ("Ewa", "Lis"),
    "oczekujacy": ("Piotr", "Wrona"),
}
STAFF = {
    "bok": ("Joanna", "Mazur"),
    "redakcja": ("Tomasz", "Sowa"),
    "marketing": ("Karolina", "Wilk"),
    "admin": ("Adam", "Górski"),
}
GROUPS = {"bok": "bok", "redakcja": "redakcja", "marketing": "marketing"}


@transaction.atomic
def settle() -> dict[str, dict[str, Any]]:
    """Make who is missing; returns how each signs in. Refuses outside a demo."""
    if not settings.EBOK_DEMO:
        msg = "Demo people are made in a demo only."
        raise ImproperlyConfigured(msg)
    people = {role: _person(role, *names) for role, names in CUSTOMERS.items()}
    people |= {role: _person(role, *names, is_staff=True) for role, names in STAFF.items()}
    for role, group in GROUPS.items():
        people[role].groups.set(Group.objects.filter(name=group))
    User.objects.filter(pk=people["admin"].pk).update(is_superuser=True)
    _link(people)
    return {role: _sign_in(role, user) for role, user in people.items()}


def write(path: Path, people: dict[str, dict[str, Any]], url: str) -> None:
    """var/demo-sign-ins.json, whole or not at all."""
    content = {
        "preset": settings.EBOK_PRESET,
        "url": url,
        "sign_in": reverse("account_login"),
        "panel": "/panel/",
        "people": people,
        "register_with": invoice_to_try(),
        "move_with": old_account_to_try(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as scratch:
        json.dump(content, scratch, ensure_ascii=False, indent=2)
    os.replace(scratch.name, path)  # noqa: PTH105 - the atomic one


def invoice_to_try() -> dict[str, str] | None:
    """A young invoice of a household that has no account yet and something to pay: what a newcomer registers with."""
    open_items = OpenItem.objects.filter(customer=OuterRef("customer"), open_amount__gt=0)
    is_taken = Delegation.objects.filter(customer=OuterRef("customer"))
    found = (
        Invoice.objects.filter(Exists(open_items), ~Exists(is_taken), customer__kind=Customer.Kind.PERSON)
        .filter(kind=Invoice.Kind.VAT)
        .order_by("-issued_on", "number")
        .first()
    )
    return {"number": found.number, "amount": amount(found.gross)} if found else None


def old_account_to_try() -> dict[str, str] | None:
    """An account of the old portal whose owner has not moved yet, and what to press for it."""
    found = OldAccount.objects.filter(state=OldAccount.State.WAITING, email__endswith="@klient.example").first()
    return {"login": found.login, "press": rules(SignInRules).reset_words} if found else None


def _person(role: str, first_name: str, last_name: str, *, is_staff: bool = False) -> User:
    email = f"{role}@demo.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(
            email,
            PASSWORD,
            first_name=first_name,
            last_name=last_name,
            is_staff=is_staff,
            email_confirmed_at=clock.now(),
        )
        terms = terms_in_force()
        if terms is not None and not is_staff:
            accept(user, terms, channel="demo")
    give_identifier(user, "email", email)
    return user


def _link(people: dict[str, User]) -> None:
    """The household to its owner, a community to its manager, some points of it to a second one."""
    household = _first(Customer.Kind.PERSON)
    community = _first(Customer.Kind.COMMUNITY)
    if household is not None:
        _grant(people["klient"], household, Delegation.Role.OWNER)
    if community is not None:
        _grant(people["zarzadca"], community, Delegation.Role.MANAGER)
        points = list(community.points.order_by("external_id")[:1])
        _grant(people["zarzadca-czesciowy"], community, Delegation.Role.MANAGER, points=points)
    if household is not None:
        # A manager has more than one customer to switch between.
        other = Customer.objects.filter(kind=Customer.Kind.FIRM).order_by("external_id").first()
        if other is not None:
            _grant(people["zarzadca"], other, Delegation.Role.MANAGER)


def _first(kind: str) -> Customer | None:
    return Customer.objects.filter(kind=kind).order_by("external_id").first()


def _grant(user: User, customer: Customer, role: str, points: list[Any] | None = None) -> None:
    try:
        grant_access(user=user, customer=customer, role=role, ground="demo", points=points, by="demo")
    except HasOwner:
        return
    if role == Delegation.Role.OWNER:
        with suppress(IdentifierTaken):
            give_identifier(user, "customer_number", customer.number)
        if "issued" in rules(SignInRules).identifiers and not user.identifiers.filter(kind="issued").exists():
            give_identifier(user, "issued", f"{user.pk:08d}")


def _sign_in(role: str, user: User) -> dict[str, Any]:
    allowed = rules(SignInRules).identifiers
    kinds = {identifier.kind: identifier.value for identifier in user.identifiers.all()}
    usable = [kinds[kind] for kind in allowed if kind in kinds] or ([user.email or ""] if user.is_staff else [])
    return {
        "identifier": usable[0] if usable else "",
        "email": user.email,
        "password": PASSWORD,
        "totp_secret": None,
        "can_sign_in": bool(usable),
        "name": user.get_full_name(),
        "role": role,
    }

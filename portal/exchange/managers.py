"""Property managers as the billing system names them: their rights in the portal, or a task for a clerk."""

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.models import User
from portal.customers.access import open_delegations
from portal.customers.actions import grant_access, revoke_access
from portal.customers.models import Customer, Delegation, ServicePoint
from portal.desk.actions import close_about, open_task
from portal.exchange.format import MANAGERS
from portal.exchange.manifest import Manifest
from portal.exchange.staged import Staged, Verdict

GROUND = "billing"
TASK = "manager_without_account"


def weigh(source: str) -> None:
    """New is who has an account and no right yet; the rest is looked at one by one in the merge, for they are few."""
    held = set(
        Delegation.objects.filter(ground=GROUND, revoked_at__isnull=True, customer__source=source).values_list(
            "customer__external_id", "user__email"
        )
    )
    staged = Staged.of("managers").objects
    people = get_user_model().objects.filter(is_active=True)
    for row in staged.iterator():
        is_new = (row.customer, row.email.lower()) not in held and people.filter(email__iexact=row.email).exists()
        Staged.of("managers").objects.filter(pk=row.pk).update(verdict=Verdict.NEW if is_new else Verdict.SAME)


def settle(manifest: Manifest) -> None:
    """Give, change and end managers' rights. What was granted on another ground is not touched."""
    if MANAGERS.file_name not in manifest.files:
        return
    named: set[tuple[int, int]] = set()
    for row in Staged.of("managers").objects.exclude(verdict=Verdict.OUT).iterator():
        customer = Customer.objects.get(source=manifest.source, external_id=row.customer)
        user = get_user_model().objects.filter(email__iexact=row.email, is_active=True).first()
        about = f"manager:{customer.public_id}:{row.line}"[:80]
        if user is None:
            open_task(
                TASK,
                about=about,
                title=_("A manager has no account: %(email)s") % {"email": row.email},
                body=_("The billing system names %(email)s as manager of customer %(number)s.")
                % {"email": row.email, "number": customer.number},
                customer=customer.public_id,
            )
            continue
        close_about(TASK, about, outcome=_("The manager has an account now."))
        _grant(customer, user, row.points, clock.at(row.until + timedelta(days=1)) if row.until else None)
        named.add((customer.pk, user.pk))
    if manifest.is_full:
        for delegation in Delegation.objects.filter(
            ground=GROUND, revoked_at__isnull=True, customer__source=manifest.source
        ):
            if (delegation.customer_id, delegation.user_id) not in named:
                revoke_access(delegation, by="import")


def _grant(customer: Customer, user: User, names: list[str], until: datetime | None) -> None:
    held = open_delegations().filter(user=user, customer=customer).exclude(ground=GROUND)
    if held.exists():  # the person holds the customer on another ground
        return
    points = list(ServicePoint.objects.filter(customer=customer, external_id__in=names)) if names else None
    grant_access(
        user=user,
        customer=customer,
        role=Delegation.Role.MANAGER,
        ground=GROUND,
        by="import",
        points=points,
        until=until,
    )

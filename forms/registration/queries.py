"""What registration asks about customers and earlier applications."""

from datetime import timedelta

from django.db.models import QuerySet

from forms.registration.models import Application
from forms.registration.policies import CustomerFacts
from portal import clock
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.policies import canonical
from portal.billing.models import Invoice
from portal.customers.models import Customer, Delegation

LETTERS_A_DAY = 5


def owner_of(customer: Customer) -> Delegation | None:
    """Whoever owns it, also while the right has run out: only a revoked one makes room."""
    return (
        Delegation.objects.filter(customer=customer, role=Delegation.Role.OWNER, revoked_at__isnull=True)
        .select_related("user")
        .first()
    )


def facts_of(customer: Customer) -> CustomerFacts:
    return CustomerFacts(
        kind=customer.kind,
        services=frozenset(customer.services),
        is_closed=customer.is_closed,
        has_owner=owner_of(customer) is not None,
        has_invoice=Invoice.objects.filter(customer=customer).exists(),
        is_number_free=not SignInIdentifier.objects.filter(value=canonical(customer.number)).exists(),
    )


def own_applications(user: User) -> QuerySet[Application]:
    """The latest first."""
    return Application.objects.filter(user=user).select_related("terms", "customer").order_by("-created_at", "-pk")


def was_written_to_enough(email: str) -> bool:
    """Whether an address got so many letters in a day that another would be a nuisance: somebody may be typing a stranger's."""
    since = clock.now() - timedelta(days=1)
    return Application.objects.filter(email=email, created_at__gte=since).count() > LETTERS_A_DAY

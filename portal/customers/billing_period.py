"""The billing period: what having an account changes, and asking for another one."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import clock
from portal.customers.models import Contract, Customer
from portal.customers.rules import BillingPeriodRules
from portal.desk.actions import open_task
from portal.desk.models import Task
from portal.journal.actions import note
from portal.outbox.actions import tell
from portal.utility.rulebook import rules

ASKED = "billing_period_asked"
LINKED = "account_linked"
OF_WATER = {"water", "sewage"}


class NotOffered(Exception):
    """The rules do not offer this billing period, or the contract has it already."""

    def __str__(self) -> str:
        return _("This billing period is not offered, or the contract has it already.")


def what_linking_changes() -> str:
    """What a person is told before agreeing to have an account; nothing where it changes nothing. No statement."""
    months = rules(BillingPeriodRules).linking_sets_months
    if not months:
        return ""
    return ngettext(
        "Once you have the account, you are billed every month.",
        "Once you have the account, you are billed every %(months)s months.",
        months,
    ) % {"months": months}


def shortened_by_linking(customer: Customer) -> list[Contract]:
    """The contracts for water or sewage that are billed less often than the rule says for those with an account."""
    months = rules(BillingPeriodRules).linking_sets_months
    if not months:
        return []
    longer = Contract.objects.filter(customer=customer, billing_period_months__gt=months).order_by("pk")
    return [contract for contract in longer if OF_WATER & set(contract.services)]


def offered_months(contract: Contract) -> list[int]:
    return [months for months in rules(BillingPeriodRules).may_ask_for if months != contract.billing_period_months]


@transaction.atomic
def ask_for_period(contract: Contract, *, months: int, by: Any) -> Task:
    """Ask a clerk for another billing period; the billing system hears of the request too. Raises NotOffered."""
    if months not in offered_months(contract):
        raise NotOffered
    about = f"contract:{contract.public_id}"
    task = open_task(
        ASKED,
        about=about,
        title=_("Billing period of contract %(number)s: every %(months)s months")
        % {"number": contract.number, "months": months},
        customer=contract.customer.public_id,
    )
    note(ASKED, about=about, by=by, customer=contract.customer.public_id, months=months)
    asked_at = f"{clock.now():%Y%m%d%H%M%S}"
    tell(ASKED, about=f"{about}:{asked_at}", contract=contract.external_id, months=months)
    return task


def is_asked_for(contract: Contract) -> bool:
    """Whether a clerk has such a request on the desk."""
    return Task.objects.filter(kind=ASKED, about=f"contract:{contract.public_id}", state=Task.State.OPEN).exists()

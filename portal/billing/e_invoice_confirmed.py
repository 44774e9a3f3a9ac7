"""What the billing system says of consents to e-invoices and of withdrawals: that it has followed, or that it has not.

Part of the import's merge; the promises are in docs/rules/e-invoice.md.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from portal import clock
from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.policies import BillingSays, billing_says
from portal.billing.rules import EInvoiceRules
from portal.customers.models import Contract
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.journal.actions import note
from portal.utility.rulebook import rules

NOT_TAKEN_OVER = "e_invoice_not_taken_over"
STILL_ELECTRONIC = "e_invoice_still_electronic"
CONFIRMED_AS = {NOT_TAKEN_OVER: "e_invoice_confirmed", STILL_ELECTRONIC: "e_invoice_withdrawal_confirmed"}

Change = EInvoiceConsent | EInvoiceWithdrawal


def settle(said: QuerySet[Contract], *, as_of: datetime) -> None:
    """Compare consents and withdrawals with the contracts that a delivery speaks of, which say by now what it says.

    Each is confirmed once. Of one that is contradicted for longer than the rule allows a clerk has a task.
    """
    given = EInvoiceConsent.objects.filter(ended_at=None, confirmed_at=None, given_at__lt=as_of)
    # Replaced by a consent of later than the delivery: what the delivery says is of the time before it.
    withdrawn = EInvoiceWithdrawal.objects.filter(
        Q(replaced_at=None) | Q(replaced_at__gt=as_of), confirmed_at=None, withdrawn_at__lt=as_of
    )
    running = said.exclude(ends_on__lt=as_of.date())  # what a contract that is over says changes no more
    concerned = Q(customer__in=given.values("customer")) | Q(customer__in=withdrawn.values("customer"))
    ways = _ways(running.filter(concerned))
    for consent in given.select_related("customer").order_by("pk").iterator():
        _judge(consent, ways, is_on=True, since=consent.given_at, as_of=as_of)
    for withdrawal in withdrawn.select_related("customer", "consent").order_by("pk").iterator():
        _judge(withdrawal, ways, is_on=False, since=withdrawal.withdrawn_at, as_of=as_of)
    _close_what_is_over()


Ways = defaultdict[tuple[int, int | None], set[str]]


def _ways(contracts: QuerySet[Contract]) -> Ways:
    """How bills come, as said now: of each contract, and of all that were spoken of of a customer.

    A contract with a consent of its own says nothing of what the whole customer agreed to or withdrew before.
    """
    ways: Ways = defaultdict(set)
    own = EInvoiceConsent.objects.filter(contract=OuterRef("pk"), ended_at=None)
    columns = ("pk", "customer_id", "e_invoice", "has_own")
    for pk, customer, way, has_own in contracts.annotate(has_own=Exists(own)).values_list(*columns):
        ways[customer, pk].add(way)
        if not has_own:
            ways[customer, None].add(way)
    return ways


def _judge(change: Change, ways: Ways, *, is_on: bool, since: datetime, as_of: datetime) -> None:
    found = ways[change.customer_id, change.contract_id]
    verdict = billing_says(found, is_on=is_on, waited=as_of - since, rules=rules(EInvoiceRules))
    kind = NOT_TAKEN_OVER if is_on else STILL_ELECTRONIC
    if verdict is BillingSays.THE_SAME:
        type(change).objects.filter(pk=change.pk).update(confirmed_at=clock.now())
        note(CONFIRMED_AS[kind], about=_about(change), by="import", customer=change.customer.public_id)
    elif verdict is BillingSays.OTHERWISE_TOO_LONG and not _is_with_the_office(kind, change):
        _tell_the_desk(kind, change, since)


def _is_with_the_office(kind: str, change: Change) -> bool:
    """A clerk has seen to it lately: billing has as many days again to follow."""
    lately = clock.now() - timedelta(days=rules(EInvoiceRules).days_to_confirm)
    return Task.objects.filter(kind=kind, about=_about(change), done_at__gt=lately).exists()


def _tell_the_desk(kind: str, change: Change, since: datetime) -> None:
    about = {"number": change.customer.number, "day": f"{since.astimezone(clock.WARSAW):%d.%m.%Y}"}
    if isinstance(change, EInvoiceConsent):
        title = _("Customer %(number)s agreed to e-invoices, and billing still says paper")
        body = _(
            "The consent of %(day)s, to %(email)s, went to the billing system. Look whether it was taken over there."
        )
        about["email"] = change.email
    else:
        title = _("Customer %(number)s withdrew from e-invoices, and billing still says e-invoice")
        body = _("The withdrawal of %(day)s went to the billing system. Look whether it was taken over there.")
    open_task(kind, about=_about(change), title=title % about, body=body % about, customer=change.customer.public_id)


def _close_what_is_over() -> None:
    """Tasks about what has been confirmed, ended or replaced since."""
    over: dict[str, QuerySet[EInvoiceConsent] | QuerySet[EInvoiceWithdrawal]] = {
        NOT_TAKEN_OVER: EInvoiceConsent.objects.exclude(ended_at=None, confirmed_at=None),
        STILL_ELECTRONIC: EInvoiceWithdrawal.objects.exclude(replaced_at=None, confirmed_at=None),
    }
    for kind, changes in over.items():
        open_ones = Task.objects.filter(kind=kind, state=Task.State.OPEN).values_list("about", flat=True)
        for change in changes.filter(public_id__in=[about.partition(":")[2] for about in open_ones]):
            outcome = _("The billing system says the same now, or the customer has changed it since.")
            close_about(kind, _about(change), outcome=outcome)


def _about(change: Change) -> str:
    return f"e_invoice:{change.public_id}"

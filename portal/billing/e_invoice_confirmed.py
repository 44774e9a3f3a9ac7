"""What the billing system says of consents to e-invoices: that it has taken them over, or that it has not.

Part of the import's merge; the promises are in docs/rules/e-invoice.md.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import clock
from portal.billing.consent_model import EInvoiceConsent
from portal.billing.rules import EInvoiceRules
from portal.customers.models import Contract
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.journal.actions import note
from portal.utility.rulebook import rules

NOT_TAKEN_OVER = "e_invoice_not_taken_over"
ON, PAPER = Contract.EInvoice.ON, Contract.EInvoice.NONE


def settle(said: QuerySet[Contract], *, as_of: datetime) -> None:
    """Compare consents with the contracts that a delivery speaks of, which say by now what it says.

    A consent is confirmed once. Of one that is contradicted for longer than the rule allows a clerk has a task.
    """
    waiting = EInvoiceConsent.objects.filter(ended_at=None, confirmed_at=None, given_at__lt=as_of)
    ways = _ways(said.filter(customer__in=waiting.values("customer")))
    late = as_of - timedelta(days=rules(EInvoiceRules).days_to_confirm)
    for consent in waiting.select_related("customer").order_by("pk").iterator():
        found = ways[consent.customer_id, consent.contract_id]
        if ON in found and PAPER not in found:
            _confirm(consent)
        elif PAPER in found and consent.given_at < late:
            _tell_the_desk(consent)
    _close_what_is_over()


def _ways(contracts: QuerySet[Contract]) -> defaultdict[tuple[int, int | None], set[str]]:
    """How bills come, as said now: of each contract, and of all that were spoken of of a customer."""
    ways: defaultdict[tuple[int, int | None], set[str]] = defaultdict(set)
    for pk, customer, way in contracts.values_list("pk", "customer_id", "e_invoice"):
        ways[customer, pk].add(way)
        ways[customer, None].add(way)
    return ways


def _confirm(consent: EInvoiceConsent) -> None:
    EInvoiceConsent.objects.filter(pk=consent.pk).update(confirmed_at=clock.now())
    note("e_invoice_confirmed", about=_about(consent), by="import", customer=consent.customer.public_id)


def _tell_the_desk(consent: EInvoiceConsent) -> None:
    given = f"{consent.given_at.astimezone(clock.WARSAW):%d.%m.%Y}"
    open_task(
        NOT_TAKEN_OVER,
        about=_about(consent),
        title=_("Customer %(number)s agreed to e-invoices, and billing still says paper")
        % {"number": consent.customer.number},
        body=_(
            "The consent of %(day)s, to %(email)s, went to the billing system. Look whether it was taken over there."
        )
        % {"day": given, "email": consent.email},
        customer=consent.customer.public_id,
    )


def _close_what_is_over() -> None:
    """Tasks about consents that have been confirmed or ended since."""
    open_ones = Task.objects.filter(kind=NOT_TAKEN_OVER, state=Task.State.OPEN).values_list("about", flat=True)
    asked = EInvoiceConsent.objects.filter(public_id__in=[about.partition(":")[2] for about in open_ones])
    for consent in asked.exclude(ended_at=None, confirmed_at=None):
        close_about(
            NOT_TAKEN_OVER,
            _about(consent),
            outcome=_("The billing system says the same now, or the consent has ended."),
        )


def _about(consent: EInvoiceConsent) -> str:
    return f"e_invoice:{consent.public_id}"

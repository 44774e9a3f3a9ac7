"""What is kept beside the ledger: balances by share, a customer's figures, what is open. Moved by the import, proved every night.

Everything here works on whole sets of customers in a handful of statements, the same on SQLite and PostgreSQL.
The promises are in docs/rules/ledger.md.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from portal import clock, money
from portal.billing.models import CustomerAccount
from portal.customers.models import Customer
from portal.desk.actions import close_about, open_task
from portal.desk.models import Task
from portal.journal.actions import note

QUESTION = "balance_question"
STATED_DIFFERS = "stated_balance_differs"
TOO_LITTLE_OPEN = "too_little_open"
DOUBT = "doubt"  # something of the delivery is odd; a clerk has a task of its own
LEFT_OUT = "left_out"  # the customer's rows were faulty: what is kept is older than what others see
WITHHELD = (DOUBT, LEFT_OUT)

# A version-4 UUID as SQLite keeps it: 32 hexadecimal digits.
_SQLITE_UUID = (
    "lower(hex(randomblob(6)) || '4' || substr(hex(randomblob(2)), 2) || 'a' || substr(hex(randomblob(2)), 2)"
    " || hex(randomblob(6)))"
)
# What can be owed: a charge, or a correction that adds to one. All else is money that settles, or money given back.
PAYABLE = "(e.kind = 'charge' OR (e.kind = 'correction' AND e.amount > 0))"


def new_uuid() -> str:
    """SQL for a fresh UUID in each row.

    On PostgreSQL cut from a hash of a secret of this statement and two random numbers, as UUIDs of version 8 are: there
    gen_random_uuid() asks the operating system once for each row, which took twice to three times as long.
    """
    if connection.vendor != "postgresql":
        return _SQLITE_UUID
    secret = secrets.token_hex(32)
    digest = f"encode(sha256(('{secret}' || random()::text || random()::text)::bytea), 'hex')"
    return f"overlay(overlay(substr({digest}, 1, 32) placing '8' from 13) placing 'a' from 17)::uuid"


@dataclass(frozen=True)
class _Of:
    """A set of customers as a piece of SQL."""

    sql: str
    parameters: tuple[Any, ...]

    def run(self, statement: str, *before: Any) -> int:
        """`{of}` stands for the set wherever it is needed; `before` are parameters that stand in front of it."""
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("{of}", self.sql), (*before, *self.parameters * statement.count("{of}")))
            return max(cursor.rowcount, 0)


def recompute(customers: QuerySet[Customer], *, as_of: datetime) -> None:
    """Bring everything kept for these customers into line with their ledger. Part of the caller's transaction.

    Open amounts that the billing system states stay as they are; the others follow allocations, else the oldest due.
    `as_of` is for customers who have no account yet.
    """
    sql, parameters = customers.order_by().values("pk").query.sql_with_params()
    of = _Of(sql, parameters)
    _lock(of)
    _make_items(of)
    _close_items_of_the_past(of)
    _open_by_allocations(of)
    _open_by_oldest_due(of)
    _share_balances(of)
    _accounts(of, as_of)
    _questions(of)


def _lock(of: _Of) -> None:
    """Open items by id: the order in which payers lock them too."""
    if connection.vendor == "postgresql":
        of.run(
            "SELECT max(o.id) FROM (SELECT id FROM billing_openitem WHERE customer_id IN ({of})"
            " ORDER BY id FOR UPDATE) o"
        )


def _make_items(of: _Of) -> None:
    """Every payable entry that stands has its item; it follows its entry through revisions."""
    of.run(
        "INSERT INTO billing_openitem (public_id, entry_id, customer_id, amount, open_amount, due_on, basis)"
        f" SELECT {new_uuid()}, e.id, e.customer_id, e.amount, e.amount, e.due_on, 'oldest_due'"
        f" FROM billing_ledgerentry e WHERE e.is_current AND {PAYABLE} AND e.customer_id IN ({{of}})"
        " AND NOT EXISTS (SELECT 1 FROM billing_openitem o WHERE o.entry_id = e.id)"
    )


def _close_items_of_the_past(of: _Of) -> None:
    """Nothing is open of an entry that does not stand any more."""
    of.run(
        "UPDATE billing_openitem AS o SET open_amount = 0 WHERE o.customer_id IN ({of}) AND o.open_amount <> 0"
        " AND NOT EXISTS (SELECT 1 FROM billing_ledgerentry e WHERE e.id = o.entry_id AND e.is_current"
        f" AND {PAYABLE})"
    )


_IS_STATED = (
    "EXISTS (SELECT 1 FROM billing_openitem so JOIN billing_ledgerentry se ON se.id = so.entry_id"
    " WHERE so.customer_id = {customer} AND so.basis = 'open_amount' AND se.is_current)"
)
_IS_ALLOCATED = (
    "EXISTS (SELECT 1 FROM billing_allocation a JOIN billing_ledgerentry ae ON ae.id = a.charge_id"
    " WHERE ae.customer_id = {customer} AND ae.is_current AND a.amount <> 0)"
)


def _open_by_allocations(of: _Of) -> None:
    """What is left of a charge after what the billing system counted to it; never below nothing."""
    left = (
        "e.amount - coalesce((SELECT sum(a.amount) FROM billing_allocation a"
        " JOIN billing_ledgerentry p ON p.id = a.payment_id AND p.is_current WHERE a.charge_id = e.id), 0)"
    )
    _set_open(
        of,
        f"SELECT o.id, CASE WHEN {left} > 0 THEN {left} ELSE 0 END AS rest FROM billing_openitem o"
        " JOIN billing_ledgerentry e ON e.id = o.entry_id AND e.is_current"
        f" WHERE o.customer_id IN ({{of}}) AND NOT {_IS_STATED.format(customer='o.customer_id')}"
        f" AND {_IS_ALLOCATED.format(customer='o.customer_id')}",
        "allocations",
    )


def _open_by_oldest_due(of: _Of) -> None:
    """Everything paid, credited and given back, counted to the oldest due charge first."""
    reached = (
        "sum(e.amount) OVER (PARTITION BY e.customer_id ORDER BY coalesce(e.due_on, e.booked_on), e.booked_on, e.external_id"
        " ROWS UNBOUNDED PRECEDING)"
    )
    paid = (
        "coalesce((SELECT -sum(c.amount) FROM billing_ledgerentry c WHERE c.customer_id = e.customer_id AND c.is_current"
        f" AND NOT {PAYABLE.replace('e.', 'c.')}), 0)"
    )
    _set_open(
        of,
        "SELECT id, CASE WHEN reached <= paid THEN 0 WHEN reached - paid < amount THEN reached - paid ELSE amount END"
        f" AS rest FROM (SELECT o.id, e.amount, {reached} AS reached, {paid} AS paid FROM billing_openitem o"
        f" JOIN billing_ledgerentry e ON e.id = o.entry_id AND e.is_current AND {PAYABLE}"
        f" WHERE o.customer_id IN ({{of}}) AND NOT {_IS_STATED.format(customer='o.customer_id')}"
        f" AND NOT {_IS_ALLOCATED.format(customer='o.customer_id')}) counted",
        "oldest_due",
    )


def _set_open(of: _Of, rests: str, basis: str) -> None:
    of.run(
        f"UPDATE billing_openitem AS t SET open_amount = found.rest, basis = '{basis}' FROM ({rests}) found"
        f" WHERE found.id = t.id AND (t.open_amount <> found.rest OR t.basis <> '{basis}')"
    )


def _share_balances(of: _Of) -> None:
    of.run("DELETE FROM billing_sharebalance WHERE customer_id IN ({of})")
    of.run(
        "INSERT INTO billing_sharebalance (customer_id, contract_id, service, point_id, balance)"
        " SELECT e.customer_id, s.contract_id, s.service, s.point_id, sum(s.amount)"
        " FROM billing_entryshare s JOIN billing_ledgerentry e ON e.id = s.entry_id"
        " WHERE e.is_current AND e.customer_id IN ({of})"
        " GROUP BY e.customer_id, s.contract_id, s.service, s.point_id"
    )


def _accounts(of: _Of, as_of: datetime) -> None:
    balance = (
        "coalesce((SELECT sum(e.amount) FROM billing_ledgerentry e WHERE e.customer_id = c.id AND e.is_current), 0)"
    )
    is_open = "coalesce((SELECT sum(o.open_amount) FROM billing_openitem o WHERE o.customer_id = c.id), 0)"
    of.run(
        "INSERT INTO billing_customeraccount"
        " (customer_id, balance, unallocated_credit, as_of, is_in_question, question)"
        " SELECT id, balance, CASE WHEN is_open > balance THEN is_open - balance ELSE 0 END, %s, false, ''"
        f" FROM (SELECT c.id, {balance} AS balance, {is_open} AS is_open FROM customers_customer c WHERE c.id IN ({{of}})) x"
        " WHERE true ON CONFLICT (customer_id) DO UPDATE"
        " SET balance = excluded.balance, unallocated_credit = excluded.unallocated_credit"
        " WHERE billing_customeraccount.balance <> excluded.balance"
        " OR billing_customeraccount.unallocated_credit <> excluded.unallocated_credit",
        connection.ops.adapt_datetimefield_value(as_of),
    )


# Disagreement


def _questions(of: _Of) -> None:
    """Withhold the figures of a customer while ours and the billing system's do not agree."""
    is_open = "(SELECT coalesce(sum(o.open_amount), 0) FROM billing_openitem o WHERE o.customer_id = t.customer_id)"
    question = (
        f"CASE WHEN t.stated_balance IS NOT NULL AND t.stated_balance <> t.balance THEN '{STATED_DIFFERS}'"
        f" WHEN {is_open} < t.balance THEN '{TOO_LITTLE_OPEN}'"
        f" WHEN t.question IN ('{DOUBT}', '{LEFT_OUT}') THEN t.question ELSE '' END"
    )
    of.run(
        f"UPDATE billing_customeraccount AS t SET question = {question}, is_in_question = {question} <> ''"
        " WHERE t.customer_id IN ({of})"
    )


def withhold(customers: QuerySet[Customer], question: str) -> int:
    """Show none of these customers' figures, for a reason that the import or a clerk will end; returns how many."""
    shown = CustomerAccount.objects.filter(customer__in=customers.values("pk"), is_in_question=False)
    return shown.update(is_in_question=True, question=question)


def release(customers: QuerySet[Customer], question: str) -> None:
    """End that reason. Figures that disagree otherwise stay withheld."""
    held = CustomerAccount.objects.filter(customer__in=customers.values("pk"), question=question)
    ids = list(held.values_list("pk", flat=True))
    held.update(question="")
    for some in _batches(ids):
        sql, parameters = Customer.objects.filter(pk__in=some).order_by().values("pk").query.sql_with_params()
        _questions(_Of(sql, parameters))


def question_in_words(account: CustomerAccount) -> str:
    """What a clerk reads; a customer only learns that it is being checked."""
    if account.question == STATED_DIFFERS:
        stated = money.zloty(account.stated_balance) if account.stated_balance is not None else "–"
        return _("The billing system states a balance of %(stated)s, but the entries it sent make %(ours)s.") % {
            "stated": stated,
            "ours": money.zloty(account.balance),
        }
    if account.question == TOO_LITTLE_OPEN:
        return _("The entries make a balance of %(ours)s, but less than that is open in all.") % {
            "ours": money.zloty(account.balance)
        }
    return ""


def tell_the_desk(customers: QuerySet[Customer]) -> None:
    """A task for each customer whose figures are in question, closed again when they agree."""
    in_question = (
        CustomerAccount.objects.filter(customer__in=customers, is_in_question=True)
        .exclude(question__in=WITHHELD)
        .select_related("customer")
    )
    still = set()
    for account in in_question.iterator():
        customer = account.customer
        still.add(_about(customer))
        open_task(
            QUESTION,
            about=_about(customer),
            title=_("The figures disagree: customer %(number)s") % {"number": customer.number},
            body=question_in_words(account),
            customer=customer.public_id,
        )
    waiting = Task.objects.filter(kind=QUESTION, state=Task.State.OPEN).exclude(about__in=still)
    settled = customers.filter(public_id__in=waiting.values("customer"))
    for customer in settled.iterator():
        close_about(QUESTION, _about(customer), outcome=_("The figures agree again."))


def _about(customer: Customer) -> str:
    return f"customer:{customer.public_id}"


# The nightly proof

_DIFFERS = """
SELECT k.customer_id FROM billing_customeraccount k
LEFT JOIN (SELECT customer_id, sum(amount) AS total FROM billing_ledgerentry WHERE is_current GROUP BY customer_id) l
    ON l.customer_id = k.customer_id
LEFT JOIN (SELECT customer_id, sum(amount) AS total FROM billing_ledgerentry GROUP BY customer_id) w
    ON w.customer_id = k.customer_id
LEFT JOIN (SELECT customer_id, sum(balance) AS total FROM billing_sharebalance GROUP BY customer_id) s
    ON s.customer_id = k.customer_id
LEFT JOIN (SELECT customer_id, sum(open_amount) AS total FROM billing_openitem GROUP BY customer_id) o
    ON o.customer_id = k.customer_id
WHERE k.balance <> coalesce(l.total, 0) OR k.balance <> coalesce(w.total, 0) OR k.balance <> coalesce(s.total, 0)
    OR (NOT k.is_in_question AND k.balance <> coalesce(o.total, 0) - k.unallocated_credit)
"""


def differing() -> list[int]:
    """Customers whose kept figures are not what their ledger makes. One statement over everybody."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERS)
        return [row[0] for row in cursor.fetchall()]


def check() -> int:
    """Prove every balance; put right and report what differs. A job of every night; returns how many differed."""
    wrong = differing()
    for some in _batches(wrong):
        _put_right(some)
    return len(wrong)


def _batches(ids: list[int], size: int = 500) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


@transaction.atomic
def _put_right(ids: list[int]) -> None:
    customers = Customer.objects.filter(pk__in=ids)
    before = dict(CustomerAccount.objects.filter(customer__in=ids).values_list("customer_id", "balance"))
    recompute(customers, as_of=clock.now())
    after = CustomerAccount.objects.filter(customer__in=ids).annotate(public_id=F("customer__public_id"))
    for account in after:
        note(
            "balance_put_right",
            about=f"customer:{account.public_id}",
            by="nightly check",
            customer=account.public_id,
            before=str(before.get(account.customer_id)),
            after=str(account.balance),
        )
    tell_the_desk(customers)

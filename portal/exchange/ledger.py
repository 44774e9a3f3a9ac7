"""The ledger's own merge: nothing is overwritten. What changed or is gone is reversed, and what changed is written anew."""

from typing import Any

from portal.billing.bookkeeping import new_uuid
from portal.billing.models import Allocation, Document, EntryShare, Invoice, LedgerEntry, OpenItem
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange import sql
from portal.exchange.sql import Counts, Ref, Target, analyze, analyze_staged, execute, joined_to, stage, table

# What an entry says; a difference in any of these is a new revision.
CONTENT = ("kind", "charge_kind", "booked_on", "amount", "due_on", "document_number", "reference", "channel")


PLACES = {"k": Ref(Contract, "contract"), "p": Ref(ServicePoint, "point")}  # where a share falls


def allocations() -> Target:
    return Target(
        stage="allocations",
        model=Allocation,
        refs={"p": Ref(LedgerEntry, "payment", is_current=True), "c": Ref(LedgerEntry, "charge", is_current=True)},
        columns={"amount": "s.amount"},
        joined="t.payment_id = p.id AND t.charge_id = c.id",
        on_insert={"payment_id": "p.id", "charge_id": "c.id"},
        scope="1 = 1",
        owner="oc.customer_id",
        owner_joins=f" JOIN {table(LedgerEntry)} oc ON oc.id = t.charge_id",
        when_gone="DELETE",
    )


# Before the merge: what is new, changed, the same


def is_empty(parameters: dict[str, Any]) -> bool:
    """Whether there is no entry yet that a staged one could be compared with."""
    return not sql.one(f"SELECT EXISTS (SELECT 1 FROM {table(LedgerEntry)} t WHERE t.source = %(source)s)", parameters)


def weigh(parameters: dict[str, Any]) -> None:
    """Decide of each entry that was staged as the same; its shares are part of what it says, and go its way."""
    content = " AND ".join(f"t.{sql.name(c)} IS NOT DISTINCT FROM s.{sql.name(c)}" for c in CONTENT)
    ours, theirs = _shares_of_ours(), _shares_of_theirs()
    differs = (
        f"SELECT external_id FROM (SELECT * FROM ({ours}) a EXCEPT SELECT * FROM ({theirs}) b) one"
        f" UNION SELECT external_id FROM (SELECT * FROM ({theirs}) a EXCEPT SELECT * FROM ({ours}) b) two"
    )
    execute(
        f"UPDATE {stage('ledger')} AS w SET verdict = f.verdict FROM (SELECT s.id,"
        " CASE WHEN t.id IS NULL THEN 'new' ELSE 'changed' END AS verdict"
        f" FROM {stage('ledger')} s LEFT JOIN {table(LedgerEntry)} t ON {_CURRENT}"
        f" LEFT JOIN ({differs}) d ON d.external_id = s.row_key"
        f" WHERE t.id IS NULL OR NOT ({content}) OR d.external_id IS NOT NULL) f WHERE f.id = w.id",
        parameters,
    )
    execute(
        f"UPDATE {stage('entry_shares')} AS w SET verdict = l.verdict FROM {stage('ledger')} l"
        " WHERE l.row_key = w.entry AND l.verdict <> 'same'",
        parameters,
    )
    analyze_staged("ledger", "entry_shares")


_CURRENT = "t.source = %(source)s AND t.external_id = s.row_key AND t.is_current"


def _shares_of_theirs() -> str:
    """The shares in the delivery, one row for each place; an entry that came without shares has one for nowhere."""
    return (
        "SELECT s.entry AS external_id, k.id AS contract_id, s.service AS service, p.id AS point_id,"
        f" sum(s.amount) AS amount FROM {stage('entry_shares')} s{joined_to(PLACES)}"
        " WHERE s.verdict <> 'out' GROUP BY 1, 2, 3, 4"
        f" UNION ALL SELECT l.external_id, NULL, '', NULL, l.amount FROM {stage('ledger')} l WHERE l.verdict <> 'out'"
        f" AND NOT EXISTS (SELECT 1 FROM {stage('entry_shares')} s WHERE s.entry = l.row_key)"
    )


def _shares_of_ours() -> str:
    return (
        f"SELECT t.external_id, h.contract_id, h.service, h.point_id, sum(h.amount) AS amount FROM {table(EntryShare)} h"
        f" JOIN {table(LedgerEntry)} t ON t.id = h.entry_id AND t.is_current AND t.source = %(source)s"
        f" JOIN {stage('ledger')} s ON s.row_key = t.external_id AND s.verdict <> 'out' GROUP BY 1, 2, 3, 4"
    )


def gone(column: str = "t.id") -> str:
    """SELECT of current entries `t` that a full delivery does not hold any more, of customers who are taken over."""
    return (
        f"SELECT {column} FROM {table(LedgerEntry)} t JOIN {table(Customer)} gc ON gc.id = t.customer_id"
        f" AND gc.source = %(source)s JOIN {stage('customers')} gs ON gs.row_key = gc.external_id AND gs.verdict <> 'out'"
        " WHERE t.source = %(source)s AND t.is_current"
        f" AND NOT EXISTS (SELECT 1 FROM {stage('ledger')} s WHERE s.row_key = t.external_id)"
    )


def count_gone(parameters: dict[str, Any]) -> int:
    return int(sql.one(f"SELECT count(*) FROM ({gone()}) g", parameters))


# In the merge


def touch(parameters: dict[str, Any], *, with_gone: bool, with_gone_allocations: bool) -> None:
    """Note whose money is about to move, before it moves."""
    of_customer = f"JOIN {table(Customer)} c ON c.source = %(source)s AND c.external_id"
    entries = (
        f"SELECT c.id FROM {stage('ledger')} s {of_customer} = s.customer"
        f" LEFT JOIN {table(LedgerEntry)} t ON {_CURRENT} LEFT JOIN {table(OpenItem)} o ON o.entry_id = t.id"
        " WHERE s.verdict <> 'out' AND (s.verdict <> 'same' OR (s.open_amount IS NULL AND o.basis = 'open_amount')"
        " OR (s.open_amount IS NOT NULL AND (o.open_amount IS DISTINCT FROM s.open_amount OR o.basis <> 'open_amount')))"
    )
    allocated = (
        f"SELECT c.id FROM {stage('allocations')} s {of_customer} = s.customer_key"
        " WHERE s.verdict IN ('new', 'changed')"
    )
    stated = (
        f"SELECT c.id FROM {stage('customers')} s {of_customer} = s.row_key"
        " LEFT JOIN billing_customeraccount k ON k.customer_id = c.id"
        " WHERE s.verdict <> 'out' AND (k.customer_id IS NULL OR k.stated_balance IS DISTINCT FROM s.stated_balance)"
    )
    moved = [entries, allocated, stated]
    if with_gone:
        moved.append(gone("t.customer_id"))
    if with_gone_allocations:
        moved.append(allocations().gone("oc.customer_id"))
    for customers in moved:
        execute(
            f"INSERT INTO exchange_touched (customer_id) SELECT DISTINCT * FROM ({customers}) m WHERE true"
            " ON CONFLICT DO NOTHING",
            parameters,
        )


def write(parameters: dict[str, Any], counts: Counts, *, with_gone: bool) -> None:
    """Reverse what changed or is gone, write what is new, and keep open items and allocations on the entry that stands."""
    if counts["changed"]:
        _reverse(
            f"SELECT t.id FROM {table(LedgerEntry)} t JOIN {stage('ledger')} s ON {_CURRENT} WHERE s.verdict = 'changed'",
            parameters,
        )
    if with_gone:
        _reverse(gone(), parameters)
    if counts["new"] or counts["changed"]:
        _write_new(parameters)
        analyze(LedgerEntry)
        _write_shares(parameters)
        _follow_revisions(parameters)


def _reverse(entries: str, parameters: dict[str, Any]) -> None:
    condition = f"t.id IN ({entries})"
    copied = "kind, charge_kind, due_on, document_number, invoice_id, document_id, reference, channel"
    execute(
        f"INSERT INTO {table(LedgerEntry)} (public_id, source, external_id, revision, is_reversal, is_current,"
        f" customer_id, booked_on, amount, created_at, {copied})"
        f" SELECT {new_uuid()}, t.source, t.external_id, t.revision, true, false, t.customer_id, %(today)s,"
        f" -t.amount, %(now)s, {', '.join(f't.{c}' for c in copied.split(', '))}"
        f" FROM {table(LedgerEntry)} t WHERE {condition}",
        parameters,
    )
    execute(f"UPDATE {table(LedgerEntry)} AS t SET is_current = false WHERE {condition}", parameters)
    execute(
        f"INSERT INTO {table(EntryShare)} (entry_id, contract_id, service, point_id, amount)"
        f" SELECT r.id, h.contract_id, h.service, h.point_id, -h.amount FROM {table(LedgerEntry)} r"
        f" JOIN {table(LedgerEntry)} t ON t.source = r.source AND t.external_id = r.external_id"
        f" AND t.revision = r.revision AND NOT t.is_reversal JOIN {table(EntryShare)} h ON h.entry_id = t.id"
        " WHERE r.source = %(source)s AND r.is_reversal AND r.created_at = %(now)s"
        f" AND NOT EXISTS (SELECT 1 FROM {table(EntryShare)} x WHERE x.entry_id = r.id)",
        parameters,
    )


def _write_new(parameters: dict[str, Any]) -> None:
    content = ", ".join(sql.name(column) for column in CONTENT)
    revision = (
        f"coalesce((SELECT max(r.revision) FROM {table(LedgerEntry)} r WHERE r.source = %(source)s"
        " AND r.external_id = s.row_key), 0) + 1"
    )
    refs = {"c": Ref(Customer, "customer"), "i": Ref(Invoice, "invoice"), "d": Ref(Document, "document")}
    execute(
        f"INSERT INTO {table(LedgerEntry)} (public_id, source, external_id, revision, is_reversal, is_current,"
        f" customer_id, invoice_id, document_id, created_at, {content})"
        f" SELECT {new_uuid()}, %(source)s, s.external_id, {revision}, false, true, c.id, i.id, d.id, %(now)s,"
        f" {', '.join(f's.{sql.name(column)}' for column in CONTENT)}"
        f" FROM {stage('ledger')} s{joined_to(refs)} WHERE s.verdict IN ('new', 'changed') ORDER BY s.id",
        parameters,
    )


def _write_shares(parameters: dict[str, Any]) -> None:
    entry = f"{table(LedgerEntry)} e ON e.source = %(source)s AND e.external_id = l.row_key AND e.is_current"
    execute(
        f"INSERT INTO {table(EntryShare)} (entry_id, contract_id, service, point_id, amount)"
        f" SELECT e.id, k.id, s.service, p.id, s.amount"
        f" FROM {stage('entry_shares')} s{joined_to(PLACES)} JOIN {stage('ledger')} l ON l.row_key = s.entry"
        f" JOIN {entry} WHERE l.verdict IN ('new', 'changed') ORDER BY s.id",
        parameters,
    )
    execute(
        f"INSERT INTO {table(EntryShare)} (entry_id, service, amount) SELECT e.id, '', l.amount"
        f" FROM {stage('ledger')} l JOIN {entry} WHERE l.verdict IN ('new', 'changed')"
        f" AND NOT EXISTS (SELECT 1 FROM {stage('entry_shares')} h WHERE h.entry = l.row_key)",
        parameters,
    )


def _follow_revisions(parameters: dict[str, Any]) -> None:
    """An open item keeps its address when its entry is revised: somebody may be paying it at this moment."""
    revised = (
        f"SELECT e.id AS old, n.id AS new FROM {table(LedgerEntry)} e JOIN {stage('ledger')} s"
        f" ON s.row_key = e.external_id AND s.verdict IN ('new', 'changed') JOIN {table(LedgerEntry)} n"
        " ON n.source = e.source AND n.external_id = e.external_id AND n.is_current"
        " WHERE e.source = %(source)s AND NOT e.is_current AND NOT e.is_reversal"
    )
    for model, column in ((OpenItem, "entry_id"), (Allocation, "payment_id"), (Allocation, "charge_id")):
        execute(
            f"UPDATE {table(model)} AS t SET {column} = r.new FROM ({revised}) r WHERE t.{column} = r.old", parameters
        )
    execute(
        f"UPDATE {table(OpenItem)} AS t SET amount = e.amount, due_on = e.due_on FROM {table(LedgerEntry)} e"
        f" JOIN {stage('ledger')} s ON s.row_key = e.external_id AND s.verdict IN ('new', 'changed')"
        " WHERE e.id = t.entry_id AND e.is_current AND e.source = %(source)s",
        parameters,
    )


def state_open_amounts(parameters: dict[str, Any]) -> None:
    """Write what the billing system says is open; where it says nothing any more, ours is reckoned anew.

    An entry that was a charge may be money in its next revision: nothing is open of it then.
    """
    stated = f"FROM {stage('ledger')} s JOIN {table(LedgerEntry)} e ON e.source = %(source)s AND e.external_id = s.row_key AND e.is_current"
    execute(
        f"INSERT INTO {table(OpenItem)} (public_id, entry_id, customer_id, amount, open_amount, due_on, basis)"
        f" SELECT {new_uuid()}, e.id, e.customer_id, e.amount, s.open_amount, e.due_on, 'open_amount' {stated}"
        " WHERE s.verdict <> 'out' AND s.open_amount IS NOT NULL AND e.kind IN ('charge', 'correction') AND e.amount >= 0"
        f" AND NOT EXISTS (SELECT 1 FROM {table(OpenItem)} o WHERE o.entry_id = e.id)",
        parameters,
    )
    execute(
        f"UPDATE {table(OpenItem)} AS t SET open_amount = s.open_amount, basis = 'open_amount' {stated}"
        " WHERE e.id = t.entry_id AND s.verdict <> 'out' AND s.open_amount IS NOT NULL"
        " AND (t.open_amount <> s.open_amount OR t.basis <> 'open_amount')",
        parameters,
    )
    execute(
        f"UPDATE {table(OpenItem)} AS t SET basis = 'oldest_due',"
        f" open_amount = CASE WHEN t.amount > 0 THEN t.amount ELSE 0 END {stated}"
        " WHERE e.id = t.entry_id AND s.verdict <> 'out' AND s.open_amount IS NULL AND t.basis = 'open_amount'",
        parameters,
    )


def link_papers(parameters: dict[str, Any]) -> None:
    """Tie entries to the invoice or document whose number they carry, whichever of the two came first."""
    for model, name, column in ((Invoice, "invoices", "invoice_id"), (Document, "documents", "document_id")):
        touched = (
            "SELECT customer_id FROM exchange_touched"
            f" UNION SELECT v.customer_id FROM {table(model)} v JOIN {stage(name)} s ON s.row_key = v.external_id"
            " WHERE v.source = %(source)s AND s.verdict IN ('new', 'changed')"
        )
        found = (
            f"SELECT e.id, min(v.id) AS paper FROM {table(LedgerEntry)} e"
            f" JOIN {table(model)} v ON v.customer_id = e.customer_id AND v.number = e.document_number"
            f" AND v.source = %(source)s WHERE e.{column} IS NULL AND e.is_current AND e.document_number <> ''"
            f" AND e.source = %(source)s AND e.kind <> 'payment' AND e.customer_id IN ({touched}) GROUP BY e.id"
        )
        execute(
            f"UPDATE {table(LedgerEntry)} AS t SET {column} = f.paper FROM ({found}) f WHERE f.id = t.id", parameters
        )

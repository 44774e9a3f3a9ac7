"""The one short transaction that switches data, balances and "stan na" together, and what it needs to be decided before."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.billing import bookkeeping, e_invoice_confirmed
from portal.billing.models import CustomerAccount, Invoice, LedgerEntry
from portal.billing.transit import book_entries
from portal.customers.models import Contract, Customer
from portal.exchange import doubts, leaving_out, ledger, managers, owners, sql
from portal.exchange.faults import Weight
from portal.exchange.format import FILES, SERVICES
from portal.exchange.manifest import Manifest
from portal.exchange.models import BillingDelivery, LeftOut
from portal.exchange.sql import Counts, Target, execute, stage, table
from portal.exchange.staged import FirstVerdicts, Staged, Touched, Verdict
from portal.exchange.staging import Faults
from portal.exchange.targets import targets
from portal.journal.actions import note
from portal.metering.actions import match_booked

ORDER_OF_COUNTS = ("new", "changed", "same", "gone", "out")
MANY = 1_000  # new rows: what the database knows of the table no longer holds


def first_verdicts(source: str) -> FirstVerdicts:
    """What the rows of each stage are until they are weighed: the same, or new where nothing is kept to compare them with.

    Few rows of a nightly delivery are anything else than the same, and only those are written to then.
    """
    parameters = {"source": source}
    none_is_kept = {target.stage: target.is_empty(parameters) for target in (*targets(), ledger.allocations())}
    none_is_kept |= dict.fromkeys(("ledger", "entry_shares"), ledger.is_empty(parameters)) | {"managers": True}
    return {stage: Verdict.NEW if is_empty else Verdict.SAME for stage, is_empty in none_is_kept.items()}


class Merge:
    """First `weigh`, which only marks staged rows, then, the faulty ones left out, `count` and `carry_out`."""

    def __init__(self, delivery: BillingDelivery, manifest: Manifest, faults: Faults, first: FirstVerdicts) -> None:
        self.delivery, self.manifest, self.faults, self.first = delivery, manifest, faults, first
        self.targets = targets()
        self.allocations = ledger.allocations()
        self.parameters: dict[str, Any] = {"source": manifest.source}

    def has(self, name: str) -> bool:
        """Whether the delivery speaks of a stage at all."""
        return any(file.stage == name and file.file_name in self.manifest.files for file in FILES)

    def loses(self, name: str) -> bool:
        """Whether rows that are not in the delivery are gone."""
        return self.manifest.is_full and self.has(name)

    # Before the transaction

    def weigh(self) -> None:
        """Decide of every row what happens to it, as if none were faulty, and whose it is."""
        for target in (*self.targets, self.allocations):
            if self.has(target.stage) and self.first[target.stage] == Verdict.SAME:
                target.weigh(self.parameters)
        if self.has("ledger") and self.first["ledger"] == Verdict.SAME:
            ledger.weigh(self.parameters)
        managers.weigh(self.manifest.source)
        owners.find(self.manifest, self.first)

    def count(self) -> dict[str, Counts]:
        """How many rows of each stage are new, changed, the same, gone, left out."""
        counts = {}
        for name in dict.fromkeys(file.stage for file in FILES):
            if self.has(name):
                counts[name] = self._counts(name)
        self._warn_of_kept(counts)
        return counts

    def _counts(self, name: str) -> Counts:
        found = dict.fromkeys(ORDER_OF_COUNTS, 0)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT verdict, count(*) FROM {stage(name)} GROUP BY verdict")
            found.update(dict(cursor.fetchall()))
        target = next((t for t in (*self.targets, self.allocations) if t.stage == name), None)
        if target is not None and (self.loses(name) or target.goes_with):
            found["gone"] = target.count_gone(self.parameters)
        if name == "ledger" and self.loses(name):
            found["gone"] = ledger.count_gone(self.parameters)
        return found

    def _warn_of_kept(self, counts: dict[str, Counts]) -> None:
        for target in self.targets:
            lost = counts.get(target.stage, {}).get("gone", 0)
            if lost and not target.when_gone:
                sentence = _("%(count)d rows are no longer in the delivery; they are kept.") % {"count": lost}
                self.faults.add(Weight.WARNING, f"{target.stage}.csv", None, sentence)
        self.faults.flush()

    # The transaction

    @transaction.atomic
    def carry_out(self, counts: dict[str, Counts]) -> None:
        moment = clock.now()
        as_of = self.manifest.as_of.astimezone(clock.WARSAW)
        self.parameters |= {
            "now": connection.ops.adapt_datetimefield_value(moment),
            "as_of": connection.ops.adapt_datetimefield_value(as_of),
            "today": connection.ops.adapt_datefield_value(as_of.date()),
        }
        present = [target for target in self.targets if self.has(target.stage)]
        for target in present:
            self._write(target, counts)
        self._ledger(counts)
        self._redraw(counts)
        self._remove_gone(present, counts)
        self._services()
        leaving_out.remember(self.manifest)
        self._as_of()
        managers.settle(self.manifest)
        touched = Customer.objects.filter(pk__in=Touched.objects.values("customer_id"))
        booked = LedgerEntry.objects.filter(
            source=self.manifest.source, created_at=moment, kind=LedgerEntry.Kind.PAYMENT
        )
        book_entries(booked.order_by("pk").iterator())
        if self.has("readings"):
            match_booked()
        if self.has("invoices"):
            jobs.later("portal.billing.tasks.announce_new")
        if self.has("contracts"):
            here = Staged.of("contracts").objects.exclude(verdict=Verdict.OUT).values("row_key")
            said = Contract.objects.filter(source=self.manifest.source, external_id__in=here)
            e_invoice_confirmed.settle(said, as_of=as_of)
        bookkeeping.tell_the_desk(touched)
        leaving_out.tell_the_desk(self.delivery, self.manifest)
        doubts.settle(self.delivery, self.manifest)
        self.delivery.state = BillingDelivery.State.MERGED
        self.delivery.finished_at = moment
        self.delivery.counts = counts
        self.delivery.fault_counts = self.faults.counts
        self.delivery.save()
        note("billing_delivery_merged", about=f"delivery:{self.delivery.pk}", by="import", name=self.delivery.name)

    def _write(self, target: Target, counts: dict[str, Counts]) -> None:
        target.write(self.parameters, counts[target.stage])
        if counts[target.stage]["new"] > MANY:
            sql.analyze(target.model)

    def _ledger(self, counts: dict[str, Counts]) -> None:
        loses_entries, loses_allocations = self.loses("ledger"), self.loses("allocations")
        ledger.touch(self.parameters, with_gone=loses_entries, with_gone_allocations=loses_allocations)
        if self.has("ledger"):
            ledger.write(self.parameters, counts["ledger"], with_gone=loses_entries)
        if self.has("allocations"):
            self.allocations.write(self.parameters, counts["allocations"])
            if loses_allocations:
                self.allocations.remove_gone(self.parameters, counts["allocations"])
        ledger.state_open_amounts(self.parameters)
        ledger.link_papers(self.parameters)
        self._stated_balances()
        touched = Customer.objects.filter(pk__in=Touched.objects.values("customer_id"))
        bookkeeping.recompute(touched, as_of=self.manifest.as_of)

    def _stated_balances(self) -> None:
        account = table(CustomerAccount)
        execute(
            f"INSERT INTO {account} (customer_id, balance, unallocated_credit, stated_balance, as_of, is_in_question,"
            f" question) SELECT c.id, 0, 0, s.stated_balance, %(as_of)s, false, '' FROM {stage('customers')} s"
            f" JOIN {table(Customer)} c ON c.source = %(source)s AND c.external_id = s.row_key"
            " WHERE s.verdict <> 'out' ON CONFLICT (customer_id) DO UPDATE SET stated_balance = excluded.stated_balance"
            f" WHERE {account}.stated_balance IS DISTINCT FROM excluded.stated_balance",
            self.parameters,
        )
        # Money moved, and the billing system did not say the balance anew: what it said before is no measure.
        execute(
            f"UPDATE {account} AS t SET stated_balance = NULL WHERE t.stated_balance IS NOT NULL"
            " AND t.customer_id IN (SELECT customer_id FROM exchange_touched)"
            f" AND NOT EXISTS (SELECT 1 FROM {stage('customers')} s JOIN {table(Customer)} c"
            " ON c.source = %(source)s AND c.external_id = s.row_key WHERE c.id = t.customer_id)",
            self.parameters,
        )

    def _redraw(self, counts: dict[str, Counts]) -> None:
        """Of an invoice whose lines changed while it stayed the same, the picture that we drew is of the lines before."""
        if not self.has("invoice_lines"):
            return
        lines = next(target for target in self.targets if target.stage == "invoice_lines")
        execute(
            f"UPDATE {table(Invoice)} AS t SET rendered_pdf = '' WHERE t.source = %(source)s AND t.rendered_pdf <> ''"
            f" AND t.id IN (SELECT i.id FROM {stage('invoice_lines')} s JOIN {table(Invoice)} i"
            " ON i.source = %(source)s AND i.external_id = s.invoice WHERE s.verdict IN ('new', 'changed')"
            + (f" UNION {lines.gone('t.invoice_id')})" if counts["invoice_lines"]["gone"] else ")"),
            self.parameters,
        )

    def _remove_gone(self, present: list[Target], counts: dict[str, Counts]) -> None:
        for target in reversed(present):
            if target.goes_with or self.manifest.is_full:
                target.remove_gone(self.parameters, counts[target.stage])

    def _services(self) -> None:
        """What a customer holds is what his running contracts say."""
        runs = "(k.ends_on IS NULL OR k.ends_on >= %(today)s)"
        holds = {
            service: f"max(CASE WHEN {runs} AND CAST(k.services AS text) LIKE '%%\"{service}\"%%' THEN 1 ELSE 0 END)"
            for service in SERVICES
        }
        flags = ", ".join(f"{test} AS {service}" for service, test in holds.items())
        cases = []
        for mask in range(2 ** len(SERVICES)):
            held = [service for place, service in enumerate(SERVICES) if mask & (1 << place)]
            test = " AND ".join(f"f.{service} = {int(service in held)}" for service in SERVICES)
            listed = ", ".join(f'"{service}"' for service in held)
            cases.append(f"WHEN {test} THEN {sql.json(f'[{listed}]')}")
        services = f"CASE {' '.join(cases)} END"
        execute(
            f"UPDATE {table(Customer)} AS t SET services = {services}"
            f" FROM (SELECT k.customer_id, {flags} FROM {table(Contract)} k WHERE k.source = %(source)s GROUP BY 1) f"
            f" WHERE f.customer_id = t.id AND t.services <> {services}",
            self.parameters,
        )

    def _as_of(self) -> None:
        """Everybody but those who are behind is now known as of the delivery's moment."""
        source, as_of = self.manifest.source, self.manifest.as_of
        customers = Customer.objects.filter(source=source).exclude(
            external_id__in=LeftOut.objects.filter(source=source).values("customer_key")
        )
        if self.manifest.is_full:
            taken = Staged.of("customers").objects.exclude(verdict=Verdict.OUT)
            customers = customers.filter(external_id__in=taken.values("row_key"))
        CustomerAccount.objects.filter(customer__in=customers.values("pk")).exclude(as_of=as_of).update(as_of=as_of)
        customers.exclude(as_of=as_of).update(as_of=as_of)


def nothing_changed(counts: dict[str, Counts]) -> bool:
    return not any(found["new"] or found["changed"] or found["gone"] for found in counts.values())

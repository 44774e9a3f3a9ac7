"""What must hold between staged rows, asked of whole tables: whose each row is, what it refers to, what it sums to."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from portal import clock, money
from portal.billing.ksef.substance import has_right_check_digits
from portal.billing.models import Invoice
from portal.customers.models import Customer, ServicePoint
from portal.exchange import owners
from portal.exchange.columns import Column, FileFormat, Kind
from portal.exchange.faults import Weight
from portal.exchange.format import BY_NAME, FILES
from portal.exchange.manifest import Manifest
from portal.exchange.sql import gathered, name, stage, table
from portal.exchange.staged import Staged
from portal.exchange.staging import Faults

READ_AT_A_TIME = 2_000


def check(manifest: Manifest, faults: Faults) -> None:
    """Add every fault between rows.

    A row that is what is kept already was checked when it came, and is not asked again what it refers to.
    """
    _Checks(manifest, faults).run()
    faults.flush()


class _Checks:
    def __init__(self, manifest: Manifest, faults: Faults) -> None:
        self.manifest, self.faults = manifest, faults
        self.parameters: dict[str, Any] = {"source": manifest.source}
        self.files = [file for file in FILES if file.file_name in manifest.files]
        self.stages = list(dict.fromkeys(file.stage for file in self.files))
        self._known: dict[str, str] = {}

    def run(self) -> None:
        for here in self.stages:
            self._keys_stand_once(here)
        for file in self.files:
            for column in file.columns:
                if column.refers_to and column.kind is Kind.TEXT:
                    self._refers_to_something(file, column)
        for here in self.stages:
            self._keeps_its_owner(here)
        if "managers" in self.stages:
            self._lists_name_own_points()
        if "ledger" in self.stages:
            self._signs()
            self._open_amounts()
            self._booked_in_time()
        self._shares_sum()
        self._allocations()
        if "invoices" in self.stages:
            self._printed_numbers()
            self._twice()
            self._corrections_of_nothing()
            self._ksef()
        self._accounts()

    # Asking

    def _add(self, rows: str, sentence: str, weight: Weight = Weight.ROW) -> None:
        """One fault a row of this SELECT, which gives file, line, customer_key and what the sentence quotes."""
        for row in _read(f"{rows} ORDER BY 1, 2", self.parameters):
            self.faults.add(weight, row["file"], row["line"], sentence % row, row["customer_key"])

    def _kept(self, here: str) -> str:
        if here not in self._known:
            self._known[here] = owners.kept(here, self.manifest.source)
        return self._known[here]

    def _named(self, column: Column, *, with_kept: bool = True) -> tuple[str, bool, bool]:
        """Joins from a staged row s to the row it names: staged a, kept e; and which of the two there are."""
        here, kept = column.refers_to in self.stages, self._kept(column.refers_to) if with_kept else ""
        joins = f" LEFT JOIN {stage(column.refers_to)} a ON a.row_key = s.{name(column.field)}" if here else ""
        if kept:
            joins += f" LEFT JOIN ({kept}) e ON e.key = s.{name(column.field)}"
        return joins, here, bool(kept)

    # Keys and references

    def _keys_stand_once(self, here: str) -> None:
        self._add(
            f"SELECT s.file, s.line, s.customer_key, s.row_key FROM {stage(here)} s WHERE s.row_key IN"
            f" (SELECT row_key FROM {stage(here)} WHERE row_key <> '' GROUP BY row_key HAVING count(*) > 1)",
            _("The key %(row_key)s stands more than once. Send each row once."),
        )

    def _refers_to_something(self, file: FileFormat, column: Column) -> None:
        field, above = name(column.field), column.refers_to
        # In a full delivery what is not there is gone.
        is_all_there = self.manifest.is_full and above in self.stages
        is_owner = column.name == file.owner and file.owner != "customer"
        joins, here, kept = self._named(column, with_kept=not (is_all_there and is_owner))
        missing = " AND ".join(
            [*(["a.id IS NULL"] if here else []), *(["e.key IS NULL"] if kept and not is_all_there else []), "true"]
        )
        others = [
            *(["a.customer_key NOT IN ('', s.customer_key)"] if here else []),
            *(["e.owner <> s.customer_key"] if kept else []),
        ]
        if column.name in {"customer", file.owner}:  # whose that row is, this one is too
            others = []
        of_others = " OR ".join(f"coalesce({test} AND s.customer_key <> '', false)" for test in others) or "false"
        found = (
            f"SELECT DISTINCT s.file, s.line, s.customer_key, s.{field} AS value, ({missing}) AS is_missing,"
            f" ({of_others}) AS is_of_others FROM {stage(file.stage)} s{joins}"
            f" WHERE s.file = %(file)s AND s.{field} <> ''{self._unlike(file.stage, is_all_there)}"
            f" AND (({missing}) OR {of_others}) ORDER BY 1, 2"
        )
        for row in _read(found, self.parameters | {"file": self.manifest.name_of(file)}):
            shown = {"column": column.name, "value": row["value"], "file": self.manifest.name_of(BY_NAME[above])}
            place = row["file"], row["line"]
            if row["is_missing"]:
                sentence = _("%(column)s names %(value)s, which is not in %(file)s.") % shown
                self.faults.add(Weight.ROW, *place, sentence, row["customer_key"])
            if row["is_of_others"]:
                sentence = _("%(column)s names %(value)s, which belongs to another customer.") % shown
                self.faults.add(Weight.ROW, *place, sentence, row["customer_key"])

    def _unlike(self, here: str, is_all_there: bool) -> str:
        """Rows that are the same refer to what they referred to; not of the ledger, which is weighed by its amounts."""
        return "" if is_all_there or here in owners.WEIGHED_BY_AMOUNTS else " AND s.verdict <> 'same'"

    def _keeps_its_owner(self, here: str) -> None:
        if here not in owners.KEPT or BY_NAME[here].key != ("id",) or here == "customers" or not self._kept(here):
            return
        self._add(
            f"SELECT s.file, s.line, s.customer_key, s.external_id FROM {stage(here)} s"
            f" JOIN ({self._kept(here)}) e ON e.key = s.external_id"
            f" WHERE e.owner <> s.customer_key AND s.customer_key <> ''{self._unlike(here, is_all_there=False)}",
            _("%(external_id)s belonged to another customer until now. Give it a new id."),
        )

    def _lists_name_own_points(self) -> None:
        """Managers are few, and so asked one by one."""
        staged = Staged.of("points").objects
        for row in Staged.of("managers").objects.exclude(points=[]).iterator():
            here = staged.filter(row_key__in=row.points, customer_key=row.customer).values_list("row_key", flat=True)
            earlier = ServicePoint.objects.filter(
                source=self.manifest.source, external_id__in=row.points, customer__external_id=row.customer
            )
            known = set(here) | set(earlier.values_list("external_id", flat=True))
            for point in sorted(set(row.points) - known):
                sentence = _("points names %(value)s, which is no point of this customer.") % {"value": point}
                self.faults.add(Weight.ROW, row.file, row.line, sentence, row.customer_key)

    # The ledger

    def _signs(self) -> None:
        rows = f"SELECT s.file, s.line, s.customer_key, s.kind FROM {stage('ledger')} s WHERE "
        self._add(
            rows + "s.kind IN ('charge', 'refund') AND s.amount < 0",
            _("A %(kind)s must not be negative; what lowers a charge is a correction."),
        )
        self._add(rows + "s.kind = 'credit_note' AND s.amount > 0", _("A credit note must not be positive."))
        self._add(
            rows + "s.kind = 'charge' AND s.charge_kind = ''", _("charge_kind is empty; a charge says what it is for.")
        )

    def _open_amounts(self) -> None:
        rows = f"SELECT s.file, s.line, s.customer_key FROM {stage('ledger')} s WHERE "
        payable = "(s.kind = 'charge' OR (s.kind = 'correction' AND s.amount > 0))"
        self._add(
            rows + f"s.open_amount IS NOT NULL AND s.open_amount <> 0 AND NOT coalesce({payable}, false)",
            _("Only a charge can have an open_amount."),
        )
        self._add(
            rows + f"{payable} AND (s.open_amount < 0 OR s.open_amount > s.amount)",
            _("open_amount is not between zero and the amount."),
        )
        self._add(
            rows + "s.kind = 'charge' AND s.open_amount IS NULL AND s.customer_key IN (SELECT o.customer_key"
            f" FROM {stage('ledger')} o WHERE o.kind = 'charge' AND o.open_amount IS NOT NULL)",
            _("open_amount is empty, but other charges of this customer state theirs."),
        )

    def _booked_in_time(self) -> None:
        today = self.manifest.as_of.astimezone(clock.WARSAW).date()
        self.parameters["today"] = connection.ops.adapt_datefield_value(today)
        self._add(
            f"SELECT s.file, s.line, s.customer_key FROM {stage('ledger')} s WHERE s.booked_on > %(today)s",
            _("booked_on is later than the delivery itself."),
            Weight.DOUBT,
        )

    def _shares_sum(self) -> None:
        if "entry_shares" not in self.stages:
            return
        sums = f"SELECT entry, sum(amount) AS total FROM {stage('entry_shares')} GROUP BY entry"
        wrong = (
            f"SELECT s.file, s.line, s.customer_key, s.external_id AS entry, h.total, s.amount FROM {stage('ledger')} s"
            f" JOIN ({sums}) h ON h.entry = s.row_key WHERE h.total IS NOT NULL AND h.total <> s.amount ORDER BY 1, 2"
        )
        for row in _read(wrong, self.parameters):
            sentence = _("The shares of %(entry)s sum to %(total)s, the entry is %(amount)s.")
            shown = {"entry": row["entry"]} | {each: money.from_grosze(int(row[each])) for each in ("total", "amount")}
            self.faults.add(Weight.ROW, row["file"], row["line"], sentence % shown, row["customer_key"])
        self._add(
            f"SELECT s.file, s.line, s.customer_key, s.entry FROM {stage('entry_shares')} s"
            f" LEFT JOIN {stage('ledger')} l ON l.row_key = s.entry WHERE l.id IS NULL",
            _("The entry %(entry)s is not in this delivery; shares come with their entry."),
        )

    def _allocations(self) -> None:
        if "allocations" in self.stages:
            self._add(
                f"SELECT s.file, s.line, s.customer_key FROM {stage('allocations')} s WHERE s.amount < 0",
                _("An allocation must not be negative; zero takes it back."),
            )

    # Invoices

    def _printed_numbers(self) -> None:
        staged = f" LEFT JOIN {stage('customers')} a ON a.row_key = s.customer"
        kept = f" LEFT JOIN {table(Customer)} k ON k.source = %(source)s AND k.external_id = s.customer"
        self._add(
            "SELECT s.file, s.line, s.customer_key, s.printed_customer_number, coalesce(a.number, k.number) AS known"
            f" FROM {stage('invoices')} s{staged}{kept} WHERE s.printed_customer_number <> ''"
            " AND coalesce(a.number, k.number) <> s.printed_customer_number",
            _("The invoice is printed for the customer number %(printed_customer_number)s, but is given to %(known)s."),
        )

    def _twice(self) -> None:
        """Two invoices with one number, whosesoever: in this delivery, or the second of them."""
        twice = (
            f"SELECT s.id FROM {stage('invoices')} s JOIN (SELECT number_folded FROM {stage('invoices')}"
            " WHERE number_folded <> '' GROUP BY number_folded HAVING count(DISTINCT external_id) > 1) d"
            " ON d.number_folded = s.number_folded"
        )
        if self._kept("invoices"):  # but for those that come again, maybe under another number
            twice += (
                f" UNION SELECT s.id FROM {stage('invoices')} s JOIN {table(Invoice)} i"
                " ON i.number_folded = s.number_folded AND i.source = %(source)s"
                f" LEFT JOIN {stage('invoices')} o ON o.row_key = i.external_id"
                " WHERE s.number_folded <> '' AND o.id IS NULL"
            )
        self._add(
            f"SELECT s.file, s.line, s.customer_key, s.number FROM {stage('invoices')} s WHERE s.id IN ({twice})",
            _("Another invoice has the number %(number)s too."),
            Weight.DOUBT,
        )

    def _corrections_of_nothing(self) -> None:
        known = [
            f"SELECT 1 FROM {stage('invoices')} o WHERE o.customer = s.customer AND o.number_folded = s.corrects_folded"
        ]
        if self._kept("invoices"):
            known.append(
                f"SELECT 1 FROM {table(Invoice)} i JOIN {table(Customer)} c ON c.id = i.customer_id"
                " WHERE i.source = %(source)s AND i.number_folded = s.corrects_folded AND c.external_id = s.customer"
            )
        unknown = "".join(f" AND NOT EXISTS ({each})" for each in known)
        self._add(
            f"SELECT s.file, s.line, s.customer_key, s.number, s.corrects_number AS corrects FROM {stage('invoices')} s"
            f" WHERE s.kind = 'kor' AND (s.corrects_folded = '' OR (true{unknown}))",
            _("The correction %(number)s corrects “%(corrects)s”, and there is no such invoice."),
            Weight.DOUBT,
        )

    def _ksef(self) -> None:
        self._add(
            f"SELECT s.file, s.line, s.customer_key FROM {stage('invoices')} s"
            " WHERE s.ksef_mode = 'online' AND s.ksef_number = ''",
            _("ksef_mode is online, but there is no ksef_number."),
            Weight.WARNING,
        )

    def _accounts(self) -> None:
        if "customers" not in self.stages:
            return
        rows = f"SELECT s.file, s.line, s.customer_key, s.virtual_account FROM {stage('customers')} s"
        for row in _read(f"{rows} WHERE s.virtual_account <> '' ORDER BY 1, 2", self.parameters):
            if not has_right_check_digits(row["virtual_account"]):
                sentence = _("The check digits of virtual_account are wrong.")
                self.faults.add(Weight.WARNING, row["file"], row["line"], sentence, row["customer_key"])


def _read(statement: str, parameters: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows by the names of their columns, some at a time: there may be as many faults as rows."""
    with gathered(statement, parameters) as found, connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT * FROM {found} f ORDER BY 1, 2", parameters)
        names = [column[0] for column in cursor.description]
        while some := cursor.fetchmany(READ_AT_A_TIME):
            for row in some:
                yield dict(zip(names, row, strict=True))

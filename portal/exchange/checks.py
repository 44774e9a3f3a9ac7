"""What must hold between staged rows, asked of whole tables: whose each row is, what it refers to, what it sums to."""

from typing import Any

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal import clock
from portal.billing.ksef.substance import has_right_check_digits
from portal.billing.models import Document, Invoice, LedgerEntry
from portal.billing.policies import fold_number
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange.columns import Column, FileFormat, Kind
from portal.exchange.faults import Weight
from portal.exchange.format import BY_NAME, FILES
from portal.exchange.manifest import Manifest
from portal.exchange.staged import Staged
from portal.exchange.staging import Faults
from portal.metering.models import Meter, MeterReading
from portal.waste.models import CollectionPoint

# Where rows of earlier deliveries live, and the way from them to their customer.
KEPT: dict[str, tuple[type[Model], str]] = {
    "customers": (Customer, "external_id"),
    "contracts": (Contract, "customer__external_id"),
    "points": (ServicePoint, "customer__external_id"),
    "meters": (Meter, "point__customer__external_id"),
    "readings": (MeterReading, "meter__point__customer__external_id"),
    "invoices": (Invoice, "customer__external_id"),
    "documents": (Document, "customer__external_id"),
    "ledger": (LedgerEntry, "customer__external_id"),
    "collection_points": (CollectionPoint, "contract__customer__external_id"),
}


def check(manifest: Manifest, faults: Faults) -> None:
    """Add every fault between rows. Row faults without a customer are given theirs where it can be known."""
    for file in FILES:
        _find_owners(file, manifest)
    _Checks(manifest, faults).run()
    faults.flush()


def kept(stage: str, source: str) -> QuerySet[Any]:
    model, _path = KEPT[stage]
    if model is MeterReading:  # its ids are of one source
        return model._default_manager.all()
    rows = model._default_manager.filter(source=source)
    return rows.filter(is_current=True) if model is LedgerEntry else rows


def _find_owners(file: FileFormat, manifest: Manifest) -> None:
    """Rows that name no customer themselves get that of the row they belong to."""
    if not file.owner or file.owner in {"id", "customer"}:
        return
    column = file.column(file.owner)
    above = Staged.of(column.refers_to)
    staged = above.objects.filter(row_key=OuterRef(column.field)).values("customer_key")[:1]
    earlier = kept(column.refers_to, manifest.source).filter(external_id=OuterRef(column.field))
    Staged.of(file.stage).objects.filter(file=file.file_name).update(
        customer_key=Coalesce(
            Subquery(staged),
            Subquery(earlier.values(KEPT[column.refers_to][1])[:1]),
            Value(""),
            output_field=TextField(),
        )
    )


class _Checks:
    def __init__(self, manifest: Manifest, faults: Faults) -> None:
        self.manifest, self.faults, self.source = manifest, faults, manifest.source

    def run(self) -> None:
        for stage in dict.fromkeys(file.stage for file in FILES):
            self._keys_stand_once(stage)
        for file in FILES:
            for column in file.columns:
                if column.refers_to and column.kind is Kind.TEXT:
                    self._refers_to_something(file, column)
            self._keeps_its_owner(file)
        self._lists_name_own_points()
        self._signs()
        self._open_amounts()
        self._shares_sum()
        self._allocations()
        self._printed_numbers()
        self._oddities()

    def _add(self, rows: QuerySet[Any], sentence: str, *shown: str, weight: Weight = Weight.ROW) -> None:
        """One fault a row; `shown` are the fields that the sentence quotes, by their own names."""
        for row in rows.values("file", "line", "customer_key", *shown).iterator():
            self.faults.add(weight, row["file"], row["line"], sentence % row, row["customer_key"])

    def _keys_stand_once(self, stage: str) -> None:
        model = Staged.of(stage)
        twice = model.objects.exclude(row_key="").values("row_key").annotate(times=Count("pk")).filter(times__gt=1)
        rows = model.objects.filter(row_key__in=twice.values("row_key"))
        self._add(rows, _("The key %(row_key)s stands more than once."), "row_key")

    def _refers_to_something(self, file: FileFormat, column: Column) -> None:
        model, name = Staged.of(file.stage), column.refers_to
        rows = model.objects.filter(file=file.file_name).exclude(**{column.field: ""})
        staged = Staged.of(name).objects.filter(row_key=OuterRef(column.field))
        earlier = kept(name, self.source).filter(external_id=OuterRef(column.field))
        path = KEPT[name][1]
        # In a full delivery what is not there is gone.
        is_all_there = self.manifest.is_full and any(
            other.stage == name and other.file_name in self.manifest.files for other in FILES
        )
        known = Exists(staged) if is_all_there else Exists(staged) | Exists(earlier)
        shown = {"column": column.name, "file": BY_NAME[name].file_name}
        sentence = _("%(column)s names %(value)s, which is not in %(file)s.")
        self._add(rows.exclude(known), _fill(sentence, shown, column.field), column.field)
        if column.field == "customer":
            return
        others = rows.filter(
            Exists(staged.exclude(customer_key=OuterRef("customer_key")))
            | Exists(earlier.exclude(**{path: OuterRef("customer_key")}))
        )
        sentence = _("%(column)s names %(value)s, which belongs to another customer.")
        self._add(others, _fill(sentence, shown, column.field), column.field)

    def _keeps_its_owner(self, file: FileFormat) -> None:
        if file.stage not in KEPT or file.key != ("id",) or file.stage == "customers":
            return
        path = KEPT[file.stage][1]
        earlier = kept(file.stage, self.source).filter(external_id=OuterRef("external_id"))
        moved = Staged.of(file.stage).objects.filter(
            Exists(earlier.exclude(**{path: OuterRef("customer_key")})), file=file.file_name
        )
        self._add(
            moved.exclude(customer_key=""),
            _("%(external_id)s belonged to another customer until now. Give it a new id."),
            "external_id",
        )

    def _lists_name_own_points(self) -> None:
        points = Staged.of("points")
        for row in Staged.of("managers").objects.exclude(points=[]).iterator():
            staged = points.objects.filter(row_key__in=row.points, customer_key=row.customer)
            earlier = kept("points", self.source).filter(external_id__in=row.points, customer__external_id=row.customer)
            known = set(staged.values_list("row_key", flat=True)) | set(earlier.values_list("external_id", flat=True))
            for name in sorted(set(row.points) - known):
                sentence = _("points names %(value)s, which is no point of this customer.") % {"value": name}
                self.faults.add(Weight.ROW, row.file, row.line, sentence, row.customer_key)

    def _signs(self) -> None:
        ledger = Staged.of("ledger").objects
        self._add(
            ledger.filter(kind__in=("charge", "refund"), amount__lt=0),
            _("A %(kind)s must not be negative; what lowers a charge is a correction."),
            "kind",
        )
        self._add(ledger.filter(kind="credit_note", amount__gt=0), _("A credit note must not be positive."))
        self._add(
            ledger.filter(kind="charge", charge_kind=""), _("charge_kind is empty; a charge says what it is for.")
        )

    def _open_amounts(self) -> None:
        ledger = Staged.of("ledger").objects
        stated = ledger.filter(open_amount__isnull=False)
        payable = Q(kind="charge") | Q(kind="correction", amount__gt=0)
        self._add(stated.exclude(payable).exclude(open_amount=0), _("Only a charge can have an open_amount."))
        self._add(
            stated.filter(payable).filter(Q(open_amount__lt=0) | Q(open_amount__gt=F("amount"))),
            _("open_amount is not between zero and the amount."),
        )
        mixed = ledger.filter(kind="charge", open_amount__isnull=True).filter(
            Exists(stated.filter(kind="charge", customer_key=OuterRef("customer_key")))
        )
        self._add(mixed, _("open_amount is empty, but other charges of this customer state theirs."))

    def _shares_sum(self) -> None:
        shares = Staged.of("entry_shares").objects.filter(entry=OuterRef("row_key"))
        total = shares.order_by().values("entry").annotate(total=Sum("amount")).values("total")
        rows = Staged.of("ledger").objects.annotate(total=Subquery(total)).filter(total__isnull=False)
        for row in rows.exclude(total=F("amount")).iterator():
            sentence = _("The shares of %(entry)s sum to %(total)s, the entry is %(amount)s.")
            shown = {"entry": row.external_id, "total": row.total, "amount": row.amount}
            self.faults.add(Weight.ROW, row.file, row.line, sentence % shown, row.customer_key)
        alone = Staged.of("entry_shares").objects.exclude(
            Exists(Staged.of("ledger").objects.filter(row_key=OuterRef("entry")))
        )
        self._add(alone, _("The entry %(entry)s is not in this delivery; shares come with their entry."), "entry")

    def _allocations(self) -> None:
        rows = Staged.of("allocations").objects
        self._add(rows.filter(amount__lt=0), _("An allocation must not be negative; zero takes it back."))

    def _printed_numbers(self) -> None:
        number = Staged.of("customers").objects.filter(row_key=OuterRef("customer")).values("number")[:1]
        earlier = kept("customers", self.source).filter(external_id=OuterRef("customer")).values("number")[:1]
        rows = (
            Staged.of("invoices")
            .objects.exclude(printed_customer_number="")
            .annotate(known=Coalesce(Subquery(number), Subquery(earlier), output_field=TextField()))
            .exclude(known=F("printed_customer_number"))
        )
        self._add(
            rows.filter(known__isnull=False),
            _("The invoice is printed for the customer number %(printed_customer_number)s, but is given to %(known)s."),
            "printed_customer_number",
            "known",
        )

    def _oddities(self) -> None:
        warn = Weight.WARNING
        ledger = Staged.of("ledger").objects
        as_of = self.manifest.as_of.astimezone(clock.WARSAW).date()
        late = _("booked_on is later than the delivery itself.")
        self._add(ledger.filter(booked_on__gt=as_of), late, weight=Weight.DOUBT)
        self._twice()
        self._corrections_of_nothing()
        invoices = Staged.of("invoices").objects
        self._add(
            invoices.exclude(ksef_mode="none").filter(ksef_number="", ksef_mode="online"),
            _("ksef_mode is online, but there is no ksef_number."),
            weight=warn,
        )
        for row in Staged.of("customers").objects.exclude(virtual_account="").iterator():
            if not has_right_check_digits(row.virtual_account):
                sentence = _("The check digits of virtual_account are wrong.")
                self.faults.add(warn, row.file, row.line, sentence, row.customer_key)

    def _twice(self) -> None:
        """Two invoices with one number, whosesoever: in this delivery, or the second of them."""
        invoices = Staged.of("invoices").objects.exclude(number_folded="")
        beside = (
            invoices.values("number_folded").annotate(times=Count("external_id", distinct=True)).filter(times__gt=1)
        )
        come_again = Exists(Staged.of("invoices").objects.filter(row_key=OuterRef("external_id")))
        earlier = kept("invoices", self.source).exclude(come_again).filter(number_folded=OuterRef("number_folded"))
        others = Q(number_folded__in=beside.values("number_folded")) | Exists(earlier)
        sentence = _("Another invoice has the number %(number)s too.")
        self._add(invoices.filter(others), sentence, "number", weight=Weight.DOUBT)

    def _corrections_of_nothing(self) -> None:
        """Corrections are few, and the number that they name is folded here, so they are asked one by one."""
        staged, earlier = Staged.of("invoices").objects, kept("invoices", self.source)
        for row in staged.filter(kind="kor").iterator():
            named = {"number_folded": fold_number(row.corrects_number)}
            if row.corrects_number and (
                staged.filter(**named, customer=row.customer).exists()
                or earlier.filter(**named, customer__external_id=row.customer).exists()
            ):
                continue
            sentence = _("The correction %(number)s corrects “%(corrects)s”, and there is no such invoice.")
            shown = {"number": row.number, "corrects": row.corrects_number}
            self.faults.add(Weight.DOUBT, row.file, row.line, sentence % shown, row.customer_key)


def _fill(sentence: str, shown: dict[str, str], field: str) -> str:
    """Put in what is the same for all rows; the value stays to be filled row by row."""
    return sentence % {**{name: value.replace("%", "%%") for name, value in shown.items()}, "value": f"%({field})s"}

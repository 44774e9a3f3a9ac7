"""The financial history of a customer: what was booked, month by month, and how the balance moved with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.billing.models import EntryShare, LedgerEntry
from portal.billing.policies import first_recent_day, fold_number
from portal.billing.queries import ZERO, Balance, balance, charge_title
from portal.billing.rules import BillingRules
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.utility.rulebook import rules

LINES_OF_A_YEAR = 600  # with more, a month is opened by its link and not on the year's page
LINES_ON_A_PAGE = 100
Kind = LedgerEntry.Kind
KINDS = {
    "charges": (_("charges"), (Kind.CHARGE,)),
    "payments": (_("payments"), (Kind.PAYMENT,)),
    "corrections": (_("corrections and notes"), (Kind.CORRECTION, Kind.CREDIT_NOTE)),
    "returns": (_("refunds and write-offs"), (Kind.REFUND, Kind.WRITE_OFF)),
}


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see; an unknown word asks for nothing in particular."""

    year: int | None = None
    month: date | None = None
    what: str = ""
    service: str = ""  # water (with its sewage) or waste
    number: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return bool(self.what or self.number)


@dataclass(frozen=True)
class Line:
    """One booking and the balance after it; to a partial manager, his part of both."""

    on: date
    kind: str
    words: str
    amount: Decimal
    balance: Decimal
    number: str = ""
    due_on: date | None = None
    channel: str = ""
    invoice_id: UUID | None = None
    document_id: UUID | None = None


@dataclass(frozen=True)
class Month:
    """A month of the history: `before` is the balance at its beginning."""

    first: date
    charged: Decimal
    settled: Decimal
    before: Decimal
    count: int
    lines: tuple[Line, ...] = ()

    @property
    def after(self) -> Decimal:
        return self.before + self.charged + self.settled


@dataclass(frozen=True)
class History:
    """`months` are the newest first, and so are their lines. `has_lines`: they can be opened where they stand."""

    asked: Asked
    years: tuple[int, ...] = ()
    months: tuple[Month, ...] = ()
    has_lines: bool = True
    pages: int = 1
    as_of: datetime | None = None
    is_partial: bool = False
    is_in_question: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.years


def history(viewer: Viewer, asked: Asked) -> History | None:
    """One year, or one month of it, of the bookings that stand. Three statements at any number of years and points.

    None to whom it is not told. While the figures are in question none are shown.
    """
    if not access.may(viewer, Deed.SEE_BALANCE):
        return None
    stands = balance(viewer)
    if stands is None:
        return History(asked, is_partial=viewer.is_partial)
    told = History(asked, as_of=stands.as_of, is_partial=viewer.is_partial, is_in_question=stands.is_in_question)
    months = [] if stands.is_in_question else _months(viewer, asked)
    if not months:
        return told
    years = tuple(sorted({month.first.year for month in months}, reverse=True))
    if asked.month:
        shown = [month for month in months if month.first == asked.month]
        pages = max(1, -(-sum(month.count for month in shown) // LINES_ON_A_PAGE))
        paged = [_cut(month, asked.page) for month in _with_lines(viewer, asked, shown)]
        return replace(told, years=years, months=tuple(paged), pages=pages)
    year = asked.year if asked.year in years else years[0]
    shown = [month for month in months if month.first.year == year]
    asked = replace(asked, year=year)
    has_lines = sum(month.count for month in shown) <= LINES_OF_A_YEAR
    if has_lines:
        shown = _with_lines(viewer, asked, shown)
        if asked.is_narrow:
            shown = [month for month in shown if month.lines]
    return replace(told, asked=asked, years=years, months=tuple(reversed(shown)), has_lines=has_lines)


def latest_months(viewer: Viewer, stands: Balance | None) -> History:
    """The months of all shown years, without their lines, the newest first: one statement beside the balance."""
    if stands is None or stands.is_in_question:
        return History(Asked(), is_partial=viewer.is_partial, is_in_question=stands is not None)
    months = _months(viewer, Asked())
    years = tuple(sorted({month.first.year for month in months}, reverse=True))
    return History(Asked(), years, tuple(reversed(months)), has_lines=False, is_partial=viewer.is_partial)


def bookings(viewer: Viewer, asked: Asked) -> Iterator[Line]:
    """Every booking of the shown years, of one year or of one month, the oldest first: what is exported.

    Nothing while the figures are in question. Three statements; the lines are not held in memory at once.
    """
    stands: Balance | None = balance(viewer)
    if stands is None or stands.is_in_question:
        return
    months = _months(viewer, asked)
    if asked.month:
        months = [month for month in months if month.first == asked.month]
    elif asked.year:
        months = [month for month in months if month.first.year == asked.year]
    if months:
        span = months[0].first, _last_day(months[-1].first)
        yield from _chosen(_running(_rows(viewer, asked.service, span), months[0].before), asked)


def _last_day(first: date) -> date:
    """The last day of the month that begins on this day."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)


# ------------------------------------------------------------------------------------------------------------- months


def _months(viewer: Viewer, asked: Asked) -> list[Month]:
    """Every month in which something was booked, the oldest first; balances count from the very first booking on."""
    rows, path, amount = _source(viewer, asked.service)
    entry = "entry" if path else "pk"
    found = (
        rows.order_by()
        .annotate(month=TruncMonth(f"{path}booked_on"))
        .values("month")
        .annotate(
            charged=Sum(amount, filter=Q(**{f"{path}amount__gt": 0})),
            settled=Sum(amount, filter=Q(**{f"{path}amount__lt": 0})),
            bookings=Count(entry, distinct=bool(path)),
        )
        .order_by("month")
    )
    since = first_recent_day(clock.today(), 12 * rules(BillingRules).history_years).replace(day=1)
    months, running = [], ZERO
    for row in found:
        month = Month(row["month"], row["charged"] or ZERO, row["settled"] or ZERO, running, row["bookings"])
        running = month.after
        if month.first >= since:
            months.append(month)
    return months


def _source(viewer: Viewer, service: str) -> tuple[QuerySet[Any], str, str]:
    """The rows that add up to what this reader sees, the way from them to the entry, and the field that is summed."""
    if not viewer.is_partial and not service:
        entries = LedgerEntry.objects.filter(is_current=True)
        return access.visible(entries, viewer, Deed.SEE_BALANCE), "", "amount"
    shares = EntryShare.objects.filter(entry__is_current=True)
    if service:
        shares = shares.filter(service__in=services.OBJECTS.get(service, ()))
    return access.visible(shares, viewer, Deed.SEE_BALANCE), "entry__", "amount"


def _cut(month: Month, page: int) -> Month:
    start = (page - 1) * LINES_ON_A_PAGE
    return replace(month, lines=month.lines[start : start + LINES_ON_A_PAGE])


# --------------------------------------------------------------------------------------------------------------- lines

_FIELDS = ("booked_on", "kind", "charge_kind", "document_number", "due_on", "channel")
_PAPERS = ("invoice__public_id", "invoice__service", "document__public_id", "document__file")


def _with_lines(viewer: Viewer, asked: Asked, months: list[Month]) -> list[Month]:
    """The months with their lines, each list the newest first."""
    if not months:
        return []
    span = months[0].first, _last_day(months[-1].first)
    by_month: dict[date, list[Line]] = {}
    for line in _chosen(_running(_rows(viewer, asked.service, span), months[0].before), asked):
        by_month.setdefault(line.on.replace(day=1), []).append(line)
    return [replace(month, lines=tuple(reversed(by_month.get(month.first, [])))) for month in months]


def _rows(viewer: Viewer, service: str, span: tuple[date, date]) -> Iterator[dict[str, Any]]:
    rows, path, amount = _source(viewer, service)
    names = {name: F(f"{path}{name}") for name in (*_FIELDS, *_PAPERS)}
    fields = {name.replace("__", "_"): expression for name, expression in names.items()}
    if not path:
        fields = {name: value for name, value in fields.items() if name not in _FIELDS}
    entry = f"{path}pk" if path else "pk"
    wanted = (*_FIELDS, *(name.replace("__", "_") for name in _PAPERS))
    found = rows.filter(**{f"{path}booked_on__range": span}).annotate(**fields).values(*wanted, entry)
    yield from found.annotate(own=Sum(amount)).order_by("booked_on", entry).iterator()


def _running(rows: Iterable[dict[str, Any]], before: Decimal) -> Iterator[Line]:
    for row in rows:
        before += row["own"]
        yield Line(
            on=row["booked_on"],
            kind=row["kind"],
            words=_words(row),
            amount=row["own"],
            balance=before,
            number=row["document_number"],
            due_on=row["due_on"],
            channel=row["channel"],
            invoice_id=row["invoice_public_id"],
            document_id=row["document_public_id"] if row["document_file"] else None,
        )


def _words(row: dict[str, Any]) -> str:
    if row["kind"] != Kind.CHARGE:
        return str(Kind(row["kind"]).label)
    return charge_title(row["charge_kind"], row["invoice_service"] or "") or str(Kind.CHARGE.label)


def _chosen(lines: Iterable[Line], asked: Asked) -> Iterator[Line]:
    """Those that the filters leave; the balance beside each counts all of them."""
    kinds = KINDS[asked.what][1] if asked.what in KINDS else ()
    number = fold_number(asked.number)
    for line in lines:
        if (not kinds or line.kind in kinds) and (not number or number in fold_number(line.number)):
            yield line

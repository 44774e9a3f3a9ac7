"""The tables of an invoice: its lines, what a correction changes, and the VAT summary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import pgettext

from portal.billing.ksef import words
from portal.billing.ksef.corrections import Change, changes
from portal.billing.ksef.invoice import FaInvoice, Line, RateSum, rate_of
from portal.money import amount


@dataclass(frozen=True, kw_only=True)
class Heading:
    text: str
    is_figure: bool = True


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str
    is_figure: bool = True
    aside: str = ""
    notes: tuple[str, ...] = ()
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    cells: tuple[Cell, ...]
    kind: str = "plain"  # plain, before, after, difference


@dataclass(frozen=True, kw_only=True)
class Table:
    headings: tuple[Heading, ...]
    groups: tuple[tuple[Row, ...], ...]  # rows that belong together and stay on one page


def exact(value: Decimal | None, places: int = 0) -> str:
    """With as many decimals as the invoice gives, and no fewer than asked."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    return amount(value, max(places, -exponent if isinstance(exponent, int) else 0))


def _money(value: Decimal | None) -> str:
    return exact(value, 2)


@dataclass(frozen=True, kw_only=True)
class Column:
    heading: str
    field: str
    write: Callable[[Decimal | None], str]


def _columns(lines: tuple[Line, ...]) -> list[Column]:
    """Only those in which the invoice says something."""
    columns = [
        Column(heading=pgettext("invoice", "Quantity"), field="quantity", write=exact),
        Column(heading=pgettext("invoice", "Net price"), field="unit_net", write=_money),
        Column(heading=pgettext("invoice", "Gross price"), field="unit_gross", write=_money),
        Column(heading=pgettext("invoice", "Discount"), field="discount", write=_money),
        Column(heading=pgettext("invoice", "Net value"), field="net", write=_money),
        Column(heading=pgettext("invoice", "VAT amount"), field="vat", write=_money),
        Column(heading=pgettext("invoice", "Gross value"), field="gross", write=_money),
    ]
    return [column for column in columns if any(getattr(line, column.field) is not None for line in lines)]


def _headings(columns: list[Column]) -> tuple[Heading, ...]:
    figures = [Heading(text=column.heading) for column in columns]
    texts = (Heading(text=pgettext("invoice", "No.")), Heading(text=pgettext("invoice", "Name"), is_figure=False))
    place = _place_of_unit(columns)
    unit = [Heading(text=pgettext("invoice", "Unit"), is_figure=False)] if place is not None else []
    split = (place or 0) + 1 if place is not None else 0
    return (*texts, *figures[:split], *unit, *figures[split:], Heading(text=pgettext("invoice", "VAT rate")))


def _place_of_unit(columns: list[Column]) -> int | None:
    """The unit follows the quantity, as one reads it."""
    fields = [column.field for column in columns]
    return fields.index("quantity") if "quantity" in fields else None


def lines_table(lines: tuple[Line, ...], notes: Mapping[int, list[str]]) -> Table | None:
    if not lines:
        return None
    columns = _columns(lines)
    rows = (Row(cells=_cells(line, columns, notes=tuple(notes.get(line.number, ())))) for line in lines)
    return Table(headings=_headings(columns), groups=tuple((row,) for row in rows))


def changes_table(lines: tuple[Line, ...]) -> Table | None:
    """Each line before, after and the difference; None when the lines are not of that kind."""
    changed = changes(lines)
    if changed is None:
        return None
    columns = _columns(lines)
    return Table(headings=_headings(columns), groups=tuple(_change_rows(change, columns) for change in changed))


def _change_rows(change: Change, columns: list[Column]) -> tuple[Row, ...]:
    rows = []
    if change.before:
        rows.append(Row(cells=_cells(change.before, columns, tag=pgettext("invoice", "Was")), kind="before"))
    if change.after:
        rows.append(Row(cells=_cells(change.after, columns, tag=pgettext("invoice", "Is")), kind="after"))
    shown = change.after or change.before
    known = {"quantity": change.quantity, "net": change.net, "gross": change.gross}
    figures = [Cell(text=column.write(known.get(column.field))) for column in columns]
    place = _place_of_unit(columns)
    if place is not None:
        unit = shown.unit if shown and change.quantity is not None else None
        figures.insert(place + 1, Cell(text=unit or "", is_figure=False))
    first = (Cell(text=""), Cell(text="", is_figure=False, tag=pgettext("invoice", "Difference")))
    rows.append(Row(cells=(*first, *figures, Cell(text="")), kind="difference"))
    return tuple(rows)


def _cells(line: Line, columns: list[Column], *, tag: str = "", notes: tuple[str, ...] = ()) -> tuple[Cell, ...]:
    figures = [Cell(text=column.write(getattr(line, column.field))) for column in columns]
    place = _place_of_unit(columns)
    if place is not None:
        figures.insert(place + 1, Cell(text=line.unit or "", is_figure=False))
    supplied = f"{line.supplied_on:%d.%m.%Y}" if line.supplied_on else ""
    aside = ", ".join(part for part in (line.classification, supplied) if part)
    name = Cell(text=line.name or "", is_figure=False, aside=aside, notes=notes, tag=tag)
    return (Cell(text=str(line.number)), name, *figures, Cell(text=_rate(line.vat_rate)))


def _rate(rate: str | None) -> str:
    if not rate:
        return ""
    if rate in words.RATES:
        return str(words.RATES[rate])
    return f"{rate.replace('.', ',')}%"


def rate_label(row: RateSum, lines: tuple[Line, ...]) -> str:
    if row.slot in words.SLOTS:
        return str(words.SLOTS[row.slot])
    return _rate(rate_of(row, lines))


def vat_table(invoice: FaInvoice) -> Table | None:
    if not invoice.vat_summary:
        return None
    headings = (
        Heading(text=pgettext("invoice", "VAT rate"), is_figure=False),
        Heading(text=pgettext("invoice", "Net")),
        Heading(text=pgettext("invoice", "VAT")),
    )
    rows = (
        Row(
            cells=(
                Cell(text=rate_label(row, invoice.lines), is_figure=False),
                Cell(text=_money(row.net)),
                Cell(text=_money(row.vat)),
            )
        )
        for row in invoice.vat_summary
    )
    return Table(headings=headings, groups=tuple((row,) for row in rows))

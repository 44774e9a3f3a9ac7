"""The list of all papers of a customer, searched and filtered: invoices, notes, other sales, contracts, consents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.accounts.models import Acceptance
from portal.billing.documents import (
    NOTES,
    Paper,
    document_paper,
    documents_of,
    invoice_paper,
    invoices_of,
    share_paper,
    shares_of,
)
from portal.billing.models import Document, Invoice, OpenItem
from portal.billing.policies import fold_number
from portal.customers import access, services
from portal.customers.access import Viewer
from portal.customers.models import Contract, Deed
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

ON_A_PAGE = 25
STATES = {"paid": _("paid"), "unpaid": _("to pay"), "partly": _("paid in part")}
KINDS = {
    "water": _("invoices for water and sewage"),
    "waste": _("invoices for waste"),
    "corrections": _("corrections"),
    "other_sales": _("other sales"),
    "notes": _("notes: interest, debit, credit"),
    "demands": _("demands for payment"),
    "contracts": _("contracts and annexes"),
    "other": _("other documents"),
}
OF_KIND = {
    "other_sales": {Document.Kind.OTHER_SALE},
    "notes": NOTES - {Document.Kind.DEMAND},
    "demands": {Document.Kind.DEMAND},
    "contracts": {Document.Kind.CONTRACT},
    "other": {Document.Kind.OTHER},
}


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for; nothing in particular finds everything."""

    text: str = ""
    kind: str = ""
    state: str = ""
    first: date | None = None
    last: date | None = None
    page: int = 1

    @property
    def is_anything(self) -> bool:
        return bool(self.text or self.kind or self.state or self.first or self.last)


@dataclass(frozen=True)
class PaperList:
    papers: tuple[Paper, ...] = ()
    count: int = 0
    page: int = 1
    is_partial: bool = False

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // ON_A_PAGE))


@dataclass(frozen=True)
class Signed:
    """A paper that another room keeps: a consent, an acceptance, Form A."""

    title: str
    on: date
    url: str
    until: date | None = None


@dataclass(frozen=True)
class Shelf:
    code: str
    label: "str | Promise"
    ask: Callable[[Viewer], Iterable[Signed]]


_shelves: dict[str, Shelf] = {}


def put_up(shelf: Shelf) -> None:
    """Another room's papers beside the list, given in its apps.py: one statement each."""
    _shelves[shelf.code] = shelf


def signed_papers(viewer: Viewer) -> list[tuple[str, list[Signed]]]:
    """What the person agreed to, shelf by shelf; empty shelves are left out."""
    found = ((str(shelf.label), sorted(shelf.ask(viewer), key=lambda paper: paper.on)) for shelf in _shelves.values())
    return [(label, papers) for label, papers in found if papers]


def accepted_terms(viewer: Viewer) -> list[Signed]:
    """What the person who is signed in accepted or agreed to; a clerk on a visit meets none of it. One statement."""
    if viewer.role == "staff":
        return []
    accepted = Acceptance.objects.filter(user=viewer.user_id).select_related("terms")
    return [
        Signed(
            title=f"{each.terms.title}, {each.terms.version}",
            on=each.accepted_at.astimezone(clock.WARSAW).date(),
            url=each.terms.pdf.url if each.terms.pdf else "",
            until=each.withdrawn_at.astimezone(clock.WARSAW).date() if each.withdrawn_at else None,
        )
        for each in accepted
    ]


# ------------------------------------------------------------------------------------------------------------ the list


def papers(viewer: Viewer, wanted: Wanted) -> PaperList:
    """One page of what fits, the newest first. At most six statements, at any number of papers."""
    found = _found(viewer, wanted)
    if not found:
        return PaperList(is_partial=viewer.is_partial)
    keys = found[0].union(*found[1:], all=True)
    count = keys.count()
    page = min(wanted.page, max(1, -(-count // ON_A_PAGE)))
    start = (page - 1) * ON_A_PAGE
    rows = list(keys.order_by("-day", "-row")[start : start + ON_A_PAGE])
    return PaperList(tuple(_drawn(viewer, rows)), count, page, viewer.is_partial)


def every_key(viewer: Viewer, wanted: Wanted, most: int) -> list[tuple[str, UUID]]:
    """What all that fits is called, the newest first, no more than `most`. One statement."""
    found = _found(viewer, wanted)
    if not found:
        return []
    rows = found[0].union(*found[1:], all=True).order_by("-day", "-row")[:most]
    return [(row["family"], row["key"]) for row in rows if row["family"] != "share"]


def _found(viewer: Viewer, wanted: Wanted) -> list[QuerySet[Any, Any]]:
    """The keys of every family that can hold what is wanted, all in the same columns."""
    found: list[QuerySet[Any, Any]] = []
    if wanted.kind in ("", "water", "waste", "corrections"):
        invoices = access.visible(Invoice.objects.all(), viewer, Deed.SEE_INVOICES)
        found.append(_keys(_fitting_invoices(invoices, wanted), "invoice", "issued_on", "public_id"))
        if viewer.is_partial and not wanted.state:
            shares = _fitting_invoices(shares_of(viewer), wanted, "invoice__").order_by()
            found.append(_keys(shares, "share", "invoice__issued_on", "invoice__public_id"))
    if wanted.kind not in ("water", "waste", "corrections"):
        kinds = OF_KIND.get(wanted.kind)
        if not rules(Modules).notes:
            kinds = (kinds or set(Document.Kind)) - NOTES
        fitting = _fitting(documents_of(viewer, kinds), wanted, "issued_on", Q(number__icontains=wanted.text.strip()))
        fitting = _in_state(fitting, wanted.state, "entry__document")
        found.append(_keys(fitting, "document", "issued_on", "public_id"))
    if wanted.kind in ("", "contracts") and not wanted.state:
        contracts = access.visible(Contract.objects.exclude(text=""), viewer, Deed.SEE_CONTRACT)
        signed = contracts.filter(signed_on__isnull=False)
        fitting = _fitting(signed, wanted, "signed_on", Q(number__icontains=wanted.text.strip()))
        found.append(_keys(fitting, "contract", "signed_on", "public_id"))
    return found


def _keys(rows: QuerySet[Any], family: str, day: str, key: str) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(
        family=Value(family, output_field=CharField()), row=F("pk"), day=F(day), key=F(key)
    )
    return named.values("family", "row", "day", "key")


def _fitting(rows: QuerySet[Any], wanted: Wanted, day: str, text: Q) -> QuerySet[Any]:
    if wanted.text.strip():
        rows = rows.filter(text)
    if wanted.first:
        rows = rows.filter(**{f"{day}__gte": wanted.first})
    if wanted.last:
        rows = rows.filter(**{f"{day}__lte": wanted.last})
    return rows


def _fitting_invoices(rows: QuerySet[Any], wanted: Wanted, path: str = "") -> QuerySet[Any]:
    """By its number, or by the number of the invoice that it corrects."""
    folded = fold_number(wanted.text)
    text = Q(**{f"{path}number_folded__contains": folded}) | Q(
        **{f"{path}corrects_number__icontains": wanted.text.strip()}
    )
    rows = _fitting(rows, wanted, f"{path}issued_on", text)
    if wanted.kind == "corrections":
        rows = rows.filter(**{f"{path}kind": Invoice.Kind.CORRECTION})
    elif wanted.kind:
        held = Q()
        for service in services.OBJECTS[wanted.kind]:
            held |= Q(**{f"{path}service__contains": service})
        rows = rows.filter(held).exclude(**{f"{path}kind": Invoice.Kind.CORRECTION})
    return rows if path else _in_state(rows, wanted.state, "entry__invoice")


def _in_state(rows: QuerySet[Any], state: str, path: str) -> QuerySet[Any]:
    """By what the billing system says is open of it: nothing, all, or something between."""
    if state not in STATES:
        return rows
    items = OpenItem.objects.filter(**{path: OuterRef("pk"), "entry__is_current": True})
    sums = items.order_by().values(path)
    rows = rows.filter(Exists(items)).annotate(
        still_open=Subquery(sums.annotate(figure=Sum("open_amount")).values("figure")),
        asked_for=Subquery(sums.annotate(figure=Sum("amount")).values("figure")),
    )
    if state == "paid":
        return rows.filter(still_open=0)
    if state == "partly":
        return rows.filter(still_open__gt=0, still_open__lt=F("asked_for"))
    return rows.filter(still_open__gt=0)


def _drawn(viewer: Viewer, rows: list[dict[str, Any]]) -> Iterable[Paper]:
    """The rows as papers, in their order; one statement for each family that is among them."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row["family"], []).append(row["row"])
    known = {
        (family, found.pk): draw(found)
        for family, pks in keys.items()
        for source, draw in [_SOURCES[family]]
        for found in source(viewer).filter(pk__in=pks)
    }
    return (known[row["family"], row["row"]] for row in rows if (row["family"], row["row"]) in known)


def _contracts(viewer: Viewer) -> QuerySet[Contract]:
    return access.visible(Contract.objects.defer("text"), viewer, Deed.SEE_CONTRACT)


def _contract_paper(contract: Contract) -> Paper:
    return Paper(
        public_id=contract.public_id,
        family="contract",
        number=contract.number,
        title=str(Document.Kind.CONTRACT.label),
        issued_on=contract.signed_on or contract.starts_on or date.min,
        amount=None,
        is_charge=False,
    )


_SOURCES: dict[str, tuple[Callable[[Viewer], QuerySet[Any]], Callable[[Any], Paper]]] = {
    "invoice": (invoices_of, invoice_paper),
    "share": (shares_of, share_paper),
    "document": (documents_of, document_paper),
    "contract": (_contracts, _contract_paper),
}

"""Whose a row is: a staged one that does not say so itself is of the customer of the row it names, staged or of earlier days."""

from django.db.models import Model

from portal.billing.models import Document, Invoice, LedgerEntry
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange.columns import FileFormat, Kind
from portal.exchange.format import BY_NAME, FILES
from portal.exchange.manifest import Manifest
from portal.exchange.sql import analyze_staged, execute, name, one, stage, table
from portal.exchange.staged import FirstVerdicts, Verdict
from portal.metering.models import Meter, MeterReading
from portal.waste.models import CollectionPoint

_CUSTOMER = " JOIN {customer} kc ON kc.id = k.customer_id"
_POINT = " JOIN {point} kp ON kp.id = k.point_id JOIN {customer} kc ON kc.id = kp.customer_id"
_METER = " JOIN {meter} km ON km.id = k.meter_id JOIN {point} kp ON kp.id = km.point_id JOIN {customer} kc ON kc.id = kp.customer_id"
_CONTRACT = " JOIN {contract} kk ON kk.id = k.contract_id JOIN {customer} kc ON kc.id = kk.customer_id"
# Where rows of earlier deliveries (k) live, and the way from them to their customer (kc).
KEPT: dict[str, tuple[type[Model], str]] = {
    "customers": (Customer, " JOIN {customer} kc ON kc.id = k.id"),
    "contracts": (Contract, _CUSTOMER),
    "points": (ServicePoint, _CUSTOMER),
    "meters": (Meter, _POINT),
    "readings": (MeterReading, _METER),
    "invoices": (Invoice, _CUSTOMER),
    "documents": (Document, _CUSTOMER),
    "ledger": (LedgerEntry, _CUSTOMER),
    "collection_points": (CollectionPoint, _CONTRACT),
}
# The same amounts may be of other places: what such rows refer to is always looked at.
WEIGHED_BY_AMOUNTS = {"ledger", "entry_shares"}


def kept(here: str, source: str) -> str:
    """SELECT of key and owner of what earlier deliveries brought to a stage; empty when that is nothing at all."""
    model, way = KEPT[here]
    tables = {"customer": Customer, "point": ServicePoint, "meter": Meter, "contract": Contract}
    joins = way.format(**{alias: table(of) for alias, of in tables.items()})
    # The ids of readings are of one source.
    of_source = "k.external_id IS NOT NULL" if model is MeterReading else "k.source = %(source)s"
    if model is LedgerEntry:
        of_source += " AND k.is_current"
    if not one(f"SELECT EXISTS (SELECT 1 FROM {table(model)} k WHERE {of_source})", {"source": source}):
        return ""
    return f"SELECT k.external_id AS key, kc.external_id AS owner FROM {table(model)} k{joins} WHERE {of_source}"


def find(manifest: Manifest, first: FirstVerdicts) -> None:
    """Give staged rows their customer, where checks compare it: with that of another row they name, or with who had them."""
    for file in FILES:
        if first[file.stage] == Verdict.SAME or _named(file) != {file.owner}:
            is_asked = file.stage in WEIGHED_BY_AMOUNTS
            _follow(file, manifest, "" if is_asked else " AND w.verdict <> 'same'")


def find_all(manifest: Manifest) -> None:
    """The same of all rows: somebody is left out, with everything of his."""
    for file in FILES:
        _follow(file, manifest)


def _named(file: FileFormat) -> set[str]:
    """The columns that name rows of other files."""
    return {column.name for column in file.columns if column.refers_to and column.kind is Kind.TEXT}


def _follow(file: FileFormat, manifest: Manifest, condition: str = "") -> None:
    here = {each.stage for each in FILES if each.file_name in manifest.files}
    if file.stage not in here or file.owner in {"", "id", "customer"}:
        return
    column = file.column(file.owner)
    above = BY_NAME[column.refers_to].stage
    staged = f"SELECT a.row_key AS key, a.customer_key AS owner FROM {stage(above)} a WHERE a.customer_key <> ''"
    ways = [staged] if above in here else []
    if earlier := kept(above, manifest.source):
        ways.append(earlier)
    found = 0
    for way in ways:
        found += execute(
            f"UPDATE {stage(file.stage)} AS w SET customer_key = f.owner FROM ({way}) f"
            f" WHERE f.key = w.{name(column.field)} AND w.customer_key = ''{condition}",
            {"source": manifest.source},
        )
    if found:
        analyze_staged(file.stage)  # else it still believes that nobody's are all of them, and checks them one by one

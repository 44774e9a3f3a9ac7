"""Which staged column becomes which column of the portal, table by table, in the order in which rows need one another.

The ledger is not here: it is append-only and has rules of its own (ledger.py).
"""

from portal.billing.bookkeeping import new_uuid
from portal.billing.models import Document, Invoice, InvoiceLine, TariffRate
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange import sql
from portal.exchange.sql import Target, ref
from portal.metering.models import Meter, MeterReading
from portal.waste.models import CollectionPoint, Container, Pickup

SOURCE = {"source": "%(source)s"}


def _same(*columns: str) -> dict[str, str]:
    return {column: f's."{column}"' for column in columns}


def _key() -> dict[str, str]:
    return SOURCE | {"external_id": "s.external_id"}


def _new() -> dict[str, str]:
    return _key() | {"public_id": new_uuid()}


def _owner(model: type, path: str) -> str:
    return f"(SELECT o.customer_id FROM {sql.table(model)} o WHERE o.id = {path})"


def _tariffs() -> Target:
    return Target(
        stage="tariffs",
        model=TariffRate,
        columns=_same("group", "component", "unit", "effective_from", "effective_to", "net_price", "vat_rate"),
        on_insert=_key(),
        when_gone="DELETE",
    )


def _customers() -> Target:
    return Target(
        stage="customers",
        model=Customer,
        columns=_same(
            "number", "kind", "name", "name_folded", "first_name", "nip", "street", "postcode", "city", "email", "phone",
            "virtual_account", "is_closed",
        ),
        on_insert=_new() | {"services": sql.json("[]")},
        when_gone="is_closed = true",
    )  # fmt: skip


def _contracts() -> Target:
    return Target(
        stage="contracts",
        model=Contract,
        columns={"customer_id": ref(Customer, "customer")}
        | _same(
            "number", "signed_on", "starts_on", "ends_on", "services", "tariff_group", "billing_period_months",
            "e_invoice", "text",
        ),
        on_insert=_new(),
        owner="t.customer_id",
    )  # fmt: skip


def _points() -> Target:
    return Target(
        stage="points",
        model=ServicePoint,
        columns={"customer_id": ref(Customer, "customer"), "contract_id": ref(Contract, "contract")}
        | _same("name", "street", "building", "unit", "postcode", "city", "is_closed"),
        on_insert=_new(),
        owner="t.customer_id",
        when_gone="is_closed = true",
    )


def _meters() -> Target:
    return Target(
        stage="meters",
        model=Meter,
        columns={"point_id": ref(ServicePoint, "point")}
        | _same(
            "serial_number",
            "role",
            "digits",
            "installed_on",
            "removed_on",
            "verification_valid_until",
            "is_remote",
            "seals",
        ),
        on_insert=_new(),
        owner=_owner(ServicePoint, "t.point_id"),
    )


def _readings() -> Target:
    of_meter = f"(SELECT p.customer_id FROM {sql.table(Meter)} m JOIN {sql.table(ServicePoint)} p ON p.id = m.point_id WHERE m.id = t.meter_id)"
    return Target(
        stage="readings",
        model=MeterReading,
        columns={"meter_id": ref(Meter, "meter"), "state": "'booked'"} | _same("value", "read_on", "read_at", "source"),
        joined="t.external_id = s.row_key",
        on_insert={"external_id": "s.external_id", "public_id": new_uuid()},
        scope="t.external_id IS NOT NULL",
        owner=of_meter,
        when_gone="DELETE",
    )


def _invoices() -> Target:
    services = f"(SELECT CAST(k.services AS text) FROM {sql.table(Contract)} k WHERE k.source = %(source)s AND k.external_id = s.contract)"
    for sign in ("[", "]", '"', " "):
        services = f"replace({services}, '{sign}', '')"
    return Target(
        stage="invoices",
        model=Invoice,
        columns={
            "customer_id": ref(Customer, "customer"),
            "contract_id": ref(Contract, "contract"),
            "service": f"coalesce(nullif(s.service, ''), {services}, '')",
            "original": "s.original_name",
            "received_pdf": "s.pdf_name",
        }
        | _same(
            "kind", "number", "number_folded", "issued_on", "period_from", "period_to", "due_on", "net", "vat", "gross",
            "to_pay", "currency", "seller_account", "corrects_number", "ksef_number", "ksef_mode", "kod_ii",
            "original_sha256",
        ),
        on_insert=_new() | {"rendered_pdf": "''"},
        on_change={"rendered_pdf": "''"},  # it showed what the invoice said before
        owner="t.customer_id",
    )  # fmt: skip


def _invoice_lines() -> Target:
    of_invoice = ref(Invoice, "invoice")
    came = f"(SELECT i.id FROM {sql.table(Invoice)} i JOIN {sql.stage('invoices')} v ON v.row_key = i.external_id WHERE i.source = %(source)s AND v.verdict <> 'out')"
    return Target(
        stage="invoice_lines",
        model=InvoiceLine,
        columns={"point_id": ref(ServicePoint, "point")}
        | _same("description", "unit", "quantity", "unit_net", "net", "vat_rate", "vat"),
        joined=f"t.invoice_id = {of_invoice} AND t.position = s.position AND t.is_before = s.is_before",
        key=f"(SELECT i.external_id FROM {sql.table(Invoice)} i WHERE i.id = t.invoice_id)"
        " || '|' || t.position || '|' || CASE WHEN t.is_before THEN 'True' ELSE 'False' END",
        on_insert={"invoice_id": of_invoice} | _same("position", "is_before"),
        goes_with=f"t.invoice_id IN {came}",
        when_gone="DELETE",
    )


def _documents() -> Target:
    return Target(
        stage="documents",
        model=Document,
        columns={
            "customer_id": ref(Customer, "customer"),
            "contract_id": ref(Contract, "contract"),
            "file": "s.pdf_name",
        }
        | _same("kind", "number", "issued_on", "due_on", "amount"),
        on_insert=_new(),
        owner="t.customer_id",
    )


def _collection_points() -> Target:
    return Target(
        stage="collection_points",
        model=CollectionPoint,
        columns={
            "contract_id": ref(Contract, "contract"),
            "point_id": ref(ServicePoint, "point"),
            "address": "s.address",
        },
        on_insert=_new(),
        owner=_owner(Contract, "t.contract_id"),
    )


def _containers() -> Target:
    return _at_collection_point("containers", Container, ("stream", "litres"), ("count",))


def _pickups() -> Target:
    return _at_collection_point("pickups", Pickup, ("stream", "day"), ())


def _at_collection_point(stage: str, model: type, key: tuple[str, ...], rest: tuple[str, ...]) -> Target:
    point = ref(CollectionPoint, "collection_point")
    owner = f"(SELECT k.customer_id FROM {sql.table(CollectionPoint)} p JOIN {sql.table(Contract)} k ON k.id = p.contract_id WHERE p.id = t.point_id)"
    return Target(
        stage=stage,
        model=model,
        # `stream` is of the key too: a table without a column to compare would have no columns to write.
        columns=_same("stream", *rest),
        joined=" AND ".join([f"t.point_id = {point}", *(f"t.{column} = s.{column}" for column in key)]),
        key=f"(SELECT p.external_id FROM {sql.table(CollectionPoint)} p WHERE p.id = t.point_id)"
        + "".join(f" || '|' || t.{column}" for column in key),
        on_insert={"point_id": point} | _same(*(column for column in key if column != "stream")),
        scope="1 = 1",
        owner=owner,
        when_gone="DELETE",
    )


def targets() -> tuple[Target, ...]:
    return (
        _tariffs(),
        _customers(),
        _contracts(),
        _points(),
        _meters(),
        _readings(),
        _invoices(),
        _invoice_lines(),
        _documents(),
        _collection_points(),
        _containers(),
        _pickups(),
    )

"""Which staged column becomes which column of the portal, table by table, in the order in which rows need one another.

The ledger is not here: it is append-only and has rules of its own (ledger.py).
"""

from portal.billing.bookkeeping import new_uuid
from portal.billing.models import Document, Invoice, InvoiceLine, TariffRate
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange import sql
from portal.exchange.sql import Ref, Target
from portal.metering.models import Meter, MeterReading
from portal.waste.models import CollectionPoint, Container, Pickup

SOURCE = {"source": "%(source)s"}


def _same(*columns: str) -> dict[str, str]:
    return {column: f's."{column}"' for column in columns}


def _key() -> dict[str, str]:
    return SOURCE | {"external_id": "s.external_id"}


def _new() -> dict[str, str]:
    return _key() | {"public_id": new_uuid()}


def _by(model: type, alias: str, on: str) -> str:
    """A step on the way from t to its customer."""
    return f" JOIN {sql.table(model)} {alias} ON {alias}.id = {on}"


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
        refs={"c": Ref(Customer, "customer")},
        columns={"customer_id": "c.id"}
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
        refs={"c": Ref(Customer, "customer"), "k": Ref(Contract, "contract")},
        columns={"customer_id": "c.id", "contract_id": "k.id"}
        | _same("name", "street", "building", "unit", "postcode", "city", "is_closed"),
        on_insert=_new(),
        owner="t.customer_id",
        when_gone="is_closed = true",
    )


def _meters() -> Target:
    return Target(
        stage="meters",
        model=Meter,
        refs={"p": Ref(ServicePoint, "point")},
        columns={"point_id": "p.id"}
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
        owner="op.customer_id",
        owner_joins=_by(ServicePoint, "op", "t.point_id"),
    )


def _readings() -> Target:
    return Target(
        stage="readings",
        model=MeterReading,
        refs={"m": Ref(Meter, "meter")},
        columns={"meter_id": "m.id", "state": "'booked'"} | _same("value", "read_on", "read_at", "source"),
        joined="t.external_id = s.row_key",
        on_insert={"external_id": "s.external_id", "public_id": new_uuid()},
        scope="t.external_id IS NOT NULL",
        owner="op.customer_id",
        owner_joins=_by(Meter, "om", "t.meter_id") + _by(ServicePoint, "op", "om.point_id"),
        when_gone="DELETE",
    )


def _invoices() -> Target:
    services = "CAST(k.services AS text)"
    for sign in ("[", "]", '"', " "):
        services = f"replace({services}, '{sign}', '')"
    return Target(
        stage="invoices",
        model=Invoice,
        refs={"c": Ref(Customer, "customer"), "k": Ref(Contract, "contract")},
        columns={
            "customer_id": "c.id",
            "contract_id": "k.id",
            "service": f"CASE WHEN s.service <> '' THEN s.service ELSE coalesce({services}, '') END",
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
    came = (
        f"{_by(Invoice, 'oi', 't.invoice_id')} AND oi.source = %(source)s"
        # An invoice that is new had no lines before.
        f" JOIN {sql.stage('invoices')} ov ON ov.row_key = oi.external_id AND ov.verdict IN ('same', 'changed')"
    )
    return Target(
        stage="invoice_lines",
        model=InvoiceLine,
        refs={"i": Ref(Invoice, "invoice"), "p": Ref(ServicePoint, "point")},
        columns={"point_id": "p.id"} | _same("description", "unit", "quantity", "unit_net", "net", "vat_rate", "vat"),
        joined="t.invoice_id = i.id AND t.position = s.position AND t.is_before = s.is_before",
        on_insert={"invoice_id": "i.id"} | _same("position", "is_before"),
        scope="1 = 1",
        goes_with=came,
        when_gone="DELETE",
    )


def _documents() -> Target:
    return Target(
        stage="documents",
        model=Document,
        refs={"c": Ref(Customer, "customer"), "k": Ref(Contract, "contract")},
        columns={"customer_id": "c.id", "contract_id": "k.id", "file": "s.pdf_name"}
        | _same("kind", "number", "issued_on", "due_on", "amount"),
        on_insert=_new(),
        owner="t.customer_id",
    )


def _collection_points() -> Target:
    return Target(
        stage="collection_points",
        model=CollectionPoint,
        refs={"k": Ref(Contract, "contract"), "p": Ref(ServicePoint, "point")},
        columns={"contract_id": "k.id", "point_id": "p.id", "address": "s.address"},
        on_insert=_new(),
        owner="ok.customer_id",
        owner_joins=_by(Contract, "ok", "t.contract_id"),
    )


def _containers() -> Target:
    return _at_collection_point("containers", Container, ("stream", "litres"), ("count",))


def _pickups() -> Target:
    return _at_collection_point("pickups", Pickup, ("stream", "day"), ())


def _at_collection_point(stage: str, model: type, key: tuple[str, ...], rest: tuple[str, ...]) -> Target:
    return Target(
        stage=stage,
        model=model,
        refs={"p": Ref(CollectionPoint, "collection_point")},
        # `stream` is of the key too: a table without a column to compare would have no columns to write.
        columns=_same("stream", *rest),
        joined=" AND ".join(["t.point_id = p.id", *(f"t.{column} = s.{column}" for column in key)]),
        on_insert={"point_id": "p.id"} | _same(*(column for column in key if column != "stream")),
        scope="1 = 1",
        owner="ok.customer_id",
        owner_joins=_by(CollectionPoint, "op", "t.point_id") + _by(Contract, "ok", "op.contract_id"),
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

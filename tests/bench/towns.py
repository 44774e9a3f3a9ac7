"""A town as large as wanted, in a minute and not in a night: one household with its years, copied by the database itself.

Every row of the household gets a copy for each further customer; its id, and the ids by which rows name one another,
move by one STRIDE for each.
"""

from typing import Any

from django.db import connection, models

from portal.billing.models import CustomerAccount, EntryShare, Invoice, LedgerEntry, OpenItem, ShareBalance
from portal.customers.models import Contract, Customer, ServicePoint
from portal.exchange.sql import table
from portal.metering.models import Meter, MeterReading

STRIDE = 10_000  # more than any id of the household
MODELS: tuple[type[models.Model], ...] = (
    Customer, Contract, ServicePoint, Meter, MeterReading, Invoice, LedgerEntry, EntryShare, OpenItem, CustomerAccount,
    ShareBalance,
)  # fmt: skip
TOLD_APART = {"external_id", "number", "number_folded", "document_number"}
OF_HOUSEHOLD = {  # from a row t to its customer
    Customer: "t.id",
    Meter: "(SELECT p.customer_id FROM customers_servicepoint p WHERE p.id = t.point_id)",
    MeterReading: (
        "(SELECT p.customer_id FROM metering_meter m JOIN customers_servicepoint p ON p.id = m.point_id"
        " WHERE m.id = t.meter_id)"
    ),
    EntryShare: "(SELECT e.customer_id FROM billing_ledgerentry e WHERE e.id = t.entry_id)",
}


def grow(household: Customer, first: int, last: int) -> None:
    """Copies number `first` to `last`. Foreign keys are not looked up: they lead where the household's own do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in MODELS:
            columns = [field.column for field in model._meta.local_concrete_fields]
            values = [_copied(field) for field in model._meta.local_concrete_fields]
            cursor.execute(
                f"INSERT INTO {table(model)} ({', '.join(columns)}) SELECT {', '.join(values)}"
                f" FROM generate_series(%s, %s) n CROSS JOIN {table(model)} t"
                f" WHERE {OF_HOUSEHOLD.get(model, 't.customer_id')} = %s",
                [first, last, household.pk],
            )
        cursor.execute("RESET session_replication_role")
        cursor.execute(f"VACUUM ANALYZE {', '.join(map(table, MODELS))}")


def _copied(field: Any) -> str:
    if field.primary_key or (field.is_relation and field.related_model in MODELS):
        return f"t.{field.column} + n * {STRIDE}::bigint"
    if isinstance(field, models.UUIDField):
        return "md5(random()::text || t.id || n)::uuid"  # gen_random_uuid() takes five times as long
    return f"t.{field.column} || '-' || n" if field.column in TOLD_APART else f"t.{field.column}"


def household_number(household: Customer, copy: int) -> int:
    """The id of one of the copies."""
    return int(household.pk) + copy * STRIDE

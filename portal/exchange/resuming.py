"""Going on where an import was killed: what is staged stays, what was concluded from it is concluded anew."""

from django.db import transaction

from portal.exchange.format import BY_FILE_NAME
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.sql import execute, one, stage
from portal.exchange.staged import FirstVerdicts, Staged
from portal.exchange.staging import Faults


def is_staged(delivery: BillingDelivery) -> bool:
    """Whether the rows that were read are there: a database that crashed has emptied its unlogged tables."""
    here: dict[str, int] = {}
    for name, rows in delivery.rows_read.items():
        at = BY_FILE_NAME[name].stage
        here[at] = here.get(at, 0) + rows
    return all(here.get(name, 0) == int(one(f"SELECT count(*) FROM {stage(name)}", {})) for name in Staged.models)


@transaction.atomic
def reset(delivery: BillingDelivery, first: FirstVerdicts) -> Faults:
    """Forget what was decided about the rows; returns the faults of the reading alone."""
    if delivery.read_until is None:
        return Faults(delivery, dict(delivery.fault_counts))
    DeliveryFault.objects.filter(delivery=delivery, pk__gt=delivery.read_until).delete()
    execute("DELETE FROM exchange_touched", {})
    for name, verdict in first.items():
        execute(f"UPDATE {stage(name)} SET verdict = %(first)s WHERE verdict <> %(first)s", {"first": verdict.value})
    return Faults(delivery, dict(delivery.fault_counts))

"""What the exchange does later and by night."""

from portal.billing import bookkeeping
from portal.exchange import dropped, freshness, originals, receiving, report
from portal.exchange.faults import AlreadyRunning
from portal.exchange.models import BillingDelivery


def sweep_originals() -> None:
    """Files that an import stored and no row names."""
    originals.sweep()


def check_balances() -> None:
    """The figures that the import keeps, proved against the ledger."""
    bookkeeping.check()


def take_received() -> None:
    """What came through the API. While another import runs this is tried again later."""
    receiving.take_all()


def take_left_behind() -> None:
    """The same, for what waits although its own job has given up."""
    try:
        receiving.take_all()
    except AlreadyRunning:
        return


def take_dropped() -> None:
    """Deliveries that lie whole in the drop folder. While another import runs they wait for the next minute."""
    try:
        dropped.take_all()
    except AlreadyRunning:
        return


def check_freshness() -> None:
    """The alarm when the billing system sends nothing."""
    freshness.check()


def mail_report(delivery_id: int) -> None:
    """What was wrong, to those who look after the exchange."""
    report.mail(BillingDelivery.objects.get(pk=delivery_id))

"""What the exchange does later and by night."""

from portal.billing import bookkeeping
from portal.exchange import originals, receiving
from portal.exchange.models import ReceivedDelivery


def sweep_originals() -> None:
    """Files that an import stored and no row names."""
    originals.sweep()


def check_balances() -> None:
    """The figures that the import keeps, proved against the ledger."""
    bookkeeping.check()


def take_received(received_id: int) -> None:
    """While another import runs this one is tried again later."""
    receiving.take(ReceivedDelivery.objects.get(pk=received_id))

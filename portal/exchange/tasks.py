"""What the exchange does by night."""

from portal.billing import bookkeeping
from portal.exchange import originals


def sweep_originals() -> None:
    """Files that an import stored and no row names."""
    originals.sweep()


def check_balances() -> None:
    """The figures that the import keeps, proved against the ledger."""
    bookkeeping.check()

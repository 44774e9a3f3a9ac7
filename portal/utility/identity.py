"""Who we are, without a statement per page."""

from portal.utility import look
from portal.utility.kept import Kept
from portal.utility.models import Utility

current = Kept(lambda: Utility.objects.select_related("logo").first() or Utility())
forget = current.forget


def look_version() -> str:
    """What the address of the utility's style sheet ends with; empty while the colours are the house's own."""
    colours = current().colours
    return "" if colours == look.Colours() else look.fingerprint(colours)

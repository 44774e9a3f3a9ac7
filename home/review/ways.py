"""What a signed-in person must always find on the portal pages: a way to pay and a way to sign out."""

from django.urls import reverse
from django.utils.translation import gettext as _

from home.models import PortalPage
from home.review.drawn import draw
from home.roles import PageRole, Role
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

# The widgets that hold the button to pay.
PAYING = frozenset({"due", "open_items"})


def missing_ways() -> list[str]:
    """A sentence for each way that the live portal pages no longer hold. Two statements, and those of drawing a page."""
    pages = list(PortalPage.objects.live())
    if not pages:
        return []
    found = []
    if rules(Modules).payments and not any(child.block_type in PAYING for page in pages for child in page.body):
        found.append(_("No portal page has a way to pay: put the block “To pay” or “Open items” on one of them."))
    if not _can_sign_out(pages):
        found.append(
            _("Signed-in people find no way to sign out: show at least one portal page in the menu, which holds it.")
        )
    return found


def _can_sign_out(pages: list[PortalPage]) -> bool:
    held = set(PageRole.objects.filter(role=Role.DASHBOARD).values_list("page_id", flat=True))
    drawn = draw(next((page for page in pages if page.pk in held), pages[0]))
    return drawn is not None and drawn.whole.select_one(f"form[action='{reverse('account_logout')}']") is not None

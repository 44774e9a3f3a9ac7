"""The register of messages sent: whether each went out and what stopped it, never what it says."""

from django.contrib.admin import display
from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import find_message
from portal.notifications.models import Delivery
from portal.utility.templatetags.ebok import moment
from portal.utility.wagtail_hooks import ReadOnlyRegister


class Deliveries(ReadOnlyRegister):
    """A letter may hold a link that signs its reader in, so it is not shown here, nor the whole address."""

    model = Delivery
    base_url_path = "deliveries"
    menu_label = _("Messages sent")
    menu_item_name = "deliveries"
    menu_icon = "mail"
    menu_order = 60
    list_display = ("queued", "title", "to", "state", "attempts", "last_error", "sent")
    list_filter = ("state",)
    search_fields = ("recipient", "message", "about")
    ordering = ("-pk",)

    @display(description=_("written"), ordering="queued_at")
    def queued(self, delivery: Delivery) -> str:
        return moment(delivery.queued_at)

    @display(description=_("message"), ordering="message")
    def title(self, delivery: Delivery) -> str:
        known = find_message(delivery.message)
        return str(known.subject) if known else delivery.message

    @display(description=_("recipient"))
    def to(self, delivery: Delivery) -> str:
        return masked(delivery.recipient)

    @display(description=_("sent at"), ordering="sent_at")
    def sent(self, delivery: Delivery) -> str:
        return moment(delivery.sent_at)


def masked(address: str) -> str:
    """anna@example.pl → a•••@example.pl: enough to recognise an address that one is told."""
    name, at, host = address.partition("@")
    return f"{name[:1]}•••{at}{host}"


Deliveries().register_with_wagtail()

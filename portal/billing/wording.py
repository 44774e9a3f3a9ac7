"""Words for the codes that come with money."""

from django.utils.translation import gettext_lazy

CHANNELS = {
    "blik": gettext_lazy("with BLIK"),
    "p24": gettext_lazy("with Przelewy24"),
    "card": gettext_lazy("by card"),
    "bank": gettext_lazy("by bank transfer"),
    "transfer": gettext_lazy("by bank transfer"),
    "cash": gettext_lazy("in cash"),
    "online": gettext_lazy("online"),
}


def channel_in_words(channel: str) -> str:
    """How a payment came; empty for a channel that nobody has named."""
    return str(CHANNELS.get(channel, ""))

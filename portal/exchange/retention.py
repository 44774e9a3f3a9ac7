"""How long what passes through the exchange is kept."""

from portal.retention.registry import keep


def state() -> None:
    on_its_way = "a copy on its way to rows that are in the download"
    keep("exchange.*", "until the next delivery", download=on_its_way)
    keep("exchange.BillingDelivery", "without end", download="nothing of a person")
    keep("exchange.DeliveryFault", "without end", download="the office's own notes")
    keep("exchange.LeftOut", "until the billing system has put it right", download="the office's own notes")
    keep("exchange.ApiToken", "without end", download="nothing of a person")
    keep("exchange.ReceivedDelivery", "the file until it is taken over, the row without end", download=on_its_way)

"""The letters of this room, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

PAYMENT = {
    "amount": _("amount"),
    "reference": _("number of the payment"),
    "documents": _("what was paid, one document a line"),
    "link": _("address of the payment's page"),
}

register_message(
    "payment_succeeded",
    _("We have received your payment of {amount}"),
    _(
        "Hello,\n\nyour payment of {amount} has arrived. Thank you.\n\n{documents}\n\nPayment {reference}, {paid_at}, "
        "{method}.\n\nWe are now booking it, which usually takes a day or two. You do not need to do anything. "
        "Until then it is shown as being booked:\n\n{link}\n\n{utility}"
    ),
    PAYMENT | {"paid_at": _("when it was paid"), "method": _("how it was paid")},
    when=_("When the gateway confirms a payment."),
)
register_message(
    "payment_held",
    _("We are looking into your payment of {amount}"),
    _(
        "Hello,\n\nyour payment {reference} has arrived, but something does not fit: {reason} "
        "Our office is looking into it and will write to you. Your money is safe, and you do not need to do "
        "anything.\n\n{documents}\n\n{link}\n\n{utility}"
    ),
    PAYMENT | {"reason": _("what does not fit")},
    when=_("When a payment arrives that differs from what was asked, or that somebody else has made too."),
)
register_message(
    "payment_on_account",
    _("Your payment of {amount} is on your account"),
    _(
        "Hello,\n\nwe have looked into your payment {reference} of {amount}. We have put {accepted} on your account: it "
        "lowers your next documents. If you would rather have it back, write to us.\n\n{link}\n\n{utility}"
    ),
    PAYMENT | {"accepted": _("how much was put on the account")},
    when=_("When the office keeps money that differed from what was asked, or that was paid twice, for the customer."),
)
register_message(
    "payment_refunded",
    _("We have given back {refunded}"),
    _(
        "Hello,\n\nof your payment {reference} of {amount} we have given back {refunded} so far. The money goes back "
        "the way it came, which takes your bank a few days.\n\n{documents}\n\n{link}\n\n{utility}"
    ),
    PAYMENT | {"refunded": _("how much was given back altogether")},
    when=_("When the gateway confirms a refund."),
)
register_message(
    "payment_not_booked",
    _("Your payment of {amount} is still being booked"),
    _(
        "Hello,\n\nyour payment {reference} has arrived, and booking it takes longer than it should. Our office is "
        "looking into it. Please do not pay again.\n\n{documents}\n\n{link}\n\n{utility}"
    ),
    PAYMENT,
    when=_("When a payment is not booked within the working days that the rules give."),
)

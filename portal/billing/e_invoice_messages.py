"""The letters about e-invoices, as the house words them."""

from django.utils.translation import gettext_lazy as _

from portal.notifications.messages import register_message

CONSENT = {
    "address": _("address of the e-invoices"),
    "starts_on": _("first day on which the consent holds"),
    "version": _("version of the terms of e-invoices"),
    "link": _("address of the page about the e-invoice"),
}

register_message(
    "e_invoice_on",
    _("E-invoices are on"),
    _(
        "Hello,\n\nfrom {starts_on} your invoices come electronically, to {address}. You agreed to version {version} of "
        "the terms.\n\nYou can change the address or withdraw at any time:\n\n{link}\n\nIf this was not you, call us: "
        "{contact}\n\n{utility}"
    ),
    CONSENT,
    when=_("When a customer turns e-invoices on."),
)
register_message(
    "e_invoice_address",
    _("E-invoices go to another address"),
    _(
        "Hello,\n\nyour e-invoices go to {address} now, no longer to {before}.\n\n{link}\n\nIf this was not you, call "
        "us: {contact}\n\n{utility}"
    ),
    CONSENT | {"before": _("address of the e-invoices until now")},
    when=_("When a customer changes the address of the e-invoices."),
)
register_message(
    "e_invoice_off",
    _("E-invoices are off"),
    _(
        "Hello,\n\nyou have withdrawn from e-invoices. Your next bills come on paper.\n\nYou can turn them on again at "
        "any time:\n\n{link}\n\nIf this was not you, call us: {contact}\n\n{utility}"
    ),
    CONSENT,
    when=_("When a customer withdraws from e-invoices."),
)

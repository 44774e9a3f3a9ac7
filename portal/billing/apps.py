"""Makes the room and its rules known to Django."""

from datetime import time, timedelta

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "portal.billing"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from portal import jobs
        from portal.billing import (  # noqa: F401 - the messages register the letters, rules the rule sets
            bookkeeping,
            e_invoice_confirmed,
            e_invoice_messages,
            genuine,
            letters,
            messages,
            paper_list,
            retention,
            rules,
            transit_booking,
        )
        from portal.desk import kinds
        from portal.notifications import attachments

        attachments.register("invoice_pdf", letters.invoice_pdf)
        attachments.register("transfer_code", letters.transfer_code)
        jobs.periodic("portal.billing.tasks.announce_new", every=timedelta(hours=1))
        jobs.periodic("portal.billing.tasks.remind", daily_at=time(9, 0))

        for kind, words in (
            (transit_booking.MATCH, _("a booking to confirm")),
            (transit_booking.UNBOOKED, _("paid and not booked")),
            (transit_booking.OVERBOOKED, _("booked more than paid")),
        ):
            kinds.register(kind, words, "payment_register:by_reference")
        retention.state()
        kinds.register(genuine.FOREIGN_ACCOUNT, _("a foreign account on our invoice"))
        kinds.register(bookkeeping.QUESTION, _("figures that disagree"))
        kinds.register(e_invoice_confirmed.NOT_TAKEN_OVER, _("a consent that billing has not taken over"))
        kinds.register(e_invoice_confirmed.STILL_ELECTRONIC, _("a withdrawal that billing has not taken over"))
        paper_list.put_up(paper_list.Shelf("terms", _("Terms and consents"), paper_list.accepted_terms))

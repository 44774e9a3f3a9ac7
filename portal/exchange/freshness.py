"""The alarm when figures grow old: a task for the office, closed by the delivery that makes them new."""

from datetime import timedelta

from django.db.models import Max
from django.utils.translation import gettext as _

from portal import clock
from portal.billing.rules import BillingRules
from portal.desk.actions import close_about, open_task
from portal.exchange.models import BillingDelivery
from portal.utility.rulebook import rules

TASK = "import_stale"


def check() -> None:
    """Each source by itself; one that has never delivered is not awaited."""
    merged = BillingDelivery.objects.filter(state=BillingDelivery.State.MERGED)
    oldest = clock.now() - timedelta(hours=rules(BillingRules).stale_after_hours)
    for source, as_of in merged.order_by("source").values_list("source").annotate(Max("as_of")):
        about = f"source:{source}"
        if as_of is None or as_of >= oldest:
            close_about(TASK, about, outcome=_("A new delivery has come."))
            continue
        moment = f"{as_of.astimezone(clock.WARSAW):%d.%m.%Y %H:%M}"
        open_task(
            TASK,
            about=about,
            title=_("The figures of %(source)s are as of %(moment)s") % {"source": source, "moment": moment},
            body=_("Nothing newer has been taken over. Ask the administrator whether the billing system has sent it."),
        )

"""What the days that pass do to cases: escalations, complaints deemed accepted, answered cases that close."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal import clock
from portal.cases import actions, letters, policies
from portal.cases.models import Case
from portal.cases.rules import CaseRules
from portal.desk.actions import open_task
from portal.journal.actions import note
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day


def waiting() -> list[int]:
    """Complaints without an answer, and whatever is late."""
    open_cases = Case.objects.filter(state__in=policies.OPEN)
    earliest = min(rules(CaseRules).escalation_days, default=0)
    complaints = open_cases.filter(is_complaint=True, counted_from__lte=clock.today() - timedelta(days=earliest))
    late = open_cases.filter(due_on__lt=clock.today())
    return sorted({*complaints.values_list("pk", flat=True), *late.values_list("pk", flat=True)})


@transaction.atomic
def look_at(case_id: int) -> None:
    """Escalate what waits, once for each day of escalation, and say when a complaint counts as accepted."""
    case = Case.objects.select_for_update(of=("self",)).select_related("department", "customer").get(pk=case_id)
    if not case.is_open:
        return
    today = clock.today()
    if case.is_complaint:
        come = policies.escalations(case.counted_from, today, rules(CaseRules).escalation_days)
        if come and come[-1] > case.escalated:
            Case.objects.filter(pk=case.pk).update(escalated=come[-1])
            _escalate(case, (today - case.counted_from).days)
    is_deemed = policies.is_deemed_accepted(
        case.due_on,
        today,
        is_complaint=case.is_complaint,
        is_consumer=case.is_consumer,
        is_answered=case.answered_at is not None,
    )
    if is_deemed and case.deemed_accepted_on is None:
        Case.objects.filter(pk=case.pk).update(deemed_accepted_on=today)
        told = actions.tell(case, gettext_noop("The answer did not come in time, so the complaint counts as accepted."))
        letters.to_customer("case_accepted", case, told)
        note("complaint_deemed_accepted", about=letters.about(case), customer=_customer(case))
        _escalate(case, (today - case.counted_from).days)
    elif case.clock.is_late and not case.is_complaint:
        _escalate(case, (today - case.counted_from).days, with_letter=False)


def _escalate(case: Case, days: int, *, with_letter: bool = True) -> None:
    open_task(
        actions.ESCALATED,
        about=letters.about(case),
        title=_("Case %(number)s waits for an answer") % {"number": case.number},
        body=_("It came %(days)s days ago; the answer is due on %(due)s.") % {"days": days, "due": day(case.clock.due)},
        customer=_customer(case),
    )
    if with_letter:
        letters.to_department(case, days=days)


def _customer(case: Case) -> UUID | None:
    return case.customer.public_id if case.customer else None


def to_close() -> list[int]:
    """Answered so long ago that nobody comes back to them."""
    after = rules(CaseRules).close_after_days
    if not after:
        return []
    before = clock.now() - timedelta(days=after)
    return list(Case.objects.filter(state=Case.State.ANSWERED, answered_at__lt=before).values_list("pk", flat=True))


def close_one(case_id: int) -> None:
    actions.close(Case.objects.get(pk=case_id), by="system")

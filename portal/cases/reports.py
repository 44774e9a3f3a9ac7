"""Reports of the rooms below become cases, and their decisions become answers."""

from typing import Any

from portal.accounts.models import User
from portal.cases import actions, files, policies, queries
from portal.cases.actions import Content, Sender
from portal.cases.models import Case
from portal.cases.rules import CaseRules
from portal.customers.models import Customer, ServicePoint
from portal.desk.reports import Report
from portal.utility.rulebook import rules
from portal.utility.rules import Modules


def take(report: Report) -> bool:
    """Open a case where its sender could follow it; else the office gets its task."""
    topic = queries.topic_of_kind(report.topic)
    if topic is None or not rules(Modules).cases or not rules(CaseRules).customers_write:
        return False
    user: Any = report.by if isinstance(report.by, User) else None
    sender = Sender(
        user=user,
        customer=Customer.objects.get(public_id=report.customer),
        point=ServicePoint.objects.filter(public_id=report.point).first() if report.point else None,
        name=str(user) if user else "",
        email=(user.email or "") if user else "",
        language=user.language if user else "pl",
    )
    kept = tuple(files.adopt(path, name) for path, name in report.files)
    content = Content(subject=report.subject[:120], text=report.text, about=report.about, files=kept)
    actions.open_case(topic=topic, sender=sender, content=content)
    return True


def settle(about: str, text: str, by: Any) -> None:
    """What was decided elsewhere is the answer of the case that asked for it."""
    case = Case.objects.filter(about=about, state__in=policies.OPEN).select_related("customer", "department").first()
    if case is not None:
        actions.answer(case, text=text, by=by, version=case.version)

"""Letters about a case: who gets them, what they lead to, and when two machines are kept from answering each other."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock
from portal.cases.models import Case, Entry
from portal.cases.rules import CaseRules
from portal.notifications.actions import absolute, send
from portal.notifications.models import Delivery
from portal.utility import identity
from portal.utility.models import Department
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day


def about(case: Case) -> str:
    return f"case:{case.public_id}"


def link_of(case: Case) -> str:
    """For a person with an account the case itself; for others the door where number and signature are asked."""
    if case.customer_id and case.customer and case.user_id:
        return absolute(f"{reverse('cases:case', args=[case.public_id])}?k={case.customer.public_id}")
    return absolute(reverse("cases:follow"))


def proof_of(case: Case) -> str:
    """What a person without an account needs to follow the case."""
    if case.user_id:
        return ""
    return _("To follow it, give the number %(number)s and the signature %(signature)s.") % {
        "number": case.number,
        "signature": case.signature,
    }


def to_customer(code: str, case: Case, entry: Entry, **more: str) -> None:
    """Write to whoever opened the case. A row of letters in one day ends with a line that says so."""
    if not case.email:
        return
    if not _is_within_limit(case, case.email):
        _say_once(case)
        return
    send(
        code,
        to=case.email,
        about=f"{about(case)}:{entry.pk}",
        user=case.user,
        customer=case.customer.public_id if case.customer else None,
        language=case.language,
        number=str(case.number),
        subject=case.subject,
        link=link_of(case),
        due=day(case.clock.due),
        **more,
    )


def received(case: Case, entry: Entry) -> None:
    with translation.override(case.language):
        proof = proof_of(case)
    to_customer("case_received", case, entry, proof=proof)


def to_department(case: Case, *, days: int) -> None:
    """Tell the department that a case waits. One letter a day of escalation, and anew when the case was opened again."""
    to = case.department.email if case.department else identity.current().email
    send(
        "case_escalated",
        to=to,
        about=f"{about(case)}:{case.counted_from:%Y%m%d}:{days}",
        number=str(case.number),
        subject=case.subject,
        link=absolute(reverse("case_register:inspect", args=[case.public_id])),
        due=day(case.due_on),
        days=str(days),
    )


def is_our_own(email: str) -> bool:
    """An address of the office itself: a letter to it would answer itself."""
    ours: set[str] = {identity.current().email.lower()}
    ours |= {own.lower() for own in Department.objects.exclude(email="").values_list("email", flat=True)}
    return email.strip().lower() in ours


def _is_within_limit(case: Case, to: str) -> bool:
    since = clock.now() - timedelta(days=1)
    sent = Delivery.objects.filter(recipient=to, about__startswith=f"{about(case)}:", queued_at__gt=since)
    return sent.count() < rules(CaseRules).letters_a_day


def _say_once(case: Case) -> None:
    text = _("So many e-mails went out about this case today that the next one was held back.")
    since = clock.now() - timedelta(days=1)
    told: Any = Entry.objects.filter(case=case, kind=Entry.Kind.NOTE, text=text, at__gt=since)
    if not told.exists():
        Entry.objects.create(case=case, kind=Entry.Kind.NOTE, is_from_office=True, text=text, at=clock.now())

"""What is done with a case: opened, written to, asked about, answered, closed, opened again, assigned, moved in time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.cases import files, letters, papers, policies
from portal.cases.files import KeptFile
from portal.cases.models import Attachment, Case, CaseTopic, Entry
from portal.cases.policies import Step
from portal.cases.rules import CaseRules
from portal.content.folding import fold
from portal.customers.models import Customer, ServicePoint
from portal.desk.actions import close_about
from portal.journal.actions import note
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

ESCALATED = "case_escalated"
SEARCHED = 20_000  # signs of a thread that a clerk's search looks through


class Moved(Exception):
    """Somebody has done something with this case meanwhile."""

    def __str__(self) -> str:
        return _(
            "Somebody has done something with this case meanwhile, so yours was not sent. Read what is new, then decide."
        )


class NotNow(Exception):
    """This cannot be done with the case as it stands."""

    def __str__(self) -> str:
        return _("This cannot be done with the case as it stands now.")


class NoBasis(Exception):
    """No rule lets this deadline be moved."""

    def __str__(self) -> str:
        return _("No rule in force names a legal basis for moving this deadline, so it stays.")


@dataclass(frozen=True)
class Sender:
    """Who writes: a signed-in person for a customer, or somebody without an account."""

    user: Any = None
    customer: Customer | None = None
    point: ServicePoint | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = "pl"


@dataclass(frozen=True)
class Content:
    """What is written. `answers` are pairs of the topic's questions and what was said."""

    subject: str
    text: str
    place: str = ""
    about: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    files: tuple[KeptFile, ...] = field(default_factory=tuple)


@transaction.atomic
def open_case(*, topic: CaseTopic, sender: Sender, content: Content) -> Case:
    """A case and its first line. About a thing there is one open case: what a second report adds is a line of the first."""
    if content.about:
        standing = Case.objects.filter(about=content.about, state__in=policies.OPEN).first()
        if standing is not None:
            return _written_on(standing, sender, content)
    try:
        with transaction.atomic():
            case = _new_case(topic, sender, content)
    except IntegrityError:
        return _written_on(Case.objects.get(about=content.about, state__in=policies.OPEN), sender, content)
    Case.objects.filter(pk=case.pk).update(number=f"S/{clock.today().year}/{case.pk:06d}")
    case.refresh_from_db(fields=["number"])
    _refold(case)
    entry = _line(case, Entry.Kind.MESSAGE, content.text, by=sender.user, name=sender.name, kept=content.files)
    note(
        "case_opened",
        about=letters.about(case),
        by=sender.user or "guest",
        customer=_customer_of(case),
        topic=topic.slug,
    )
    letters.received(case, entry)
    return case


def _written_on(case: Case, sender: Sender, content: Content) -> Case:
    """The case that stands, with what it does not say yet. The same report pressed twice adds nothing."""
    said = case.entries.filter(kind=Entry.Kind.MESSAGE, text=content.text)
    if content.files or not said.exists():
        write(case, text=content.text, by=sender.user, kept=content.files)
    return case


def _new_case(topic: CaseTopic, sender: Sender, content: Content) -> Case:
    is_consumer = sender.customer is None or sender.customer.kind == Customer.Kind.PERSON
    return Case.objects.create(
        topic=topic,
        department=topic.department,
        customer=sender.customer,
        point=sender.point,
        user=sender.user,
        name=sender.name,
        email=sender.email,
        phone=sender.phone,
        language=sender.language,
        place=content.place,
        subject=content.subject,
        about=content.about,
        answers=[list(pair) for pair in content.answers],
        is_consumer=is_consumer,
        is_complaint=topic.is_complaint,
        may_pause=policies.may_pause(
            topic_may_pause=topic.may_pause, is_complaint=topic.is_complaint, is_consumer=is_consumer
        ),
        opened_at=clock.now(),
        counted_from=clock.today(),
        due_on=topic.term.due(clock.today()),
    )


def _refold(case: Case) -> None:
    """What a clerk may search by; each line of the thread is added as it is written."""
    number = case.customer.number if case.customer else ""
    said = [answer for _question, answer in case.answers]
    words = [str(case.number), case.subject, case.name, case.email, case.phone, case.place, number, *said]
    case.folded = fold(" ".join(words))[:SEARCHED]
    case.save(update_fields=["folded"])


def _customer_of(case: Case) -> Any:
    return case.customer.public_id if case.customer else None


def _line(
    case: Case,
    kind: str,
    text: str,
    *,
    by: Any = None,
    name: str = "",
    kept: Sequence[KeptFile] = (),
    is_from_office: bool = False,
    pdf: str = "",
) -> Entry:
    entry = Entry.objects.create(
        case=case,
        kind=kind,
        text=text,
        user=by,
        by=name or (str(by) if by else ""),
        at=clock.now(),
        is_from_office=is_from_office,
        pdf=pdf,
    )
    if kind != Entry.Kind.EVENT:
        case.folded = f"{case.folded} {fold(text)}"[:SEARCHED]
        Case.objects.filter(pk=case.pk).update(folded=case.folded)
    for one in kept:
        attached = Attachment.objects.create(
            entry=entry, name=one.name, content_type=one.content_type, size=one.size, file=one.path
        )
        jobs.later("portal.cases.tasks.scan", attached.pk)
    return entry


def _step(case: Case, step: Step, *, version: int | None = None, **also: Any) -> None:
    """Move the case, unless somebody did so since `version` was read. Raises Moved or NotNow."""
    held = Case.objects.select_for_update().get(pk=case.pk)
    if version is not None and held.version != version:
        raise Moved
    state = policies.after(step, held.state)
    if state is None:
        raise NotNow
    changes: dict[str, Any] = {"state": state, "version": held.version + 1, **also}
    if held.paused_since is not None and state != policies.WAITING:
        waited = (clock.today() - held.paused_since).days
        changes |= {"paused_since": None, "due_on": held.due_on + timedelta(days=waited)}
    elif state == policies.WAITING and held.state != policies.WAITING and held.may_pause:
        changes["paused_since"] = clock.today()
    Case.objects.filter(pk=held.pk).update(**changes)
    case.refresh_from_db()


# The customer's side


@transaction.atomic
def write(case: Case, *, text: str, by: Any = None, kept: Sequence[KeptFile] = ()) -> Entry:
    """The customer writes on. Raises NotNow when the case is answered or closed: then it is opened again."""
    _step(case, Step.WRITE)
    entry = _line(case, Entry.Kind.MESSAGE, text, by=by, name="" if by else case.name, kept=kept)
    note("case_written", about=letters.about(case), by=by or "guest", customer=_customer_of(case))
    return entry


@transaction.atomic
def reopen(case: Case, *, text: str, by: Any = None, kept: Sequence[KeptFile] = ()) -> Entry:
    """The answer does not settle it. Raises NotNow when that comes too late."""
    if not may_reopen(case):
        raise NotNow
    due = case.topic.term.due(clock.today())
    _step(
        case,
        Step.REOPEN,
        answered_at=None,
        closed_at=None,
        counted_from=clock.today(),
        due_on=due,
        escalated=0,
        extended_days=0,
        deemed_accepted_on=None,
    )
    entry = _line(case, Entry.Kind.MESSAGE, text, by=by, name="" if by else case.name, kept=kept)
    note("case_reopened", about=letters.about(case), by=by or "guest", customer=_customer_of(case))
    return entry


def may_reopen(case: Case) -> bool:
    """Within the days of the rule, counted from the answer."""
    if case.is_open or case.answered_at is None:
        return False
    return clock.now() - case.answered_at <= timedelta(days=rules(CaseRules).reopen_days)


# The clerk's side


@transaction.atomic
def take(case: Case, *, clerk: Any, by: Any, version: int | None = None) -> None:
    """Give the case to a clerk; a new one is in progress from then on."""
    _step(case, Step.TAKE, version=version, assigned_to=clerk)
    note("case_assigned", about=letters.about(case), by=by, customer=_customer_of(case), to=str(clerk))


@transaction.atomic
def ask(case: Case, *, text: str, by: Any, version: int, kept: Sequence[KeptFile] = ()) -> Entry:
    """A question to the customer. Raises Moved."""
    _step(case, Step.ASK, version=version, assigned_to=case.assigned_to or by)
    entry = _line(case, Entry.Kind.QUESTION, text, by=by, kept=kept, is_from_office=True)
    note("case_asked", about=letters.about(case), by=by, customer=_customer_of(case))
    letters.to_customer("case_question", case, entry)
    return entry


def answer(case: Case, *, text: str, by: Any, version: int, kept: Sequence[KeptFile] = ()) -> Entry:
    """The answer, kept as a PDF that is drawn before the row which names it. Raises Moved."""
    drawn = papers.answer_pdf(case, text=text, by=str(by), at=clock.now())
    name = f"{str(case.number).replace('/', '-')}.pdf"
    pdf = files.store(drawn, name=name, content_type=files.PDF)
    return _answer(case, text=text, by=by, version=version, kept=kept, pdf=pdf.path)


@transaction.atomic
def _answer(case: Case, *, text: str, by: Any, version: int, kept: Sequence[KeptFile], pdf: str) -> Entry:
    _step(case, Step.ANSWER, version=version, answered_at=clock.now(), assigned_to=case.assigned_to or by)
    entry = _line(case, Entry.Kind.ANSWER, text, by=by, kept=kept, is_from_office=True, pdf=pdf)
    note("case_answered", about=letters.about(case), by=by, customer=_customer_of(case))
    close_about(ESCALATED, letters.about(case), outcome=_("The case is answered."))
    letters.to_customer("case_answered", case, entry)
    return entry


@transaction.atomic
def close(case: Case, *, by: Any, version: int | None = None) -> None:
    """An answered case ends. Raises NotNow when nobody has answered."""
    _step(case, Step.CLOSE, version=version, closed_at=clock.now())
    with translation.override(case.language):
        text = _("The case is closed.")
    _line(case, Entry.Kind.EVENT, text, by=by if hasattr(by, "pk") else None, is_from_office=True)
    note("case_closed", about=letters.about(case), by=by, customer=_customer_of(case))


@transaction.atomic
def note_inside(case: Case, *, text: str, by: Any = None, kept: Sequence[KeptFile] = ()) -> Entry:
    """A line that only the office reads; without `by` the portal itself notes it."""
    if by is not None:
        note("case_noted", about=letters.about(case), by=by, customer=_customer_of(case))
    return _line(case, Entry.Kind.NOTE, text, by=by, kept=kept, is_from_office=True)


@transaction.atomic
def extend(case: Case, *, because: str, by: Any, version: int, kept: Sequence[KeptFile] = ()) -> None:
    """Move the deadline once, on the legal basis that the rule names; the customer reads both. Raises NoBasis, Moved."""
    basis = rules(CaseRules)
    if not basis.extension_days or not basis.extension_basis.strip() or case.extended_days or not case.is_open:
        raise NoBasis
    held = Case.objects.select_for_update().get(pk=case.pk)
    if held.version != version:
        raise Moved
    reason = f"{basis.extension_basis.strip()}: {because}"
    Case.objects.filter(pk=case.pk).update(
        due_on=held.due_on + timedelta(days=basis.extension_days),
        extended_days=basis.extension_days,
        extended_because=reason[:300],
        version=held.version + 1,
    )
    case.refresh_from_db()
    with translation.override(case.language):
        text = _("The answer will come by %(due)s. %(reason)s") % {"due": day(case.due_on), "reason": reason}
    entry = _line(case, Entry.Kind.EVENT, text, by=by, kept=kept, is_from_office=True)
    note("case_extended", about=letters.about(case), by=by, customer=_customer_of(case), because=because)
    letters.to_customer("case_extended", case, entry, because=reason)


@transaction.atomic
def tell(case: Case, words: str, **values: Any) -> Entry:
    """A line about what happened, that both sides read; `words` are told in the language of the case."""
    with translation.override(case.language):
        text = _(words) % values if values else _(words)
    return _line(case, Entry.Kind.EVENT, text, is_from_office=True)


@transaction.atomic
def move(case: Case, *, department: Any, by: Any) -> None:
    """Into another department's queue."""
    if case.department == department:
        return
    Case.objects.filter(pk=case.pk).update(department=department)
    case.refresh_from_db()
    note("case_moved", about=letters.about(case), by=by, customer=_customer_of(case), to=department.name)

"""Cases that ask the billing system to change something: a customer's data, or the party of a contract."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal import clock
from portal.cases import actions, files, letters, papers, policies
from portal.cases.actions import Content, Sender
from portal.cases.files import KeptFile
from portal.cases.models import Case, CaseTopic, DataChange, Handover
from portal.cases.rules import CaseRules
from portal.customers.models import Customer, Deed, ServicePoint
from portal.journal.actions import note
from portal.outbox.actions import tell
from portal.utility.rulebook import rules

Field = DataChange.Field
State = DataChange.State
FACT = "customer_data_change"
# Which columns of a customer a change touches, and the deed that it needs.
COLUMNS: dict[str, tuple[str, ...]] = {
    Field.NAME: ("name",),
    Field.ADDRESS: ("street", "postcode", "city"),
    Field.EMAIL: ("email",),
    Field.PHONE: ("phone",),
}
DEEDS: dict[str, str] = {
    Field.NAME: Deed.CHANGE_BASIC_DATA,
    Field.ADDRESS: Deed.CHANGE_ADDRESS,
    Field.EMAIL: Deed.CHANGE_CONTACT,
    Field.PHONE: Deed.CHANGE_CONTACT,
}


class ChangeRefused(Exception):
    """This change cannot be made; the words say why."""


class SameClerk(ChangeRefused):
    """Two clerks decide about a change of these data."""

    def __str__(self) -> str:
        return _("You have checked this change already. A second clerk must send it to billing.")


class DecidedAlready(ChangeRefused):
    """Somebody has decided about this change already."""

    def __str__(self) -> str:
        return _("Somebody has decided about this change already.")


class AskedAlready(ChangeRefused):
    """There is an open case about this that says something else."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.number)
        self.case = case

    def __str__(self) -> str:
        return _("You have asked for this already, in the case %(number)s. Write there what should be different.") % {
            "number": self.case.number
        }


class NoTopic(ChangeRefused):
    """No topic takes such cases."""

    def __str__(self) -> str:
        return _("Our office does not take such cases here. Please call us.")


def values_now(customer: Customer, field: str) -> dict[str, str]:
    return {column: str(getattr(customer, column)) for column in COLUMNS[field]}


def topic_for(kind: str) -> CaseTopic:
    topic = CaseTopic.objects.filter(kind=kind, is_active=True).order_by("order", "pk").first()
    if topic is None:
        raise NoTopic
    return topic


@transaction.atomic
def ask_change(*, sender: Sender, field: str, new: dict[str, str], why: str, kept: tuple[KeptFile, ...]) -> Case:
    """A case with the old value and the new one. About one field there is one open case. Raises NoTopic, AskedAlready."""
    customer = sender.customer
    if customer is None:
        raise NoTopic
    label = str(Field(field).label)
    case = actions.open_case(
        topic=topic_for(CaseTopic.Kind.DETAILS),
        sender=sender,
        content=Content(
            subject=_("Change of data: %(what)s") % {"what": label},
            text=why or _("Please change it."),
            about=f"change:{customer.pk}:{field}",
            files=kept,
        ),
    )
    change, _is_new = DataChange.objects.get_or_create(
        case=case, defaults={"field": field, "old": values_now(customer, field), "new": new}
    )
    if change.new != new:
        raise AskedAlready(case)
    return case


@transaction.atomic
def approve(change: DataChange, *, by: Any) -> bool:
    """The first clerk checks, the second sends to billing; one is enough where the rule says so. True once it is sent."""
    held = DataChange.objects.select_for_update().get(pk=change.pk)
    needs_two = held.field in rules(CaseRules).four_eyes_for
    customer = Customer.objects.get(cases=held.case_id)
    if held.state == State.ASKED and needs_two:
        DataChange.objects.filter(pk=held.pk).update(state=State.CHECKED, checked_by=by)
        note("data_change_checked", about=letters.about(held.case), by=by, customer=customer.public_id)
        return False
    if held.state not in (State.ASKED, State.CHECKED):
        raise DecidedAlready
    if needs_two and held.checked_by_id == by.pk:
        raise SameClerk
    DataChange.objects.filter(pk=held.pk).update(state=State.SENT, approved_by=by, sent_at=clock.now())
    tell(
        FACT,
        about=f"data_change:{held.case.public_id}",
        customer=customer.external_id,
        field=held.field,
        old=held.old,
        new=held.new,
    )
    actions.tell(
        held.case, gettext_noop("The change is on its way to billing. It is in force when billing confirms it.")
    )
    note("data_change_sent", about=letters.about(held.case), by=by, customer=customer.public_id, field=held.field)
    return True


@transaction.atomic
def refuse(change: DataChange, *, by: Any, because: str) -> None:
    """With a sentence for the customer, which is the answer of the case. Raises DecidedAlready."""
    words = because.strip() or _("We cannot make this change.")
    open_states = (State.ASKED, State.CHECKED)
    if not DataChange.objects.filter(pk=change.pk, state__in=open_states).update(state=State.REFUSED):
        raise DecidedAlready
    case = Case.objects.get(pk=change.case_id)
    actions.answer(case, text=words, by=by, version=case.version)


def confirm_imported() -> int:
    """Changes that the import has brought back: the customer's row now says the new value. Returns how many."""
    confirmed = 0
    for change in DataChange.objects.filter(state=State.SENT).select_related("case__customer"):
        customer = change.case.customer
        if customer is not None and all(getattr(customer, column) == value for column, value in change.new.items()):
            confirmed += _confirm(change)
    return confirmed


@transaction.atomic
def _confirm(change: DataChange) -> int:
    changed = DataChange.objects.filter(pk=change.pk, state=State.SENT).update(
        state=State.CONFIRMED, confirmed_at=clock.now()
    )
    if not changed:
        return 0
    case = Case.objects.select_related("customer", "department").get(pk=change.case_id)
    note("data_change_confirmed", about=letters.about(case), by="import", customer=case.customer.public_id)  # type: ignore[union-attr]  # such a case has its customer
    if case.state in policies.OPEN:
        with translation.override(case.language):
            text = _("Billing has confirmed the change: %(new)s.") % {"new": change.new_in_words}
        actions.answer(case, text=text, by=change.approved_by, version=case.version)
    return 1


@dataclass(frozen=True)
class HandoverAsked:
    way: str
    point: ServicePoint
    other_party: str
    other_contact: str
    on: date
    meter: str
    reading: Decimal | None


def ask_handover(*, sender: Sender, asked: HandoverAsked, text: str, kept: tuple[KeptFile, ...]) -> Case:
    """A case with the documents to sign. Contract and customer stay as they are until an import says otherwise.

    Raises NoTopic, AskedAlready.
    """
    way = Handover.Way(asked.way)
    with transaction.atomic():
        case = actions.open_case(
            topic=topic_for(CaseTopic.Kind.PARTY),
            sender=sender,
            content=Content(
                subject=_("Handover of a property: %(place)s") % {"place": asked.point},
                text=text or str(way.label),
                place=str(asked.point),
                about=f"handover:{asked.point.public_id}",
                files=kept,
            ),
        )
        facts = {field.name: getattr(asked, field.name) for field in fields(asked)}
        handover, is_new = Handover.objects.get_or_create(case=case, defaults=facts)
        if any(getattr(handover, name) != value for name, value in facts.items()):
            raise AskedAlready(case)
    if not is_new and handover.papers:
        return case
    drawn = papers.handover_pdf(case, handover)
    stored = files.store(drawn, name="handover.pdf", content_type=files.PDF)
    Handover.objects.filter(pk=handover.pk).update(papers=stored.path)
    return case

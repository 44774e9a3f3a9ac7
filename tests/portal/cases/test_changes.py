"""Changes of data with four eyes and the import's word, and the handover of a property."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from portal import clock
from portal.cases import actions, changes
from portal.cases.actions import Sender
from portal.cases.changes import HandoverAsked
from portal.cases.models import Case, DataChange, Entry, Handover
from portal.cases.models.cases import private
from portal.customers.models import Contract, Customer
from portal.outbox.models import OutboxFact
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(owner, customer):
    return Sender(user=owner, customer=customer, name=str(owner), email=owner.email)


@pytest.fixture
def asked(topics, sender):
    def ask(field: str = "phone", **new: str) -> DataChange:
        case = changes.ask_change(sender=sender, field=field, new=new or {"phone": "600700800"}, why="", kept=())
        return case.change

    return ask


def facts():
    return OutboxFact.objects.filter(kind=changes.FACT)


def test_a_change_keeps_the_old_value_and_the_new_one(asked, customer):
    change = asked()

    assert (change.old, change.new) == ({"phone": customer.phone}, {"phone": "600700800"})
    assert not facts().exists()


def test_two_clerks_decide_and_billing_is_told_once(asked, clerk, other_clerk):
    change = asked()

    assert changes.approve(change, by=clerk) is False
    with pytest.raises(changes.SameClerk, match=r"\.$"):
        changes.approve(change, by=clerk)
    assert changes.approve(change, by=other_clerk) is True
    with pytest.raises(changes.DecidedAlready):
        changes.approve(change, by=clerk)

    assert facts().get().values["new"] == {"phone": "600700800"}


def test_one_clerk_is_enough_where_the_rule_says_so(asked, clerk):
    RuleRecord.objects.create(rule_set="cases", effective_from=date(2020, 1, 1), values={"four_eyes_for": ["name"]})
    forget()

    assert changes.approve(asked(), by=clerk) is True


def test_nothing_changes_until_the_import_brings_it_back(asked, clerk, other_clerk, customer):
    change = asked()
    changes.approve(change, by=clerk)
    changes.approve(change, by=other_clerk)

    assert changes.confirm_imported() == 0
    customer.refresh_from_db()
    assert customer.phone != "600700800"

    Customer.objects.filter(pk=customer.pk).update(phone="600700800")  # as the import's merge does
    assert changes.confirm_imported() == 1
    assert changes.confirm_imported() == 0
    change.refresh_from_db()
    assert change.state == DataChange.State.CONFIRMED
    assert Case.objects.get(pk=change.case_id).state == Case.State.ANSWERED


def test_a_refusal_is_the_answer_of_the_case(asked, clerk):
    change = asked()

    changes.refuse(change, by=clerk, because="Prosimy o dokument.")

    case = Case.objects.get(pk=change.case_id)
    assert case.state == Case.State.ANSWERED
    assert case.entries.last().text == "Prosimy o dokument."
    with pytest.raises(changes.DecidedAlready):
        changes.approve(change, by=clerk)


def test_the_same_change_pressed_twice_is_one_case(asked):
    assert asked().pk == asked().pk
    assert Entry.objects.count() == 1


def test_another_value_for_the_same_field_is_refused_with_the_number_of_the_open_case(asked):
    change = asked()

    with pytest.raises(changes.AskedAlready, match=rf"{change.case.number}.*\.$"):
        asked(phone="111222333")

    assert DataChange.objects.get().new == change.new
    assert Entry.objects.count() == 1


def test_a_handover_prepares_documents_and_changes_nothing(topics, sender, point, customer):
    before = (Contract.objects.get().customer_id, Customer.objects.get(pk=customer.pk).name)
    wanted = HandoverAsked("out", point, "Jan Nowak", "600100200", clock.today(), "12345678", Decimal(504))

    case = changes.ask_handover(sender=sender, asked=wanted, text="", kept=())

    held = Handover.objects.get(case=case)
    with private().open(held.papers) as file:
        document = PdfReader(file)
        text = document.pages[0].extract_text()
        assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Jan Nowak" in text
    assert "504" in text
    assert case.number in text
    assert (Contract.objects.get().customer_id, Customer.objects.get(pk=customer.pk).name) == before
    assert not OutboxFact.objects.exists()
    assert changes.ask_handover(sender=sender, asked=wanted, text="", kept=()) == case
    with pytest.raises(changes.AskedAlready, match=case.number):
        changes.ask_handover(sender=sender, asked=replace(wanted, other_party="Ewa Zając"), text="", kept=())
    assert Handover.objects.get().other_party == "Jan Nowak"


def test_where_no_topic_takes_it_a_sentence_says_so(sender):
    with pytest.raises(changes.NoTopic, match=r"\.$"):
        changes.ask_change(sender=sender, field="phone", new={"phone": "1"}, why="", kept=())
    assert not Case.objects.exists()


def test_a_change_of_data_is_closed_like_any_case(asked, clerk):
    change = asked()
    changes.refuse(change, by=clerk, because="Nie.")
    actions.close(Case.objects.get(pk=change.case_id), by=clerk)
    assert Case.objects.get().state == Case.State.CLOSED

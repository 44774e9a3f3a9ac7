"""Messages of the office: to a segment with the count before and four eyes, unread until opened, copies by choice."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import clock
from portal.cases import inbox
from portal.cases.models import InboxItem, OfficeMessage
from portal.notifications.actions import unsubscribe
from portal.notifications.models import Delivery
from portal.utility.models import RuleRecord
from portal.utility.rulebook import forget
from tests.factories import make_contract, make_manager, make_owner, make_point, viewer

pytestmark = pytest.mark.django_db


def to_street(*streets: str, by=None) -> OfficeMessage:
    """A message to who has a point in one of the streets."""
    return OfficeMessage.objects.create(
        subject="Wymiana wodomierzy",
        text="Przyjdziemy w grudniu.",
        audience=[("streets", {"streets": "\n".join(streets)})] if streets else [],
        written_by=by,
        written_at=clock.now(),
    )


@pytest.fixture
def elsewhere(db):
    """Somebody whom messages to a street do not reach."""
    return make_point(make_contract(), street="ul. Ogrodowa")


@pytest.fixture
def resident(point, owner):
    return owner


def count(message):
    return inbox.concerned(message).count()


def test_a_second_clerk_sends_to_as_many_as_were_shown(resident, clerk, other_clerk, run_jobs, customer):
    make_point(street="ul. Klonowa")
    message = to_street("Lipowa", by=clerk)
    with pytest.raises(inbox.SameClerk, match=r"\.$"):
        inbox.send(message, by=clerk, counted=count(message))

    inbox.send(message, by=other_clerk, counted=1)
    run_jobs()

    assert list(InboxItem.objects.values_list("customer", flat=True)) == [customer.pk]
    message.refresh_from_db()
    assert (message.state, message.counted) == (OfficeMessage.State.SENT, 1)


def test_a_segment_of_nobody_is_not_sent(clerk, other_clerk, point):
    for message in (to_street("Nieistniejąca", by=clerk), to_street(by=clerk)):
        with pytest.raises(inbox.NobodyThere, match=r"\.$"):
            inbox.send(message, by=other_clerk, counted=0)
        message.refresh_from_db()
        assert message.state == OfficeMessage.State.DRAFT


def test_a_segment_that_grew_since_it_was_shown_is_looked_at_again(clerk, other_clerk, point):
    message = to_street("Lipowa", by=clerk)
    shown = count(message)
    make_point(street="ul. Lipowa")

    with pytest.raises(inbox.CountChanged):
        inbox.send(message, by=other_clerk, counted=shown)


def test_a_segment_of_everybody_is_sent_by_who_says_that_it_is_meant(resident, clerk, other_clerk):
    message = to_street("Lipowa", by=clerk)
    with pytest.raises(inbox.ForEverybody, match=r"\.$"):
        inbox.send(message, by=other_clerk, counted=count(message))

    inbox.send(message, by=other_clerk, counted=count(message), is_sure=True)

    assert message.state == OfficeMessage.State.SENDING


def test_sent_twice_it_lies_once_in_each_inbox(resident, clerk, other_clerk, run_jobs, elsewhere):
    message = to_street("Lipowa", by=clerk)
    inbox.send(message, by=other_clerk, counted=1)
    with pytest.raises(inbox.GoneAlready):
        inbox.send(message, by=other_clerk, counted=1)
    run_jobs()

    inbox.deliver(message)

    assert InboxItem.objects.count() == 1


def test_unread_is_each_persons_own(resident, clerk, other_clerk, run_jobs, customer, elsewhere):
    manager = make_manager(customer)
    message = to_street("Lipowa", by=clerk)
    inbox.send(message, by=other_clerk, counted=1)
    run_jobs()
    assert inbox.unread(viewer(resident)) == inbox.unread(viewer(manager)) == 1

    item = inbox.items(viewer(resident)).get()
    inbox.mark_read(item, user=resident)
    inbox.put_away(item, user=resident, is_archived=True)

    assert (inbox.unread(viewer(resident)), inbox.unread(viewer(manager))) == (0, 1)
    assert not inbox.items(viewer(resident), is_archived=False).exists()
    assert inbox.items(viewer(resident), is_archived=True).count() == 1
    assert inbox.read_of(message) == 1


def test_copies_go_to_whom_asked_for_them_and_reads_the_whole(
    resident, clerk, other_clerk, run_jobs, customer, point, elsewhere
):
    partial = make_manager(customer, [point])
    for user in (resident, partial):
        inbox.wish_copies(user=user, is_wanted=True)
    stranger = make_owner()
    inbox.wish_copies(user=stranger, is_wanted=True)
    message = to_street("Lipowa", by=clerk)

    inbox.send(message, by=other_clerk, counted=1)
    run_jobs()
    inbox.deliver(message)

    assert list(Delivery.objects.filter(message="inbox_copy").values_list("recipient", flat=True)) == [resident.email]


def test_who_unsubscribed_by_a_copy_gets_none_until_they_ask_again(resident, clerk, other_clerk, run_jobs, elsewhere):
    inbox.wish_copies(user=resident, is_wanted=True)
    for _message in range(2):
        message = to_street("Lipowa", by=clerk)
        inbox.send(message, by=other_clerk, counted=1)
        run_jobs()
        unsubscribe(Delivery.objects.filter(message="inbox_copy").latest("pk"))
    assert Delivery.objects.filter(message="inbox_copy").count() == 1
    assert not inbox.wants_copies(resident)

    inbox.wish_copies(user=resident, is_wanted=True)

    assert inbox.wants_copies(resident)


def test_the_inbox_is_closed_where_the_office_does_not_write(resident):
    assert inbox.is_open(viewer(resident))
    RuleRecord.objects.create(rule_set="cases", effective_from=date(2020, 1, 1), values={"office_writes": False})
    forget()
    assert not inbox.is_open(viewer(resident))


def test_a_thousand_customers_are_laid_in_a_few_statements(clerk, other_clerk, run_jobs, elsewhere):
    for _number in range(40):
        make_point(make_contract(), street="ul. Długa")
    message = to_street("Długa", by=clerk)
    inbox.send(message, by=other_clerk, counted=40)

    with CaptureQueriesContext(connection) as asked:
        inbox.deliver(OfficeMessage.objects.get(pk=message.pk))

    assert InboxItem.objects.count() == 40
    assert len(asked) < 15

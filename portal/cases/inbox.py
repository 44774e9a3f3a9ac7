"""What the office writes of its own accord: to one customer, or to a segment after a second clerk's look; and who read it."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.audiences.queries import audience, customers
from portal.cases.models import CopyWish, InboxItem, InboxMark, OfficeMessage
from portal.cases.rules import CaseRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Customer, Deed, Delegation
from portal.journal.actions import note
from portal.notifications.actions import absolute, open_again, write_to
from portal.notifications.queries import comes
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

State = OfficeMessage.State
BATCH = 1000


class NotSent(Exception):
    """This message was not sent; the words say why."""


class NobodyThere(NotSent):
    """The segment holds nobody."""

    def __str__(self) -> str:
        return _("These conditions hold of nobody, so nothing was sent. Change them.")


class ForEverybody(NotSent):
    """The segment holds everybody, and nobody has said that it is meant."""

    def __str__(self) -> str:
        return _("This goes to every customer there is. If it is meant so, tick the box and send it again.")


class SameClerk(NotSent):
    """Two clerks send to a segment."""

    def __str__(self) -> str:
        return _("You wrote this message. A second clerk looks at it and sends it.")


class GoneAlready(NotSent):
    """Somebody has sent this message, or dropped it."""

    def __str__(self) -> str:
        return _("Somebody has sent this message already, or dropped it.")


class CountChanged(NotSent):
    """The segment is not what it was."""

    def __str__(self) -> str:
        return _("The number of customers has changed since it was shown to you. Look at it again, then send.")


# Reading


def is_open(viewer: Viewer) -> bool:
    """Whether the office writes to inboxes here, and this viewer reads the whole customer's."""
    return (
        rules(Modules).cases
        and rules(CaseRules).office_writes
        and access.may(viewer, Deed.SEE_CONTRACT)
        and viewer.is_whole_customer
    )


def items(viewer: Viewer, *, is_archived: bool | None = None) -> QuerySet[InboxItem]:
    """The customer's messages with this person's own marks. One statement."""
    own = InboxMark.objects.filter(item=OuterRef("pk"), user=viewer.user_id)
    found = access.visible(InboxItem.objects.select_related("message"), viewer, Deed.SEE_CONTRACT)
    put_away = Exists(own.filter(archived_at__isnull=False))
    found = found.annotate(is_read=Exists(own), is_archived=put_away)
    return found if is_archived is None else found.filter(put_away if is_archived else ~put_away)


def unread(viewer: Viewer) -> int:
    """One statement."""
    return items(viewer).exclude(marks__user=viewer.user_id).count()


def wants_copies(user: Any) -> bool:
    """Asked for, and not unsubscribed by a copy's own link since."""
    return CopyWish.objects.filter(user=user.pk).exists() and comes(user, "inbox_copy")


@transaction.atomic
def mark_read(item: InboxItem, *, user: Any) -> None:
    """When it was first opened, and by whom: it is kept as long as the message."""
    InboxMark.objects.get_or_create(item=item, user=user, defaults={"read_at": clock.now()})


@transaction.atomic
def put_away(item: InboxItem, *, user: Any, is_archived: bool) -> None:
    mark, _is_new = InboxMark.objects.get_or_create(item=item, user=user, defaults={"read_at": clock.now()})
    mark.archived_at = clock.now() if is_archived else None
    mark.save(update_fields=["archived_at"])


@transaction.atomic
def wish_copies(*, user: Any, is_wanted: bool) -> None:
    """Asked again it changes nothing."""
    if is_wanted == wants_copies(user):
        return
    if is_wanted:
        open_again(user, "inbox_copy")
        CopyWish.objects.get_or_create(user=user, defaults={"asked_at": clock.now()})
    else:
        CopyWish.objects.filter(user=user).delete()
    note("inbox_copies_on" if is_wanted else "inbox_copies_off", about=f"user:{user.pk}", by=user)


# Writing


def concerned(message: OfficeMessage) -> QuerySet[Customer]:
    """Whom a message is for: its one customer, or those of its segment."""
    if message.customer_id:
        return Customer.objects.filter(pk=message.customer_id)
    return customers(audience(message.audience))


def is_for_everybody(message: OfficeMessage, count: int) -> bool:
    """Whether the conditions leave nobody out. One statement, and none for a message to one customer."""
    return not message.customer_id and count > 0 and count == Customer.objects.filter(is_closed=False).count()


def send(message: OfficeMessage, *, by: Any, counted: int, is_sure: bool = False) -> None:
    """Send it to as many as were shown. To a segment the second clerk sends, and to everybody who is sure. Raises NotSent."""
    if not message.customer_id and message.written_by_id == by.pk:
        raise SameClerk
    count = concerned(message).count()
    if not count:
        raise NobodyThere
    if count != counted:
        raise CountChanged
    if not is_sure and is_for_everybody(message, count):
        raise ForEverybody
    with transaction.atomic():
        taken = OfficeMessage.objects.filter(pk=message.pk, state=State.DRAFT).update(
            state=State.SENDING, approved_by=by, counted=count
        )
        if not taken:
            raise GoneAlready
        note("message_sent", about=f"message:{message.public_id}", by=by, count=count)
        jobs.later("portal.cases.tasks.send_message", message.pk)
    message.refresh_from_db()


@transaction.atomic
def drop(message: OfficeMessage, *, by: Any) -> None:
    if not OfficeMessage.objects.filter(pk=message.pk, state=State.DRAFT).update(state=State.DROPPED):
        raise GoneAlready
    note("message_dropped", about=f"message:{message.public_id}", by=by)


def deliver(message: OfficeMessage) -> int:
    """Lay it into the inboxes, then write the copies asked for. Begun again after a crash, nobody gets it twice."""
    if message.state not in (State.SENDING, State.SENT):
        return 0
    laid = 0
    last = 0
    while True:
        keys = list(concerned(message).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            break
        now = clock.now()
        rows = [InboxItem(message=message, customer_id=key, arrived_at=now) for key in keys]
        InboxItem.objects.bulk_create(rows, ignore_conflicts=True)
        laid, last = laid + len(keys), keys[-1]
    _copies(message)
    OfficeMessage.objects.filter(pk=message.pk, state=State.SENDING).update(state=State.SENT, sent_at=clock.now())
    return laid


def _copies(message: OfficeMessage) -> None:
    """To people who asked for copies and read for one of these customers, whole."""
    inboxes = InboxItem.objects.filter(message=message)
    wishes = CopyWish.objects.values("user")
    readers: QuerySet[Delegation] = access.open_delegations().filter(
        customer__in=inboxes.values("customer"), user__in=wishes, is_whole_customer=True, user__is_active=True
    )
    found = inboxes.filter(customer=OuterRef("customer")).values("public_id")[:1]
    for held in readers.select_related("user", "customer").annotate(item=found).order_by("pk").iterator(500):
        link = f"{reverse('cases:inbox_message', args=[held.item])}?k={held.customer.public_id}"
        write_to(
            held.user,
            "inbox_copy",
            about=f"inbox:{held.item}",
            customer=held.customer.public_id,
            subject=message.subject,
            text=message.text,
            link=absolute(link),
        )


def read_of(message: OfficeMessage) -> int:
    """In how many inboxes it was opened. One statement."""
    return InboxMark.objects.filter(item__message=message).values(key=F("item")).distinct().count()

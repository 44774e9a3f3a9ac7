"""An owner lets somebody else act: invites by e-mail, for chosen deeds and points, until a day; both are told of everything."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.actions import IdentifierTaken, give_identifier
from portal.accounts.models import SignInIdentifier, User
from portal.accounts.queries import find_by_email
from portal.accounts.rules import SignInRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.actions import grant_access, revoke_access
from portal.customers.models import Customer, Deed, Delegation, Invitation, ServicePoint
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.utility.rulebook import rules

LASTS = timedelta(days=14)
LONGEST = timedelta(days=3 * 365)
A_DAY = 10
MAY_BE_GRANTED = access.ALL - access.OWNER_ONLY - access.CHANGES
GROUND = "invitation"
_signer = Signer(salt="customers.invitation", sep=".")


class NotInvited(Exception):
    """Why an invitation was not written; the words say what to do."""


class InvitationOver(Exception):
    """This invitation has ended. Ask for another one."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@transaction.atomic
def invite(
    *, viewer: Viewer, by: User, email: str, deeds: Iterable[str], until: date, points: list[ServicePoint] | None = None
) -> Invitation:
    """Write the invitation and its letter. Nobody gives more than they have. Raises NotInvited."""
    wanted = set(deeds)
    if viewer.customer is None or not access.may(viewer, Deed.DELEGATE):
        raise NotInvited(_("Only the owner may invite others."))
    if not wanted:
        raise NotInvited(_("Choose at least one thing that the person may do."))
    if not wanted <= MAY_BE_GRANTED & viewer.deeds:
        raise NotInvited(_("You cannot give a right that you do not have yourself."))
    _check_points(viewer, points)
    if not clock.today() <= until <= clock.today() + LONGEST:
        raise NotInvited(_("Choose a day from today on, at most three years ahead."))
    email = email.strip().lower()
    if email == (by.email or ""):
        raise NotInvited(_("This is your own e-mail."))
    if not rules(SignInRules).invites_taken_email and find_by_email(email) is not None:
        raise NotInvited(
            _(
                "There is an account with this e-mail already. Here one e-mail is one customer: ask the person for another."
            )
        )
    lately = Invitation.objects.filter(invited_by=by, invited_at__gte=clock.now() - timedelta(days=1))
    if lately.count() >= A_DAY:
        raise NotInvited(_("That is many invitations for one day. Go on tomorrow."))
    return _write_invitation(viewer, by, email, sorted(wanted), until, points)


def _check_points(viewer: Viewer, points: list[ServicePoint] | None) -> None:
    if points is None:
        return
    own = access.visible(ServicePoint.objects.filter(pk__in=[point.pk for point in points]), viewer, Deed.SEE_CONTRACT)
    if not points or own.count() != len(points):
        raise NotInvited(_("Choose at least one of your own points."))


def _write_invitation(
    viewer: Viewer, by: User, email: str, deeds: list[str], until: date, points: list[ServicePoint] | None
) -> Invitation:
    customer = Customer.objects.get(pk=viewer.customer.pk)  # type: ignore[union-attr]  # linked, or it may not delegate
    earlier = Invitation.objects.filter(customer=customer, email=email, accepted_at=None, withdrawn_at=None)
    earlier.update(withdrawn_at=clock.now())
    made = Invitation.objects.create(
        customer=customer,
        email=email,
        deeds=deeds,
        is_whole_customer=points is None,
        until=until,
        invited_by=by,
        invited_at=clock.now(),
        expires_at=clock.now() + LASTS,
    )
    made.points.set(points or [])
    note("invited", about=_about(made), by=by, customer=customer.public_id, deeds=deeds, until=until.isoformat())
    send(
        "invitation",
        to=email,
        about=_about(made),
        customer=customer.public_id,
        language=by.language,
        who=str(by),
        number=customer.number,
        deeds=in_words(deeds),
        until=f"{until:%d.%m.%Y}",
        link=absolute(reverse("customers:invitation", args=[token_of(made)])),
    )
    return made


def in_words(deeds: Iterable[str]) -> str:
    return ", ".join(str(Deed(deed).label) for deed in Deed.values if deed in set(deeds))


def token_of(made: Invitation) -> str:
    return _signer.sign(made.public_id.hex)


def invitation_of(token: str) -> Invitation:
    """The invitation that a letter's address is about, while it waits. Raises InvitationOver."""
    try:
        key = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        raise InvitationOver from None
    found = Invitation.objects.select_related("customer", "invited_by").filter(public_id=key).first()
    if found is None or found.withdrawn_at or found.accepted_at or is_over(found):
        raise InvitationOver
    return found


def is_over(made: Invitation) -> bool:
    return made.expires_at <= clock.now() or made.until < clock.today()


def open_account(made: Invitation, *, password: str, first_name: str = "", last_name: str = "") -> User:
    """An account for the invited e-mail, which the letter has proven. Raises InvitationOver when it has one already."""
    with transaction.atomic():
        if find_by_email(made.email) is not None:
            raise InvitationOver
        user = User.objects.create_user(made.email, password, first_name=first_name, last_name=last_name)
        user.email_confirmed_at = clock.now()
        user.save(update_fields=["email_confirmed_at"])
        try:
            give_identifier(user, SignInIdentifier.Kind.APPOINTED, made.email)
        except IdentifierTaken:
            raise InvitationOver from None
        note("account_made", about=f"user:{user.public_id}", by="invitation")
        return user


@transaction.atomic
def accept(made: Invitation, *, by: User) -> Delegation:
    """The invited person acts from now on; whoever invited is told. Accepted twice it is accepted once. Raises InvitationOver.

    What the owner may give is asked again: an owner who is one no more gives nothing.
    """
    made = Invitation.objects.select_for_update().select_related("customer", "invited_by").get(pk=made.pk)
    if made.delegation is not None and made.delegation.user_id == by.pk:
        return made.delegation
    owner = access.viewer_of(made.invited_by, customer=made.customer.public_id)
    if made.withdrawn_at or made.accepted_at or is_over(made) or not access.may(owner, Deed.DELEGATE):
        raise InvitationOver
    made.delegation = grant_access(
        user=by,
        customer=made.customer,
        role=Delegation.Role.PROXY,
        ground=GROUND,
        by=made.invited_by,
        points=None if made.is_whole_customer else list(made.points.all()),
        deeds=made.deeds,
        until=clock.at(made.until + timedelta(days=1)),
    )
    made.accepted_at = clock.now()
    made.save(update_fields=["delegation", "accepted_at"])
    _tell(made.invited_by, "invitation_accepted", _about(made), made.customer, who=made.email)
    return made.delegation


@transaction.atomic
def withdraw(made: Invitation, *, by: User) -> None:
    """An invitation that waits is taken back."""
    waiting = Invitation.objects.filter(pk=made.pk, accepted_at=None, withdrawn_at=None)
    if waiting.update(withdrawn_at=clock.now()):
        note("invitation_withdrawn", about=_about(made), by=by, customer=made.customer.public_id)


@transaction.atomic
def end_right(held: Delegation, *, by: User) -> None:
    """The owner ends somebody's right, or somebody gives up their own; both are told. Ended twice it ended once."""
    if held.revoked_at is not None:
        return
    revoke_access(held, by=by)
    about = f"delegation:{held.public_id}"
    _tell(held.user, "right_ended", about, held.customer, who=str(held.user))
    owners = access.open_delegations().filter(customer=held.customer, role=Delegation.Role.OWNER).select_related("user")
    for owner in owners:
        if owner.user_id != held.user_id:
            _tell(owner.user, "right_ended", about, held.customer, who=held.user.email or str(held.user))


def end_all_of(user: User) -> None:
    """Of an account that is being closed: the person's own rights, those that the person gave, and what waits."""
    for held in Delegation.objects.filter(user=user, revoked_at=None).select_related("customer"):
        if held.role == Delegation.Role.OWNER:
            for proxy in Delegation.objects.filter(customer=held.customer, role=Delegation.Role.PROXY, revoked_at=None):
                end_right(proxy, by=user)
        revoke_access(held, by="its owner")
    Invitation.objects.filter(invited_by=user, accepted_at=None, withdrawn_at=None).update(withdrawn_at=clock.now())


def _tell(user: Any, code: str, about: str, customer: Customer, **values: str) -> None:
    send(
        code,
        to=user.email or "",
        about=about,
        user=user,
        customer=customer.public_id,
        language=user.language,
        number=customer.number,
        **values,
    )


def _about(made: Invitation) -> str:
    return f"invitation:{made.public_id}"

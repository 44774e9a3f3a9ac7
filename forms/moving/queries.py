"""Questions about accounts of the old portal: whose it is, and how many have moved."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from forms.moving.models import OldAccount
from portal.accounts.models import User
from portal.accounts.policies import canonical

State = OldAccount.State


def waiting_for(typed: str) -> OldAccount | None:
    """The account that has not moved, by its old login or its e-mail. One statement."""
    value = canonical(typed)
    waiting = OldAccount.objects.filter(state=State.WAITING).select_related("customer")
    return waiting.filter(Q(login_folded=value) | Q(email=value)).order_by("pk").first()


def old_accounts() -> QuerySet[OldAccount]:
    """With `is_here_anew`: whoever has not moved but has an account here with the same e-mail."""
    same = User.objects.alias(folded=Lower("email")).filter(folded=OuterRef("email"))
    return OldAccount.objects.annotate(is_here_anew=Exists(same))


@dataclass(frozen=True)
class Report:
    """Who has moved: the figures of the register and of the command."""

    total: int
    moved: int
    here_anew: int
    written_to: int

    @property
    def waiting(self) -> int:
        return self.total - self.moved - self.here_anew

    @property
    def percent(self) -> int:
        return 100 * self.moved // self.total if self.total else 0


def report() -> Report:
    """One statement."""
    not_moved = Q(state=State.WAITING)
    counted = old_accounts().aggregate(
        total=Count("pk"),
        moved=Count("pk", filter=Q(state=State.MOVED)),
        here_anew=Count("pk", filter=not_moved & Q(is_here_anew=True)),
        written_to=Count("pk", filter=not_moved & Q(letters__gt=0)),
    )
    return Report(**counted)

"""Who has moved from the old portal: a register with its figures, to filter and to take along as a file."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, StatusTagColumn

from forms.built.policies import safe_cell
from forms.moving.models import OldAccount
from forms.moving.queries import old_accounts, report
from portal import clock
from portal.accounts.rules import OldPortalRules
from portal.utility.registers import Register, RegisterIndex
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import moment

State = OldAccount.State


def state_of(old: Any) -> str:
    """In words; an account that did not move may be here all the same."""
    if old.state == State.WAITING and old.is_here_anew:
        return _("registered anew")
    return str(old.get_state_display())


class OldAccountFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"), choices=State.choices, empty_label=gettext_lazy("All"), widget=RadioSelect
    )

    class Meta:
        model = OldAccount
        fields = ["state"]


class OldAccountIndex(RegisterIndex):
    page_title = gettext_lazy("Accounts of the old portal")
    list_export = ["login", "email", "customer_number", "state", "letters", "moved_at"]

    def get_base_queryset(self) -> QuerySet[OldAccount]:
        return old_accounts().order_by("login_folded")

    def get_page_subtitle(self) -> str:
        figures = report()
        return _("moved %(moved)s of %(total)s (%(percent)s %%), registered anew %(anew)s, not yet %(waiting)s") % {
            "moved": figures.moved,
            "total": figures.total,
            "percent": figures.percent,
            "anew": figures.here_anew,
            "waiting": figures.waiting,
        }

    @cached_property
    def columns(self) -> list[Column]:
        return [
            Column("login", label=_("Old login"), sort_key="login_folded"),
            Column("email", label=_("E-mail"), sort_key="email"),
            Column("customer_number", label=_("Customer number"), sort_key="customer_number"),
            StatusTagColumn(
                "state", label=_("State"), accessor=state_of, primary=lambda old: old.state == State.WAITING
            ),
            Column("letters", label=_("Letters sent")),
            Column(
                "moved_at",
                label=pgettext("old account", "Moved"),
                accessor=lambda old: moment(old.moved_at),
                sort_key="moved_at",
            ),
        ]

    def get_filename(self) -> str:
        return f"stary-portal-{clock.today():%Y-%m-%d}"

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """In an export no cell can be taken for a formula."""
        row = {name: getattr(item, name) for name in self.list_export}
        row |= {"state": state_of(item), "moved_at": moment(item.moved_at)}
        return {name: safe_cell(str(value)) for name, value in row.items()}


class WhileKnown(MenuItem):
    """Only where there is, or was, an old portal."""

    def is_shown(self, request: HttpRequest) -> bool:
        return rules(OldPortalRules).is_known and request.user.has_perm("moving.view_oldaccount")


class OldAccounts(Register):
    model = OldAccount
    name = "old_account_register"
    url_prefix = "old-accounts"
    icon = "arrow-right"
    menu_name = "old-accounts"
    menu_label = gettext_lazy("Old portal")
    menu_order = 46
    menu_item_class = WhileKnown
    inspect_view_enabled = False
    index_view_class = OldAccountIndex
    filterset_class = OldAccountFilters
    search_fields = ["login", "email", "customer_number"]


@hooks.register("register_admin_viewset")
def register_old_accounts() -> OldAccounts:
    return OldAccounts()

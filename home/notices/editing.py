"""What marketing fills in for a notice, and how many it would reach."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import Panel

from portal.audiences import queries as audiences
from portal.audiences.queries import Audience

BY_CONDITIONS = "conditions"


class NoticeForm(WagtailAdminPageForm):
    """A notice is for somebody, and who chooses them may know what they are chosen by."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        begins, ends = cleaned.get("go_live_at"), cleaned.get("expire_at")
        if begins and ends and begins > ends:
            for name in ("go_live_at", "expire_at"):
                self.errors.pop(name, None)
                self.add_error(
                    name, _("It would end before it begins. Choose an end that is later than the beginning.")
                )
        if cleaned.get("audience") == BY_CONDITIONS and "conditions" not in self.errors:
            for words in faults(audiences.audience(cleaned.get("conditions")), self.for_user):
                self.add_error("conditions", words)
        return cleaned


def faults(chosen: Audience, user: Any) -> list[str]:
    """Why a notice to these cannot be; the first reason only."""
    if not chosen:
        return [_("Choose at least one condition, or show the notice to everyone.")]
    if forbidden := audiences.forbidden(chosen, user):
        return [_("Only the customer office may use the condition “%(name)s”.") % {"name": forbidden[0].label}]
    if not audiences.customers(chosen).exists():
        return [_("No customer fits these conditions, so nobody would read the notice. Change them.")]
    return []


def reach_in_words(chosen: Audience, user: Any) -> str:
    """What is told to whoever prepares the notice: the figure, or why there is none."""
    wrong = faults(chosen, user)
    if wrong:
        return wrong[0]
    return audiences.reach(chosen).in_words(may_see_any=audiences.may_be_told_any(user))


class ReachPanel(Panel):
    """How many customers the conditions choose: of the draft as it was saved, and at a press of what is filled in now."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "notices/panel/reach.html"

        @cached_property
        def reach(self) -> str:
            if not self.instance.pk or self.instance.audience != BY_CONDITIONS:
                return ""
            return reach_in_words(audiences.audience(self.instance.conditions), self.request.user)

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"reach": self.reach, "count_url": reverse("notice_reach")}

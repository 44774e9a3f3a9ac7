"""The audit lines as the administrator reads them."""

from django.contrib.admin import display
from django.template.defaultfilters import yesno
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import modeladmin_register

from portal.journal.models import AuditLine
from portal.utility.templatetags.ebok import moment
from portal.utility.wagtail_hooks import ReadOnlyRegister


class Journal(ReadOnlyRegister):
    model = AuditLine
    base_url_path = "journal"
    menu_label = _("Journal")
    menu_item_name = "journal"
    menu_icon = "history"
    menu_order = 90
    list_display = ("when", "by", "deed", "about", "customer", "what")
    search_fields = ("by", "deed", "about")
    ordering = ("-pk",)  # lines are only ever added, so this is their order in time and needs no index of its own

    @display(description=_("when"), ordering="pk")
    def when(self, line: AuditLine) -> str:
        return moment(line.at)

    @display(description=_("facts"))
    def what(self, line: AuditLine) -> str:
        return "; ".join(
            f"{name}: {yesno(value) if isinstance(value, bool) else value}" for name, value in line.facts.items()
        )


modeladmin_register(Journal)

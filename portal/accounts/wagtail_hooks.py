"""The panel's register of who accepted which document, in which version, and when."""

from django.contrib.admin import display
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import modeladmin_register

from portal.accounts.models import Acceptance
from portal.utility.templatetags.ebok import day, moment
from portal.utility.wagtail_hooks import ReadOnlyRegister


class Acceptances(ReadOnlyRegister):
    model = Acceptance
    base_url_path = "acceptances"
    menu_label = _("Acceptances")
    menu_item_name = "acceptances"
    menu_icon = "tick"
    menu_order = 95
    list_display = ("person", "document", "version", "since", "accepted", "withdrawn")
    list_filter = ("terms__kind",)
    list_select_related = ("user", "terms")
    search_fields = ("user__email", "user__last_name", "terms__version")
    ordering = ("-pk",)

    @display(description=_("person"))
    def person(self, given: Acceptance) -> str:
        return str(given.user)

    @display(description=_("document"))
    def document(self, given: Acceptance) -> str:
        return given.terms.title

    @display(description=_("version"))
    def version(self, given: Acceptance) -> str:
        return given.terms.version

    @display(description=_("in force from"))
    def since(self, given: Acceptance) -> str:
        return day(given.terms.effective_from)

    @display(description=_("accepted"), ordering="accepted_at")
    def accepted(self, given: Acceptance) -> str:
        return moment(given.accepted_at)

    @display(description=_("withdrawn"))
    def withdrawn(self, given: Acceptance) -> str:
        return moment(given.withdrawn_at)


modeladmin_register(Acceptances)

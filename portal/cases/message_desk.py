"""The clerks' desk of messages to customers: written to a segment, counted, looked at by a second clerk, sent."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn
from wagtail.admin.views import generic

from portal import clock
from portal.audiences.queries import audience, forbidden, in_words, may_be_told_any, reach
from portal.cases import checks, files, inbox
from portal.cases.models import OfficeMessage
from portal.cases.rules import CaseRules
from portal.customers.models import Customer
from portal.utility.registers import RegisterIndex, RegisterPage
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import moment

WRITE = "cases.add_officemessage"


class MessageForm(WagtailAdminModelForm):
    """A message is written to whom its conditions choose; nobody chosen is nobody written to."""

    to = forms.ModelChoiceField(
        queryset=Customer.objects.filter(is_closed=False),
        to_field_name="public_id",
        required=False,
        widget=forms.HiddenInput,
    )
    upload = forms.FileField(label=gettext_lazy("Photo or PDF"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        chosen = audience(cleaned.get("audience") or [])
        self.instance.customer = cleaned.get("to")
        if self.instance.customer is not None:
            cleaned["audience"] = []  # to one customer, whoever else fits
        elif "audience" in cleaned and not chosen:
            self.add_error("audience", _("Say whom it is for: without a condition it is for nobody."))
        if not rules(CaseRules).office_writes:
            self.add_error(None, _("The rules in force do not let the office write to inboxes."))
        if chosen and self.for_user is not None and forbidden(chosen, self.for_user):
            self.add_error("audience", _("You may not use some of these conditions."))
        upload = cleaned.get("upload")
        if upload and not self.errors:
            try:
                kept = files.keep(upload, megabytes=rules(CaseRules).attachment_megabytes)
                checks.look_through(kept)
            except files.FileRefused as why:
                self.add_error("upload", str(why))
            else:
                self.instance.file, self.instance.file_name = kept.path, kept.name
                self.instance.file_type = kept.content_type
        return cleaned


class MessageIndex(RegisterIndex):
    page_title = gettext_lazy("Messages to customers")
    any_permission_required = ["view", "add"]

    def get_base_queryset(self) -> QuerySet[OfficeMessage]:
        return OfficeMessage.objects.select_related("written_by", "approved_by")

    def get_add_url(self) -> str | None:
        return reverse("message_register:add") if self.request.user.has_perm(WRITE) else None

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("subject", label=_("Subject"), get_url=self.get_inspect_url),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: row.get_state_display(),
                primary=lambda row: row.state == OfficeMessage.State.DRAFT,
            ),
            Column("counted", label=_("How many")),
            Column("written_by", label=_("Written by")),
            Column("written_at", label=_("Written"), accessor=lambda row: moment(row.written_at)),
        ]


class WriteMessage(generic.CreateView):
    """Written once; what it says does not change between the first clerk's look and the second's."""

    page_title = gettext_lazy("Message to customers")

    def get_form_class(self) -> type[WagtailAdminModelForm]:
        return message_panels().get_form_class()

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"for_user": self.request.user, "initial": {"to": self.request.GET.get("to") or None}}

    def save_instance(self) -> OfficeMessage:
        written: OfficeMessage = self.form.save(commit=False)
        written.written_by, written.written_at = self.request.user, clock.now()
        written.counted = inbox.concerned(written).count()
        written.save()
        if written.customer_id:
            inbox.send(written, by=self.request.user, counted=1)
        return written

    def get_success_url(self) -> str:
        return reverse("message_register:inspect", args=[self.object.public_id])

    def get_success_message(self, instance: OfficeMessage) -> str:
        if instance.customer_id:
            return _("Sent to the customer's inbox.")
        return _("Written. A second clerk looks at it and sends it.")

    def get_success_buttons(self) -> list[Any]:
        return []


def message_panels() -> Any:
    panels = [FieldPanel("subject"), FieldPanel("text"), FieldPanel("audience"), FieldPanel("upload"), FieldPanel("to")]
    handler = ObjectList(panels, base_form_class=MessageForm)
    return handler.bind_to_model(OfficeMessage)


class MessagePage(RegisterPage):
    """The text, whom it reaches now, and the second clerk's press."""

    template_name = "cases/panel/message.html"
    object: OfficeMessage

    def get_queryset(self) -> QuerySet[OfficeMessage]:
        return OfficeMessage.objects.select_related("written_by", "approved_by", "customer")

    def get_page_subtitle(self) -> str:
        return self.object.subject

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(WRITE):
            raise PermissionDenied
        counted = request.POST.get("counted", "")
        try:
            if request.POST.get("press") == "drop":
                inbox.drop(self.object, by=request.user)
            else:
                inbox.send(
                    self.object,
                    by=request.user,
                    counted=int(counted) if counted.isdecimal() else -1,
                    is_sure=request.POST.get("sure") == "yes",
                )
        except inbox.NotSent as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("Done."))
        return redirect(request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        message = self.object
        chosen = audience(message.audience)
        count = inbox.concerned(message).count()
        context |= {
            "message": message,
            "to_whom": str(message.customer) if message.customer else in_words(chosen),
            "count": count,
            "is_for_everybody": message.state == OfficeMessage.State.DRAFT and inbox.is_for_everybody(message, count),
            "reach": reach(chosen).in_words(may_see_any=may_be_told_any(self.request.user)) if chosen else "",
            "is_draft": message.state == OfficeMessage.State.DRAFT,
            "may_send": self.request.user.has_perm(WRITE),
            "is_own": message.written_by_id == self.request.user.pk,
            "read": inbox.read_of(message),
        }
        return context

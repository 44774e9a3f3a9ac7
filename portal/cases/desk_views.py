"""The clerks' desk of cases: the list with what is overdue first, one case with all that can be done to it, the month."""

from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import RadioSelect
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, StatusTagColumn, TitleColumn

from portal import clock
from portal.accounts.models import User
from portal.cases import actions, changes, policies, queries
from portal.cases.files import PDF
from portal.cases.forms import OfficeForm
from portal.cases.models import AnswerTemplate, Case
from portal.cases.rules import CaseRules
from portal.cases.views import file_of, pdf_of, stored
from portal.desk import kinds
from portal.utility.models import Department
from portal.utility.registers import RegisterIndex, RegisterPage
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

LOOK, WORK = "cases.view_case", "cases.change_case"
# What stands in a form of its own beside the one that writes to the customer.
FORMS = {"note": "note_form", "extend": "extend_form"}
REFUSALS = (actions.Moved, actions.NotNow, actions.NoBasis, changes.ChangeRefused)


class CaseFilters(WagtailFilterSet):
    queue = django_filters.ChoiceFilter(
        label=gettext_lazy("Queue"),
        method="of_queue",
        choices=[
            ("open", gettext_lazy("to be answered")),
            ("mine", gettext_lazy("mine")),
            ("nobody", gettext_lazy("nobody's")),
            ("late", gettext_lazy("overdue")),
            ("waiting", gettext_lazy("waiting for the customer")),
        ],
        empty_label=gettext_lazy("All"),
        widget=RadioSelect,
    )
    department = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Department"), queryset=Department.objects.all(), empty_label=gettext_lazy("All")
    )

    class Meta:
        model = Case
        fields = ["queue", "department", "topic"]

    def of_queue(self, found: QuerySet[Case], _name: str, queue: str) -> QuerySet[Case]:
        standing = found.filter(state__in=policies.OPEN)
        return {
            "open": standing,
            "mine": standing.filter(assigned_to=self.request.user),
            "nobody": standing.filter(assigned_to__isnull=True),
            "late": standing.filter(due_on__lt=clock.today(), paused_since__isnull=True),
            "waiting": found.filter(state=Case.State.WAITING),
        }[queue]


def deadline(case: Case) -> str:
    standing = case.clock
    if standing.is_over:
        return "–"
    if standing.is_late:
        return _("%(day)s, overdue") % {"day": day(standing.due)}
    if standing.is_paused:
        return _("%(day)s, paused") % {"day": day(standing.due)}
    return day(standing.due)


class CaseIndex(RegisterIndex):
    page_title = gettext_lazy("Cases")

    def get_base_queryset(self) -> QuerySet[Case]:
        return queries.desk()

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queries.search(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("subject", label=_("Subject"), get_url=self.get_inspect_url),
            Column("number", label=_("Number"), classname="register-key"),
            Column("topic", label=_("Topic"), accessor="topic.name"),
            StatusTagColumn(
                "state",
                label=_("State"),
                accessor=lambda row: row.get_state_display(),
                primary=lambda row: row.is_open,
            ),
            Column("due_on", label=_("Answer due"), accessor=deadline, sort_key="due_on"),
            Column("department", label=_("Department"), accessor=lambda row: row.department or "–"),
            Column("assigned_to", label=_("Clerk"), accessor=lambda row: row.assigned_to or "–"),
        ]


class AssignForm(forms.Form):
    clerk = forms.ModelChoiceField(label=gettext_lazy("Clerk"), queryset=User.objects.none())
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"), queryset=Department.objects.all(), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = User.objects.filter(is_staff=True, is_active=True).order_by("last_name", "first_name", "pk")
        self.fields["clerk"].queryset = staff  # type: ignore[attr-defined]  # a ModelChoiceField


class CasePage(RegisterPage):
    """One case: its thread with notes, its clock, and what can be done."""

    template_name = "cases/panel/case.html"
    object: Case

    def get_queryset(self) -> QuerySet[Case]:
        return queries.whole(self.pk)

    def get_page_subtitle(self) -> str:
        return f"{self.object.number} {self.object.subject}"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(WORK):
            raise PermissionDenied
        press = request.POST.get("press", "")
        try:
            if press in ("assign", "take"):
                return self._assign(press)
            if press in ("approve", "refuse"):
                return self._decide(press)
            if press == "template":
                return self._put_template()
            if press == "close":
                actions.close(self.object, by=request.user, version=self._version())
                return self._done(_("The case is closed."))
            return self._write(press)
        except REFUSALS as why:
            messages.error(request, str(why))
            return redirect(request.path)

    def _version(self) -> int:
        sent = self.request.POST.get("version", "")
        return int(sent) if sent.isdecimal() else 0

    def _done(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect(self.request.path)

    def _assign(self, press: str) -> HttpResponse:
        if press == "take":
            actions.take(self.object, clerk=self.request.user, by=self.request.user, version=self._version())
            return self._done(_("The case is yours."))
        form = AssignForm(self.request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(assign=form))
        said = form.cleaned_data
        actions.take(self.object, clerk=said["clerk"], by=self.request.user, version=self._version())
        if said["department"]:
            actions.move(self.object, department=said["department"], by=self.request.user)
        return self._done(_("The case is given to %(clerk)s.") % {"clerk": said["clerk"]})

    def _decide(self, press: str) -> HttpResponse:
        change = self.object.change
        because = self.request.POST.get("because", "")
        if press == "approve":
            sent = changes.approve(change, by=self.request.user)
            return self._done(_("Sent to billing.") if sent else _("Checked. A second clerk sends it on."))
        changes.refuse(change, by=self.request.user, because=because)
        return self._done(_("Refused."))

    def _put_template(self) -> HttpResponse:
        """The template's words below what was typed; files stay, and nothing is sent."""
        request = self.request
        typed = OfficeForm(request.POST, request.FILES, sender=f"desk:{request.user.pk}")
        typed.is_valid()
        chosen = request.POST.get("template", "")
        found = AnswerTemplate.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        words = [request.POST.get("text", "").strip(), found.text if found else ""]
        start = {"version": self._version(), "text": "\n\n".join(part for part in words if part)}
        form = OfficeForm(initial=start, sender=typed.sender, auto_id="form_%s")
        form.kept_files = typed.kept_files
        return self.render_to_response(self.get_context_data(form=form))

    def _write(self, press: str) -> HttpResponse:
        request = self.request
        form = OfficeForm(request.POST, request.FILES, sender=f"desk:{request.user.pk}")
        place = FORMS.get(press, "form")
        if not form.is_valid():
            form.auto_id = place + "_%s"
            return self.render_to_response(self.get_context_data(**{place: form}))
        try:
            self._send(press, form)
        except actions.Moved as why:
            # What was written stays in its field, above what is new.
            messages.error(request, str(why))
            self.object = queries.whole(self.pk).get()
            again = OfficeForm(
                initial={"version": self.object.version, "text": form.cleaned_data["text"]}, sender=form.sender
            )
            again.auto_id, again.kept_files = place + "_%s", form.kept_files
            return self.render_to_response(self.get_context_data(**{place: again}))
        return self._done(_("Done."))

    def _send(self, press: str, form: OfficeForm) -> None:
        request, case = self.request, self.object
        text, version = form.cleaned_data["text"], form.cleaned_data["version"]
        if press == "note":
            actions.note_inside(case, text=text, by=request.user, kept=form.kept_files)
        elif press == "ask":
            actions.ask(case, text=text, by=request.user, version=version, kept=form.kept_files)
        elif press == "extend":
            actions.extend(case, because=text, by=request.user, version=version, kept=form.kept_files)
        elif press in ("answer", "answer_close"):
            actions.answer(case, text=text, by=request.user, version=version, kept=form.kept_files)
            if press == "answer_close":
                actions.close(case, by=request.user)
        else:
            raise PermissionDenied

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        case = self.object
        may_work = self.request.user.has_perm(WORK)
        context |= {
            "case": case,
            "clock": case.clock,
            "thread": queries.thread(case, with_notes=True),
            "templates": AnswerTemplate.objects.filter(topic_kind__in=["", case.topic.kind]),
            "may_work": may_work,
            "may_visit": case.customer is not None and self.request.user.has_perm("customers.add_staffvisit"),
            "may_extend": bool(rules(CaseRules).extension_days and rules(CaseRules).extension_basis)
            and case.is_open
            and not case.extended_days,
            "where": _where(case.about),
            "may_write_inbox": case.customer is not None
            and rules(CaseRules).office_writes
            and self.request.user.has_perm("cases.add_officemessage"),
            "change": getattr(case, "change", None),
            "handover": getattr(case, "handover", None),
        }
        if may_work:
            for place in ("form", *FORMS.values()):
                start, sender = {"version": case.version}, f"desk:{self.request.user.pk}"
                empty = OfficeForm(initial=start, sender=sender, auto_id=place + "_%s")
                if place in FORMS.values():
                    empty.fields["text"].widget.attrs["rows"] = 3
                context.setdefault(place, empty)
            context.setdefault("assign", AssignForm(initial={"clerk": case.assigned_to, "department": case.department}))
        return context


def _where(about: str) -> str:
    """Where the thing that a case came from is dealt with."""
    found = {"reading": "reading_to_check"}.get(about.partition(":")[0])
    return kinds.where_of(found, about) if found else ""


def attachment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perm(LOOK):
        raise PermissionDenied
    return file_of(queries.attachment(Case.objects.all(), public_id, with_notes=True))


def answer_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perm(LOOK):
        raise PermissionDenied
    return pdf_of(queries.answer(Case.objects.all(), public_id))


def papers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perm(LOOK):
        raise PermissionDenied
    case = get_object_or_404(queries.whole(public_id), handover__isnull=False)
    return stored(case.handover.papers, f"{str(case.number).replace('/', '-')}.pdf", PDF)


def statistics(request: HttpRequest) -> HttpResponse:
    """How a month went, topic by topic, and what waits in each department now."""
    if not request.user.has_perm(LOOK):
        raise PermissionDenied
    first = _month(request.GET.get("month", ""))
    shown = {
        "first": first,
        "months": queries.month(first, _next(first)),
        "before": _before(first),
        "after": _next(first) if _next(first) <= clock.today() else None,
        "queues": queries.waiting_by_department(),
        "here": reverse("case_register:statistics"),
    }
    return render(request, "cases/panel/statistics.html", shown)


def _month(text: str) -> date:
    this = clock.today().replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01") if text else this
    except ValueError:
        raise Http404 from None
    return asked if date(2000, 1, 1) <= asked <= this else this


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)

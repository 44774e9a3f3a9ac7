"""Filled-in forms in the panel: the list of a form's answers, its export, and the attached files."""

from typing import Any

from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from wagtail.contrib.forms.utils import get_forms_for_user
from wagtail.contrib.forms.views import FormPagesListView, SubmissionsListView

from forms.built.models import FILE, Attachment
from forms.built.policies import safe_cell
from forms.built.queries import in_words
from portal import clock
from portal.utility.templatetags.ebok import moment

READ = "built.view_filledform"


class FormsToRead(FormPagesListView):
    """Every form, for whoever may read answers."""

    permission_required = READ
    any_permission_required = None
    permission_policy = None

    def user_has_permission(self, permission: str) -> bool:
        return bool(self.request.user.has_perm(permission))


class FilledFormsOfAPage(SubmissionsListView):
    """Answers in words. In an export no cell can be taken for a formula."""

    def get_filename(self) -> str:
        return f"{self.form_page.slug}-{clock.today():%Y-%m-%d}"

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        answers = item.get_data()
        return {name: safe_cell(_cell(answers.get(name))) for name in self.list_export}

    def get_heading(self, queryset: Any, field: str) -> str:
        return str(safe_cell(super().get_heading(queryset, field)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not self.is_export:
            self._put_words(context)
        return context

    def _put_words(self, context: dict[str, Any]) -> None:
        files = {field.name for field in self.form_page.form_fields.all() if field.field_type == FILE}
        names = [name for name, _label in self.form_page.get_data_fields()]
        shown = [row["model_id"] for row in context["data_rows"]]
        attached = {
            (one.filled_id, one.field): format_html(
                '<a href="{}">{}</a>', reverse("filled_form_file", args=[one.public_id]), one.name
            )
            for one in Attachment.objects.filter(filled__in=shown)
        }
        for row in context["data_rows"]:
            row["fields"] = [
                attached.get((row["model_id"], name), in_words(value)) if name in files else _cell(value)
                for name, value in zip(names, row["fields"], strict=True)
            ]


def _cell(value: Any) -> str:
    return moment(value) if hasattr(value, "tzinfo") else in_words(value)


def attached_file(request: HttpRequest, public_id: str) -> FileResponse:
    """Always handed over as a file to keep, never shown inside the panel."""
    allowed = get_forms_for_user(request.user).values("pk")
    attached = get_object_or_404(Attachment, public_id=public_id, filled__page__in=allowed)
    return FileResponse(attached.file.open("rb"), as_attachment=True, filename=attached.name)

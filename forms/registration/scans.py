"""The signed form on the clerks' desk: its scan is kept with the application, and read by whoever decides."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from forms.built.uploads import FileRefused, kind_of
from forms.registration import decisions
from forms.registration.desk import DECIDE, clerk_of
from forms.registration.models import Application

MEGABYTES = 10


class ScanForm(forms.Form):
    scan = forms.FileField(
        label=gettext_lazy("Scan of the signed form"),
        help_text=gettext_lazy("A PDF or a picture, at most 10 MB. Another one takes the place of the one before."),
        error_messages={"required": gettext_lazy("Choose a file: a PDF or a picture.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png,.webp"}),
    )

    def clean_scan(self) -> Any:
        upload = self.cleaned_data["scan"]
        try:
            self.kind = kind_of(upload, megabytes=MEGABYTES)
        except FileRefused as why:
            raise forms.ValidationError(str(why)) from why
        return upload


@require_POST
def keep(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    application = get_object_or_404(Application, public_id=public_id)
    form = ScanForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        try:
            decisions.keep_form(application, scan=form.cleaned_data["scan"], kind=form.kind, by=clerk_of(request))
        except decisions.NotToDecide as why:
            messages.error(request, str(why))
        else:
            messages.success(request, _("The scan is kept with the application."))
    return redirect(reverse("application_register:inspect", args=[public_id]))


@require_safe
def show(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Always as a file to take, never shown inside the panel."""
    if not request.user.has_perm(DECIDE):
        raise PermissionDenied
    application = get_object_or_404(Application.objects.exclude(form_scan=""), public_id=public_id)
    ending = str(application.form_scan.name).rpartition(".")[2]
    name = f"formularz-{application.form_code or application.pk}.{ending}"
    answer = FileResponse(application.form_scan.open("rb"), as_attachment=True, filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer

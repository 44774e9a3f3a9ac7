"""The screens of a manager's spreadsheet: paste or upload, see every row's verdict, send the good ones, keep the report."""

import csv
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Deed
from portal.metering import queries, sheet_reader, sheets
from portal.metering.sheets import Report, SheetStale

VERDICTS = {
    sheets.GOOD: gettext_lazy("good"),
    sheets.TO_CHECK: gettext_lazy("good, will be checked"),
    sheets.BAD: gettext_lazy("not taken"),
    sheets.TAKEN: gettext_lazy("taken"),
    sheets.TAKEN_TO_CHECK: gettext_lazy("taken, being checked"),
}
DANGEROUS = ("=", "+", "-", "@", "\t")


class SheetForm(forms.Form):
    """Cells pasted, or a file."""

    text = forms.CharField(
        label=gettext_lazy("Paste the cells here"),
        required=False,
        max_length=300_000,
        help_text=gettext_lazy("Number of the meter, reading, day; a meter in each row. The day may be left out."),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
    sheet = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("XLSX or CSV, up to 5 MB and 2000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )
    text.is_one_of_several = sheet.is_one_of_several = True  # type: ignore[attr-defined]  # read by the field's template

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        upload, text = cleaned.get("sheet"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        try:
            if upload:
                cleaned["rows"] = sheet_reader.from_file(upload.read(sheet_reader.MOST_BYTES + 1))
            elif text.strip():
                cleaned["rows"] = sheet_reader.from_text(text)
            else:
                self.add_error("text", _("Paste the rows, or choose a file."))
        except sheet_reader.SheetRefused as why:
            self.add_error("sheet" if upload else "text", str(why))
        return cleaned


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    if not access.may(viewer, Deed.SUBMIT_READING) or not queries.is_taking(viewer):
        raise Http404
    return viewer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: HttpRequest) -> HttpResponse:
    """Nothing is given before its verdict was seen."""
    viewer = _viewer(request)
    press = request.POST.get("press", "check") if request.method == "POST" else ""
    if press in ("send", "report"):
        return _on(request, viewer, press)
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _told(request, viewer, sheets.dry_run(viewer, form.cleaned_data["rows"]))
    shown = {"form": form, "viewer": viewer}
    return render(request, "metering/sheet.html", shown, status=422 if request.method == "POST" else 200)


def _on(request: HttpRequest, viewer: Viewer, press: str) -> HttpResponse:
    """With what the page before carried: send the good rows, or give the report as a file."""
    customer = viewer.customer.public_id if viewer.customer else ""
    try:
        report = sheets.redeem(request.POST.get("report", ""), request.user, customer)
    except SheetStale as why:
        form = SheetForm({})
        form.full_clean()
        form.errors.clear()
        form.add_error(None, str(why))
        return render(request, "metering/sheet.html", {"form": form, "viewer": viewer}, status=422)
    if press == "report":
        return _file(report)
    return _told(request, viewer, sheets.give(viewer, report, by=request.user), is_done=True)


def _told(request: HttpRequest, viewer: Viewer, report: Report, *, is_done: bool = False) -> HttpResponse:
    customer = viewer.customer.public_id if viewer.customer else ""
    shown = {
        "report": report,
        "rows": [
            (row, VERDICTS[row.verdict]) for row in sorted(report.rows, key=lambda row: row.verdict != sheets.BAD)
        ],
        "ticket": sheets.ticket(report, request.user, customer),
        "is_done": is_done,
        "viewer": viewer,
    }
    return render(request, "metering/sheet_report.html", shown)


def _file(report: Report) -> HttpResponse:
    """For a spreadsheet again: semicolons, and nothing that one would take for a formula."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="odczyty-raport.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.write("\ufeff")
    rows = csv.writer(response, delimiter=";")
    rows.writerow([_("Row"), _("Meter"), _("Reading"), _("Day"), _("What became of it"), _("Why")])
    for row in report.rows:
        cells = (row.number, row.meter, row.value, row.day, VERDICTS[row.verdict], row.because)
        rows.writerow([_plain(str(cell)) for cell in cells])
    return response


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text

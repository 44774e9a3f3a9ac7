"""The file that a form's lasting address leads to now."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from home.downloads.models import Download


@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponseBase:
    """In the reader's language, else in any. Never shown inside the portal's own origin: it is saved."""
    versions = Download.objects.filter(slug=slug).select_related("document", "locale")
    found = {form.locale.language_code: form for form in versions}
    form = found.get(get_language() or "") or next(iter(found.values()), None)
    if form is None:
        raise Http404
    try:
        opened = form.document.file.open("rb")
    except FileNotFoundError as gone:
        raise Http404 from gone
    return FileResponse(opened, as_attachment=True, filename=f"{slug}.{form.document.file_extension}")

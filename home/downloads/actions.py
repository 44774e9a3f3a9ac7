"""Drawing the small preview of a form when it is saved, so that no reader waits for it."""

from contextlib import suppress

from wagtail.images.models import SourceImageIOError

from home.downloads.models import Download

PREVIEW = "max-96x136"  # as downloads_page.html asks for it


def draw_preview(form: Download) -> None:
    if form.picture is not None:
        with suppress(SourceImageIOError):  # its file is gone: the page says so by a missing picture
            form.picture.get_rendition(PREVIEW)

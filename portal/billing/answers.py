"""What the views of this room share: who asks, and files as answers that nobody else may keep."""

from typing import Any, TypeVar

from django.core.files.base import File
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from portal.customers.access import Viewer

R = TypeVar("R", bound=HttpResponseBase)
PRIVATE = "private, no-store"


def viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
    return viewer


def key_of(viewer: Viewer) -> str:
    """What stands as `k` in every address: for whom one acts."""
    return str(viewer.customer.public_id) if viewer.customer else ""


def file_answer(content: bytes, name: str, kind: str, *, is_attachment: bool = False) -> HttpResponse:
    return as_file(HttpResponse(content, content_type=kind), name, is_attachment=is_attachment)


def as_file(response: R, name: str, *, is_attachment: bool = True) -> R:
    response.headers["Content-Disposition"] = content_disposition_header(is_attachment, name) or "inline"
    response.headers["Cache-Control"] = PRIVATE
    return response


def content_of(stored: Any) -> bytes:
    kept: File = stored
    with kept.open("rb") as file:
        content: bytes = file.read()
    return content


def safe_name(number: str) -> str:
    """A document's number as part of a file's name."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in number).split()) or "dokument"

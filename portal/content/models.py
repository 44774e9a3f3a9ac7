"""What every page of the site has in common; no table of its own."""

from datetime import datetime
from typing import Any

from django.contrib.messages import get_messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_vary_headers, set_response_etag
from wagtail.models import Page, PageViewRestriction

from portal.content import addresses

PUBLIC = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-store"


class BasePage(Page):
    """A page found in one look-up, without view restrictions.

    A type that shows the same to every stranger says `is_public = True`; only its answers to people
    who are not signed in may be kept by caches, and they ask again each time (304 when nothing changed).
    """

    is_public = False
    private_page_options: list[str] = []

    @property
    def is_shown_to_all(self) -> bool:
        """Whether this page of a public type is indeed for every stranger."""
        return self.is_public

    @property
    def is_found_by_search(self) -> bool:
        """Whether strangers may find it by searching."""
        return self.is_shown_to_all

    def fresh_until(self) -> datetime | None:
        """When what the page says changes by itself, other than at midnight and with the dates of pages."""
        return None

    class Meta:
        abstract = True

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        return PageViewRestriction.objects.none()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        addresses.remember(request)
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            patch_vary_headers(response, ["Cookie"])
            if self.is_shown_to_all and request.method in ("GET", "HEAD"):
                response.add_post_render_callback(lambda rendered: _open_to_caches(request, rendered))
        return response


def _open_to_caches(request: HttpRequest, response: HttpResponse) -> HttpResponse | None:
    """Say what a cache may do with a page that is drawn: it may hold nothing that is one person's."""
    holds_token = "CSRF_COOKIE_NEEDS_UPDATE" in request.META
    if (
        request.user.is_authenticated
        or holds_token
        or len(get_messages(request))
        or getattr(request, "is_preview", False)
    ):
        response.headers["Cache-Control"] = PRIVATE
        return None
    response.headers["Cache-Control"] = PUBLIC
    set_response_etag(response)
    return get_conditional_response(request, etag=response.headers["ETag"], response=response)

"""Notices: what the utility tells everyone, or those whom it concerns, from a day and until a day."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PublishingPanel
from wagtail.models import PageManager, PagePermissionTester, PageQuerySet
from wagtail.url_routing import RouteResult

from home.notices.editing import NoticeForm, ReachPanel
from home.notices.feeds import FEEDS, LENGTH, feed
from portal import clock
from portal.accounts import terms_gate
from portal.audiences import queries as audiences
from portal.audiences.blocks import AudienceField
from portal.audiences.reader import InventedReader, Reader, reader_of
from portal.content.blocks import text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import PRIVATE, BasePage
from portal.customers.access import Viewer
from portal.widgets import PERSONAS, InventedUser, persona, persona_viewer

YEAR = re.compile(r"20\d\d")
NEWEST = 20


class NoticeQuerySet(PageQuerySet):
    def current(self) -> "NoticeQuerySet":
        """Published and not expired at this very moment, whether or not the job that withdraws pages has come round."""
        now = clock.now()
        return (
            self.live()
            .filter(models.Q(expire_at__isnull=True) | models.Q(expire_at__gt=now))
            .filter(models.Q(go_live_at__isnull=True) | models.Q(go_live_at__lte=now))
            .weightiest_first()
        )

    def weightiest_first(self) -> "NoticeQuerySet":
        return self.order_by("-is_pinned", "-weight", "-day", "-pk")

    def for_everyone(self) -> "NoticeQuerySet":
        """Without those that are for some: pages, feeds and searches that strangers meet are made of these alone."""
        return self.filter(audience=NoticePage.Audience.EVERYONE)


class NoticePage(BasePage):
    """One notice."""

    class Kind(models.TextChoices):
        NEWS = "news", _("News")
        OFFER = "offer", _("Offer")
        INTERRUPTION = "interruption", _("Water supply")
        PRICES = "prices", _("Change of prices")
        OFFICE = "office", _("The office")

    class Weight(models.IntegerChoices):
        """Weightier notices come first; from "important" on they stand out on the front page and the dashboard."""

        ORDINARY = 0, _("ordinary")
        IMPORTANT = 1, _("important")
        URGENT = 2, _("urgent")

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        SIGNED_IN = "signed_in", _("everyone who is signed in")
        CONDITIONS = "conditions", _("customers by conditions")

    base_form_class = NoticeForm
    is_public = True
    parent_page_types = ["notices.NoticeIndexPage"]
    subpage_types: list[str] = []
    template = "notices/notice_page.html"
    show_in_menus_default = False

    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.NEWS)
    weight = models.PositiveSmallIntegerField(_("weight"), choices=Weight.choices, default=Weight.ORDINARY)
    is_pinned = models.BooleanField(_("pinned"), default=False, help_text=_("Stands above all others."))
    day = models.DateField(_("date"), default=clock.today)
    audience = models.CharField(
        _("shown to"),
        max_length=12,
        choices=Audience.choices,
        default=Audience.EVERYONE,
        help_text=_("A notice that is not for everyone stands on the dashboard of those it is for, and nowhere else."),
    )
    conditions = AudienceField()
    lead = models.TextField(
        _("lead"), help_text=_("One or two sentences, also shown on the front page and the dashboard.")
    )
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("text"))

    objects = PageManager.from_queryset(NoticeQuerySet)()

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("kind"), FieldPanel("weight"), FieldPanel("is_pinned"), FieldPanel("day")],
            heading=_("What it is"),
        ),
        FieldPanel("lead"),
        FieldPanel("body"),
        MultiFieldPanel([FieldPanel("audience"), FieldPanel("conditions"), ReachPanel()], heading=_("Whom it is for")),
    ]
    settings_panels = [PublishingPanel()]

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    @property
    def is_shown_to_all(self) -> bool:
        return self.audience == self.Audience.EVERYONE

    def is_current(self, now: datetime) -> bool:
        """Of a live notice: whether it is time for it, as `current` asks the database."""
        return (self.go_live_at is None or self.go_live_at <= now) and (self.expire_at is None or now < self.expire_at)

    def concerns(self, viewer: Viewer, reader: Reader | None) -> bool:
        """Whether it is for this viewer, whose facts `reader` knows."""
        if self.audience != self.Audience.CONDITIONS:
            return self.is_shown_to_all or viewer.is_signed_in
        return audiences.concerns(audiences.audience(self.conditions), reader)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is for some does not exist for the others; those who prepare it may look."""
        if not self.is_shown_to_all:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("account_login"))
            if terms_gate.owes(request):
                raise Http404
            viewer = request.viewer  # type: ignore[attr-defined]  # the middleware's
            if not self.concerns(viewer, reader_of(viewer)) and not self._is_prepared_by(request.user):
                raise Http404
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    @classmethod
    def may_be_written_by(cls, user: Any) -> bool:
        """Whether this person may write notices anywhere."""
        return any(index.permissions_for_user(user).can_add_subpage() for index in NoticeIndexPage.objects.all()[:9])

    def _is_prepared_by(self, user: Any) -> bool:
        return bool(user.is_staff and self.permissions_for_user(user).can_edit())

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return [("", _("The notice")), *((invented.code, invented.label) for invented in PERSONAS)]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As a page, or as an invented person meets it on the dashboard, or does not."""
        invented = persona(mode_name)
        if invented is None:
            response: HttpResponse = super().serve_preview(request, mode_name)
            return response
        request.is_preview = True  # type: ignore[attr-defined]  # Wagtail's own name for it
        viewer = persona_viewer(invented)
        request.viewer = viewer  # type: ignore[attr-defined]  # the middleware's
        meets = self.concerns(viewer, InventedReader(invented) if invented.is_linked else None)
        context = self.get_context(request) | {
            "user": InventedUser(invented.first_name),
            "messages": [],
            "persona": invented,
            "is_met": meets,
            "facts": (self,) if meets else (),
            "value": {},
        }
        shown = TemplateResponse(request, "notices/as_persona.html", context)
        shown.headers["Cache-Control"] = PRIVATE
        return shown

    @property
    def stands_out(self) -> bool:
        return self.weight >= self.Weight.IMPORTANT

    @property
    def is_urgent(self) -> bool:
        return self.weight == self.Weight.URGENT

    @property
    def note_kind(self) -> str:
        """The colour of its note on the page."""
        return {self.Weight.URGENT: "wrong", self.Weight.IMPORTANT: "warn"}.get(self.Weight(self.weight), "info")


class WithoutIndex(PagePermissionTester):
    """Whoever may only add and publish notices publishes those, never the page that lists them."""

    def can_publish(self) -> bool:
        return super().can_publish() and (self.user.is_superuser or "change" in self.permissions)

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and (self.user.is_superuser or "change" in self.permissions)


class NoticeIndexPage(BasePage):
    """All notices in force, the weightiest and newest first."""

    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["notices.NoticePage"]
    template = "notices/notice_index_page.html"

    lead = models.TextField(_("lead"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("notices page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Below it: a year's notices, and the feeds."""
        if len(path_components) == 1:
            (last,) = path_components
            if last in FEEDS:
                return RouteResult(self, kwargs={"feed_name": last})
            if YEAR.fullmatch(last):
                return RouteResult(self, kwargs={"year": int(last)})
        result: RouteResult = super().route(request, path_components)
        return result

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if name := kwargs.get("feed_name"):
            return feed(self, self.own().order_by("-day", "-pk")[:LENGTH], name)
        response: HttpResponse = super().serve(request, *args, **kwargs)
        return response

    def own(self) -> NoticeQuerySet:
        notices: NoticeQuerySet = NoticePage.objects.child_of(self).current().for_everyone()
        return notices.defer("body")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        year = kwargs.get("year")
        years = [first.year for first in self.own().order_by().dates("day", "year", order="DESC")]
        if year is not None and year not in years:
            raise Http404
        of_year = self.own().filter(day__year=year).order_by("-day", "-pk") if year else self.own()[:NEWEST]
        context |= {"notices": of_year, "year": year, "years": years}
        return context

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return WithoutIndex(user, self)

"""Regulations: each version is a page of its own, and what people accept is kept word for word as it was published."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import PagePermissionTester

from home.regulations.accessibility import AccessibilityPage
from home.rules_block import RulesBlock
from portal import clock
from portal.accounts.models import TermsVersion
from portal.content.blocks import TEXT_FEATURES, text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage

__all__ = ["AccessibilityPage", "RegulationPage", "RegulationsPage", "StatementPage"]


KEPT = ("kind", "version", "effective_from", "text", "needs_acceptance", "own_pdf_id")  # once it is published


# Who may publish a version by himself: everybody else submits it and an approver of the workflow publishes.
MAY_ISSUE = "accounts.add_termsversion"


class ByApproval(PagePermissionTester):
    """Editors write versions and submit them; they publish none."""

    def may_issue(self) -> bool:
        return bool(self.user.is_superuser or self.user.has_perm(MAY_ISSUE))

    def can_publish(self) -> bool:
        return super().can_publish() and self.may_issue()

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and self.may_issue()

    def can_schedule(self) -> bool:
        return self.can_publish()


class ByApprovalBelow(PagePermissionTester):
    """The page that lists the versions: itself an editor's, but nothing below it is published by the way."""

    def can_publish_subpage(self) -> bool:
        return super().can_publish_subpage() and bool(self.user.is_superuser or self.user.has_perm(MAY_ISSUE))


class RegulationPage(BasePage):
    """One version of one document. Once published its words stay: a change is a new version."""

    is_public = True
    parent_page_types = ["regulations.RegulationsPage"]
    subpage_types: list[str] = []
    template = "regulations/regulation_page.html"

    kind = models.CharField(
        _("kind"), max_length=20, choices=TermsVersion.Kind.choices, default=TermsVersion.Kind.TERMS
    )
    version = models.CharField(_("version"), max_length=40, help_text=_("For example 1.0 or 2026-12."))
    effective_from = models.DateField(_("effective from"), default=clock.today)
    text = RichTextField(_("text"), features=["h2", *TEXT_FEATURES])
    needs_acceptance = models.BooleanField(
        _("must be accepted"),
        default=True,
        help_text=_("From its day people are asked at their next sign-in. Leave it out for corrections of spelling."),
    )
    announces = models.BooleanField(
        _("announce by e-mail"),
        default=False,
        help_text=_("Everyone who has an account gets a letter when the version is published."),
    )
    own_pdf = models.ForeignKey(
        "wagtaildocs.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("PDF of your own"),
        help_text=_("Left empty: a PDF is made from the text."),
    )
    terms = models.ForeignKey(TermsVersion, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    pdf_bytes = models.PositiveIntegerField(default=0, editable=False)

    content_panels = [
        *BasePage.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("version"), FieldPanel("effective_from")]),
        FieldPanel("text"),
        MultiFieldPanel(
            [FieldPanel("needs_acceptance"), FieldPanel("announces")], heading=_("People who have an account")
        ),
        FieldPanel("own_pdf"),
    ]

    class Meta:
        verbose_name = _("version of a document")
        verbose_name_plural = _("versions of documents")

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return ByApproval(user, self)

    def clean(self) -> None:
        super().clean()
        issued = RegulationPage.objects.filter(pk=self.pk, terms__isnull=False).first() if self.pk else None
        if issued is not None and any(getattr(self, name) != getattr(issued, name) for name in KEPT):
            raise ValidationError(
                _(
                    "This version is published and people may have accepted it. To change the text, add a new version with its own date."
                )
            )
        wrong = {}
        others = RegulationPage.objects.filter(kind=self.kind, locale_id=self.locale_id).exclude(pk=self.pk)
        if others.filter(version=self.version).exists():
            wrong["version"] = _("There is a version with this name already. Give this one another name.")
        if others.filter(effective_from=self.effective_from).exists():
            wrong["effective_from"] = _(
                "Another version begins on this day. Choose another day, or change that version."
            )
        if self.own_pdf and self.own_pdf.file_extension != "pdf":
            wrong["own_pdf"] = _("This file is not a PDF. Choose a PDF, or leave the field empty.")
        if wrong:
            raise ValidationError(wrong)

    @cached_property
    def pdf_url(self) -> str:
        return self.terms.pdf.url if self.terms and self.terms.pdf else ""


class StatementPage(BasePage):
    """A text that the law asks for and nobody accepts: accessibility, privacy."""

    is_public = True
    parent_page_types = ["home.HomePage", "regulations.RegulationsPage"]
    subpage_types: list[str] = []
    template = "regulations/statement_page.html"

    lead = models.TextField(_("lead"), blank=True)
    body = QuietStreamField([*text_blocks(), ("rules", RulesBlock())], blank=True, verbose_name=_("text"))

    content_panels = [*BasePage.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")


class RegulationsPage(BasePage):
    """The documents in force today, the coming and the former versions of each."""

    is_public = True
    max_count_per_parent = 1
    parent_page_types = ["home.HomePage"]
    subpage_types = ["regulations.RegulationPage", "regulations.StatementPage", "regulations.AccessibilityPage"]
    template = "regulations/regulations_page.html"

    lead = models.TextField(_("lead"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("lead")]

    class Meta:
        verbose_name = _("regulations page")

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return ByApprovalBelow(user, self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        versions = RegulationPage.objects.child_of(self).live().select_related("terms").defer("text", "terms__text")
        context["statements"] = StatementPage.objects.child_of(self).live().order_by("path").defer("body")
        context["documents"] = by_document(list(versions.order_by("kind", "-effective_from")))
        return context


def by_document(versions: list[RegulationPage]) -> list[dict[str, Any]]:
    """Each document with the version in force today, those to come and those of the past. Newest first in, newest first out."""
    today = clock.today()
    documents = []
    for kind in TermsVersion.Kind:
        own = [version for version in versions if version.kind == kind]
        begun = [version for version in own if version.effective_from <= today]
        if own:
            documents.append(
                {
                    "label": kind.label,
                    "current": begun[0] if begun else None,
                    "coming": [version for version in own if version.effective_from > today],
                    "former": begun[1:],
                }
            )
    return documents

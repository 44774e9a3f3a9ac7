"""The pages on which people fill something in: page types only."""

from typing import Any

from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.forms.models import FormMixin, validate_to_address
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from forms.built.forms import FormPageForm, StepForm
from forms.built.models import STEP, FilledForm
from forms.built.queries import CHECK, plan_of
from forms.built.wizard import FormWizard
from forms.registration.asking import Asking
from forms.registration.blocks import StepWordsBlock
from forms.registration.forms import FORMS
from forms.registration.rules import RegistrationRules
from forms.registration.steps import CHOICES, SENT, TERMS, WAITS, steps_of, way_of, ways_of
from forms.registration.verification.base import Visitor
from forms.registration.wizard import SENT_KEY, WAY_KEY, RegistrationWizard
from forms.registration.wording import words_for
from portal.accounts.queries import terms_in_force
from portal.content.blocks import SHORT_TEXT_FEATURES, text_blocks
from portal.content.fields import QuietStreamField
from portal.content.models import PRIVATE, BasePage
from portal.utility.rulebook import rules

__all__ = ["FormPage", "RegistrationPage"]


class RegistrationPage(RoutablePageMixin, BasePage):
    """Registering. What is asked follows the rules; editors title the page and write the words of each step."""

    max_count = 2  # one for each language
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []

    words = QuietStreamField([("step", StepWordsBlock())], blank=True, verbose_name=_("words of the steps"))

    content_panels = [*BasePage.content_panels, FieldPanel("words")]

    class Meta:
        verbose_name = _("registration page")

    # The steps

    @path("")
    def begin(self, request: HttpRequest) -> HttpResponse:
        return redirect(self.step_url(request, self._steps(request)[0]))

    @path("wyslane/")
    def sent(self, request: HttpRequest) -> HttpResponse:
        """What happens next: the same words whether or not the e-mail had an account."""
        sent = request.session.get(SENT_KEY)
        if not sent:
            return self.begin(request)
        return self._end(request, WAITS if sent["waits"] else SENT, sent["email"], sent.get("way", ""))

    @path("inaczej/<slug:way>/", name="way")
    def other_way(self, request: HttpRequest, way: str) -> HttpResponse:
        """Another way of proving who one is: what was typed stays."""
        request.session[WAY_KEY] = way
        return redirect(self.step_url(request, self._steps(request)[0]))

    @path("<slug:step>/", name="step")
    def step(self, request: HttpRequest, step: str) -> HttpResponse:
        chosen = request.session.get(WAY_KEY, "")
        response: HttpResponse = RegistrationWizard.for_page(self, chosen)(request, step=step)
        return response

    def _steps(self, request: HttpRequest) -> tuple[str, ...]:
        in_force = rules(RegistrationRules)
        return steps_of(in_force, way_of(in_force, request.session.get(WAY_KEY, "")))

    def way_url(self, request: HttpRequest, way: str) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("way", kwargs={"way": way}))

    def step_url(self, request: HttpRequest, step: str) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("step", kwargs={"step": step}))

    def sent_url(self, request: HttpRequest) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("sent"))

    def _end(self, request: HttpRequest, which: str, email: str, way: str = "") -> HttpResponse:
        context = self.get_context(request) | {"words": words_for(which, self.words, way), "email": email}
        return TemplateResponse(request, "forms/registration_sent.html", context)

    # Previews: one step each, unbound, nobody's data

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        in_force = rules(RegistrationRules)
        asked = {step for way in ways_of(in_force) for step in steps_of(in_force, way)} | {SENT, WAITS}
        return [(step, label) for step, label in CHOICES if step in asked]

    @property
    def default_preview_mode(self) -> str:
        return self.preview_modes[0][0]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        step = mode_name or self.default_preview_mode
        if step in (SENT, WAITS):
            return self._end(request, step, "anna@example.pl")
        in_force = rules(RegistrationRules)
        way = next((way for way in ways_of(in_force) if step in steps_of(in_force, way)), way_of(in_force))
        steps = steps_of(in_force, way)
        asking = Asking(
            rules=in_force,
            way=way,
            words=words_for(step, self.words),
            visitor=Visitor(person="", address=""),
            terms=terms_in_force("terms", self.locale.language_code),
        )
        context = self.get_context(request) | {
            "form": FORMS[step](asking=asking, prefix=step),
            "words": asking.words,
            "terms": asking.terms if step == TERMS else None,
            "step_number": steps.index(step) + 1,
            "steps_count": len(steps),
            "is_last": step == steps[-1],
        }
        return TemplateResponse(request, "forms/registration_step.html", context)


class FormPage(RoutablePageMixin, FormMixin, BasePage):
    """A form that an editor builds. Its first page says what it is for and is public; the questions are asked below it."""

    is_public = True
    parent_page_types = ["home.HomePage"]
    subpage_types: list[str] = []
    template = "forms/form_page.html"
    base_form_class = FormPageForm

    lead = models.TextField(_("lead"), blank=True, help_text=_("What the form is for, and how long it takes."))
    body = QuietStreamField(text_blocks(), blank=True, verbose_name=_("before the questions"))
    thanks = RichTextField(
        _("after it was sent"), blank=True, features=SHORT_TEXT_FEATURES, help_text=_("What happens next, and when.")
    )
    told = models.CharField(
        _("e-mails to write to when it was filled in"),
        max_length=255,
        blank=True,
        validators=[validate_to_address],
        help_text=_("Several with commas. The answers are not in the message: they stay in the panel."),
    )

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("lead"),
        FieldPanel("body"),
        InlinePanel("form_fields", label=_("question"), heading=_("Questions")),
        MultiFieldPanel([FieldPanel("thanks"), FieldPanel("told")], heading=_("When it was sent")),
    ]

    class Meta:
        verbose_name = _("form to fill in")
        verbose_name_plural = _("forms to fill in")

    @path("")
    def begin(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = BasePage.serve(self, request)
        return response

    @path("wyslane/")
    def sent(self, request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "forms/form_sent.html", self.get_context(request))

    @path("<slug:step>/", name="step")
    def step(self, request: HttpRequest, step: str) -> HttpResponse:
        if not plan_of(self):
            raise Http404
        response: HttpResponse = FormWizard.for_page(self)(request, step=step)
        response.headers["Cache-Control"] = PRIVATE
        return response

    def step_url(self, request: HttpRequest, step: str) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("step", kwargs={"step": step}))

    def sent_url(self, request: HttpRequest) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("sent"))

    def told_addresses(self) -> list[str]:
        return [address.strip() for address in self.told.split(",") if address.strip()]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["first_url"] = str(self.get_url(request)) + "krok-1/"
        return context

    # The filled-in forms, as the panel lists and exports them

    def get_submission_class(self) -> type[FilledForm]:
        return FilledForm

    def get_submissions_list_view_class(self) -> Any:
        from forms.built.panel import FilledFormsOfAPage  # noqa: PLC0415 - Wagtail's own list wants all models ready

        return FilledFormsOfAPage

    def get_data_fields(self) -> list[tuple[str, Any]]:
        asked = [field for field in self.form_fields.all() if field.field_type != STEP]
        return [
            ("submit_time", _("Sent")),
            *((field.name, field.label) for field in asked),
            ("is_person", _("Shown to be a person")),
        ]

    # Previews: the first page, each step unbound, and the last page

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        asked = [(step.code, step.title) for step in plan_of(self) if step.code != CHECK]
        return [("", _("First page")), *asked, ("sent", _("After it was sent"))]

    @property
    def default_preview_mode(self) -> str:
        return ""

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        context = self.get_context(request)
        step = next((one for one in plan_of(self) if one.code == mode_name), None)
        if step is not None:
            context |= {"step": step, "form": StepForm(questions=step.fields, prefix=step.code)}
            return TemplateResponse(request, "forms/form_step.html", context)
        template = "forms/form_sent.html" if mode_name == "sent" else self.template
        return TemplateResponse(request, template, context)

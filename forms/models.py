"""The pages on which people fill something in: page types only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from forms.registration.blocks import StepWordsBlock
from forms.registration.forms import FORMS, Asking
from forms.registration.rules import RegistrationRules
from forms.registration.steps import CHOICES, SENT, TERMS, WAITS, steps_of
from forms.registration.verification.base import Visitor
from forms.registration.wizard import SENT_KEY, RegistrationWizard
from forms.registration.wording import words_for
from portal.accounts.queries import terms_in_force
from portal.content.fields import QuietStreamField
from portal.content.models import BasePage
from portal.utility.rulebook import rules

__all__ = ["RegistrationPage"]


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
        return redirect(self.step_url(request, steps_of(rules(RegistrationRules))[0]))

    @path("wyslane/")
    def sent(self, request: HttpRequest) -> HttpResponse:
        """What happens next: the same words whether or not the e-mail had an account."""
        sent = request.session.get(SENT_KEY)
        if not sent:
            return self.begin(request)
        return self._end(request, WAITS if sent["waits"] else SENT, sent["email"])

    @path("<slug:step>/", name="step")
    def step(self, request: HttpRequest, step: str) -> HttpResponse:
        response: HttpResponse = RegistrationWizard.for_page(self)(request, step=step)
        return response

    def step_url(self, request: HttpRequest, step: str) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("step", kwargs={"step": step}))

    def sent_url(self, request: HttpRequest) -> str:
        return str(self.get_url(request)) + str(self.reverse_subpage("sent"))

    def _end(self, request: HttpRequest, which: str, email: str) -> HttpResponse:
        context = self.get_context(request) | {"words": words_for(which, self.words), "email": email}
        return TemplateResponse(request, "forms/registration_sent.html", context)

    # Previews: one step each, unbound, nobody's data

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        asked = (*steps_of(rules(RegistrationRules)), SENT, WAITS)
        return [(step, label) for step, label in CHOICES if step in asked]

    @property
    def default_preview_mode(self) -> str:
        return self.preview_modes[0][0]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        step = mode_name or self.default_preview_mode
        if step in (SENT, WAITS):
            return self._end(request, step, "anna@example.pl")
        in_force = rules(RegistrationRules)
        steps = steps_of(in_force)
        asking = Asking(
            rules=in_force,
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

"""Registering step by step: what was answered is kept in the session, the password only as a hash."""

import uuid
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from formtools.wizard.forms import ManagementForm
from formtools.wizard.views import NamedUrlSessionWizardView, WizardView

from forms.registration.actions import Asked, submit
from forms.registration.asking import Asking, StepForm
from forms.registration.forms import FORMS, PersonForm
from forms.registration.models import Application
from forms.registration.rules import RegistrationRules
from forms.registration.steps import CONTACT, PASSWORD, TERMS, steps_of, way_of, ways_of
from forms.registration.verification.base import Visitor
from forms.registration.wording import other_way, who_may, words_for
from portal.accounts.address import address_of
from portal.accounts.queries import terms_in_force
from portal.utility.rulebook import rules

SENT_KEY = "registration_sent"  # in the session: what the last page may say
WAY_KEY = "registration_way"  # in the session: which way of verifying the person took, where there are several


class RegistrationWizard(NamedUrlSessionWizardView):
    """Drawn inside a page. Going back shows what was typed; sending twice writes one application."""

    template_name = "forms/registration_step.html"
    page: Any = None
    way: Any = None
    form_list: ClassVar[list[tuple[str, type[StepForm]]]] = list(FORMS.items())

    @classmethod
    def for_page(cls, page: Any, chosen: str = "") -> Any:
        """`chosen` is the code of the way of verifying that the person took, where the rules offer several."""
        way = way_of(rules(RegistrationRules), chosen)
        return cls.as_view(
            page=page,
            way=way,
            url_name="step",
            done_step_name="gotowe",
            form_list=[(step, FORMS[step]) for step in steps_of(rules(RegistrationRules), way)],
        )

    # Where things are kept

    def get_prefix(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return f"registration_{self.page.pk}"

    def get_step_url(self, step: str) -> str:
        return self.page.step_url(self.request, step)

    @property
    def facts(self) -> dict[str, Any]:
        """What the steps found out, beside the answers themselves."""
        facts: dict[str, Any] = self.storage.extra_data.setdefault("facts", {})
        facts.setdefault("submission", str(uuid.uuid4()))
        return facts

    # Asking

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        step = kwargs.get("step", "")
        if step in self.steps.all:
            missing = next(
                (earlier for earlier in self._before(step) if self.storage.get_step_data(earlier) is None), None
            )
            if missing:
                return redirect(self.get_step_url(missing))
        elif step:
            return redirect(self.get_step_url(self.steps.first))
        return super().get(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._was_sent():
            return redirect(self.page.sent_url(self.request))
        posted = ManagementForm(self.request.POST, prefix=self.prefix)
        if posted.is_valid() and posted.cleaned_data["current_step"] not in self.steps.all:
            return redirect(self.get_step_url(self.steps.first))
        return super().post(*args, **kwargs)

    def _before(self, step: str) -> list[str]:
        names = self.steps.all
        return names[: names.index(step)]

    def _was_sent(self) -> bool:
        """The last button pressed twice: the application of the first press stands."""
        sent = self.request.session.get(SENT_KEY)
        return bool(sent) and self.request.POST.get(f"{self.steps.last}-submission") == sent["submission"]

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        contact = self.storage.get_step_data(CONTACT) or MultiValueDict()
        asking = Asking(
            rules=rules(RegistrationRules),
            way=self.way,
            words=words_for(step or self.steps.current, self.page.words),
            visitor=Visitor(person=self.facts["submission"], address=address_of(self.request)),
            terms=self._terms(),
            consents=self._consents(),
            facts=self.facts,
            email=contact.get(f"{CONTACT}-email", ""),
            is_sent_now=self.request.method == "POST" and step in (None, self.steps.current) and not self._is_ending,
        )
        return {"asking": asking}

    def _terms(self) -> Any:
        if not hasattr(self, "_terms_in_force"):
            self._terms_in_force = terms_in_force("terms", get_language() or "pl") or terms_in_force("terms")
        return self._terms_in_force

    def _consents(self) -> tuple[Any, ...]:
        if not hasattr(self, "_consents_in_force"):
            asked = rules(RegistrationRules).consents
            found = (terms_in_force(kind, get_language() or "pl") or terms_in_force(kind) for kind in asked)
            self._consents_in_force = tuple(terms for terms in found if terms is not None)
        return self._consents_in_force

    def process_step(self, form: StepForm) -> MultiValueDict[str, str]:
        """Keep the answers of this step alone, without the secret ones."""
        self.storage.extra_data["facts"] = self.facts | form.remember()
        kept = [form.add_prefix(name) for name in form.fields if name not in form.secret]
        posted = self.request.POST
        return MultiValueDict({name: posted.getlist(name) for name in kept if name in posted})

    # Drawing

    def get_context_data(self, form: StepForm, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(form=form, **kwargs)
        context.pop("facts", None)
        before = self._before(self.steps.current)
        terms = form.asking.terms if self.steps.current == TERMS else None
        if terms is not None:
            self.facts["shown_terms"] = terms.pk
        return (
            self.page.get_context(self.request)
            | context
            | {
                "form": form,
                "words": form.asking.words,
                "terms": terms,
                "consents": form.asking.consents if self.steps.current == TERMS else (),
                "step_number": self.steps.step1,
                "steps_count": self.steps.count,
                "is_last": self.steps.current == self.steps.last,
                "back_url": self.get_step_url(before[-1]) if before else "",
                "other_ways": [] if before else self._other_ways(),
                "who_may": None if before else who_may(),
            }
        )

    def _other_ways(self) -> list[dict[str, str]]:
        """The ways that the person may take instead, said beside the first question."""
        others = [way.code for way in ways_of(rules(RegistrationRules)) if way.code != self.way.code]
        return [{"words": other_way(code), "url": self.page.way_url(self.request, code)} for code in others]

    # The end

    _is_ending = False

    def render_done(self, form: StepForm, **kwargs: Any) -> HttpResponse:
        """At once, without the detour through an address of its own: a link must not send an application."""
        self._is_ending = True
        done: HttpResponse = WizardView.render_done(self, form, **kwargs)
        return done

    def done(self, form_list: list[StepForm], **kwargs: Any) -> HttpResponse:
        answers = self.get_all_cleaned_data()
        facts, proof = self.facts, self.facts.get("proof") or {}
        proof = proof if self.way.steps else {}
        person = next((form for form in form_list if isinstance(form, PersonForm)), None)
        application = submit(
            Asked(
                submission=uuid.UUID(facts["submission"]),
                way=self.way.code,
                email=answers["email"],
                phone=answers.get("phone", ""),
                password=facts.get("password", "") if PASSWORD in self.steps.all else "",
                language=(get_language() or "pl")[:2],
                customer_id=proof.get("customer_id"),
                invoice_number=proof.get("number", ""),
                given=person.given if person else {},
                consents=tuple(facts.get("consents", ())),
                wants_e_invoice=facts.get("wants_e_invoice", False),
                terms_id=facts.get("accepted_terms"),
                is_person=facts.get("is_person", False),
            )
        )
        self.request.session[SENT_KEY] = {
            "submission": str(application.submission),
            "email": application.email,
            "waits": application.reason == Application.Reason.NO_CAPTCHA,
            "way": self.way.code,
        }
        return redirect(self.page.sent_url(self.request))

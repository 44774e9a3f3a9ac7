"""Filling in a form that an editor built: step by step, answers in the session, files in private storage until the end."""

import uuid
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from formtools.wizard.forms import ManagementForm
from formtools.wizard.views import NamedUrlSessionWizardView, WizardView

from forms.built.actions import Answers, AttachedFile, keep_answers, paused_until
from forms.built.forms import HONEYPOT, NO_ANSWERS, StepForm
from forms.built.policies import Step, is_asked
from forms.built.queries import CHECK, in_words, plan_of
from forms.built.uploads import WaitingFiles
from portal import clock
from portal.accounts.address import address_of

SENT_KEY = "form_sent"  # in the session: which press was the last that was kept


class FormWizard(NamedUrlSessionWizardView):
    """Drawn inside a page. Going back shows what was answered; a second press keeps nothing more."""

    template_name = "forms/form_step.html"
    file_storage = WaitingFiles()
    page: Any = None
    plan: ClassVar[list[Step]] = []
    form_list: ClassVar[list[tuple[str, type[StepForm]]]] = [(CHECK, StepForm)]

    @classmethod
    def for_page(cls, page: Any) -> Any:
        plan = plan_of(page)
        conditions = {step.code: partial(_is_asked_of, step=step) for step in plan if step.only_if}
        return cls.as_view(
            page=page,
            plan=plan,
            url_name="step",
            done_step_name="gotowe",
            form_list=[(step.code, StepForm) for step in plan],
            condition_dict=conditions,
        )

    # Where things are kept

    def get_prefix(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return f"form_{self.page.pk}"

    def get_step_url(self, step: str) -> str:
        return str(self.page.step_url(self.request, step))

    def step_called(self, code: str) -> Step:
        return next(step for step in self.plan if step.code == code)

    def answers_to(self, name: str) -> list[str]:
        """What was chosen at a question of an earlier step."""
        for step in self.plan:
            if any(field.name == name for field in step.fields):
                return list((self.storage.get_step_data(step.code) or MultiValueDict()).getlist(f"{step.code}-{name}"))
        return []

    @property
    def submission(self) -> str:
        """The number of this filling-in, by which a second press is known."""
        number: str = self.storage.extra_data.setdefault("submission", str(uuid.uuid4()))
        self.storage.extra_data = self.storage.extra_data  # so that the session notices
        return number

    # Asking

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        step = kwargs.get("step", "")
        if step not in self.steps.all:
            return redirect(self.get_step_url(self.steps.first))
        before = self.steps.all[: self.steps.all.index(step)]
        missing = next((earlier for earlier in before if self.storage.get_step_data(earlier) is None), None)
        if missing:
            return redirect(self.get_step_url(missing))
        response: HttpResponse = super().get(*args, **kwargs)
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        posted = ManagementForm(self.request.POST, prefix=self.prefix)
        current = posted.cleaned_data["current_step"] if posted.is_valid() else ""
        sent = self.request.session.get(SENT_KEY)
        if sent and self.request.POST.get(f"{current}-submission") == sent:
            return redirect(self.page.sent_url(self.request))
        if current not in self.steps.all:
            return redirect(self.get_step_url(self.steps.first))
        response: HttpResponse = super().post(*args, **kwargs)
        return response

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        step = step or self.steps.current
        return {
            "questions": self.step_called(step).fields,
            "is_last": step == self.plan[-1].code,
            "submission": self.submission,
        }

    def get_form(self, step: str | None = None, data: Any = None, files: Any = None) -> StepForm:
        """A file attached earlier stays attached until another takes its place."""
        step = step or self.steps.current
        if data is not None:
            kept = self.storage.get_step_files(step) or {}
            files = {name: file for name, file in kept.items() if file} | dict((files or {}).items())
        form: StepForm = super().get_form(step, data, files)
        return form

    def process_step(self, form: StepForm) -> MultiValueDict[str, str]:
        names = [form.add_prefix(name) for name in form.fields if name not in NO_ANSWERS]
        if "person" in form.fields:
            self.storage.extra_data["is_person"] = bool(form.cleaned_data.get("person"))
        return MultiValueDict({name: self.request.POST.getlist(name) for name in names if name in self.request.POST})

    def process_step_files(self, form: StepForm) -> dict[str, Any]:
        """Only what came with this press: what is kept already is not kept a second time."""
        return {name: file for name, file in self.request.FILES.items() if name in map(form.add_prefix, form.fields)}

    # Drawing

    def get_context_data(self, form: StepForm, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        step = self.step_called(self.steps.current)
        names = self.steps.all
        place = names.index(step.code)
        return (
            self.page.get_context(self.request)
            | context
            | {
                "step": step,
                "step_number": place + 1,
                "steps_count": len(names),
                "is_last": step.code == self.plan[-1].code,
                "back_url": self.get_step_url(names[place - 1]) if place else self.page.get_url(self.request),
                "answered": list(self._answered()) if step.code == CHECK else [],
                "attached": {name: file.name for name, file in (self.storage.current_step_files or {}).items()},
                "honeypot": HONEYPOT,
            }
        )

    def _answered(self) -> Any:
        """Each step that was asked, with its questions and answers in words."""
        for code in self.steps.all:
            if code != CHECK:
                cleaned = self.get_cleaned_data_for_step(code) or {}
                questions = self.step_called(code).fields
                lines = [(one.label, in_words(cleaned.get(one.name)) or "–") for one in questions]
                yield self.step_called(code).title, self.get_step_url(code), lines

    # The end

    def render_done(self, form: StepForm, **kwargs: Any) -> HttpResponse:
        """At once, without an address of its own: a link must not send a form."""
        if form.cleaned_data.get(HONEYPOT):
            return redirect(self.page.sent_url(self.request))
        until = paused_until(address_of(self.request))
        if until is not None:
            when = {"time": f"{until.astimezone(clock.WARSAW):%H:%M}"}
            form.add_error(None, ValidationError(_("Too many forms were sent. Try again after %(time)s."), params=when))
            return self.render(form)
        done: HttpResponse = WizardView.render_done(self, form, **kwargs)
        return done

    def done(self, form_list: list[StepForm], **kwargs: Any) -> HttpResponse:
        values: dict[str, Any] = {}
        files = []
        for step, form in zip(self.steps.all, form_list, strict=True):
            for question in self.step_called(step).fields:
                answer = form.cleaned_data.get(question.name)
                if hasattr(answer, "attached_kind"):
                    answer.seek(0)
                    files.append(AttachedFile(question.name, answer.name, answer.attached_kind, answer.read()))
                    answer = answer.name
                values[question.name] = answer
        submission = self.submission
        user = self.request.user
        keep_answers(
            self.page,
            Answers(uuid.UUID(submission), values, files, self.storage.extra_data.get("is_person", False)),
            by=user if user.is_authenticated else None,
        )
        self.request.session[SENT_KEY] = submission
        return redirect(self.page.sent_url(self.request))


def _is_asked_of(wizard: FormWizard, step: Step) -> bool:
    return is_asked(step, wizard.answers_to)

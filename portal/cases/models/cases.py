"""Topics that a utility names, cases, their threads and files."""

import secrets
import uuid

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable, TranslatableMixin

from portal import clock
from portal.cases.policies import OPEN, Clock, Term, clock_of
from portal.customers.models import Customer, ServicePoint
from portal.customers.scope import Partial, Scope
from portal.utility.models import Department

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another when it is read aloud or copied by hand


def private() -> Storage:
    """Where customers' files lie: no address leads there but through a view behind access."""
    return storages["private"]


def new_signature() -> str:
    """What proves, beside the number, that a case without an account is one's own: 50 bits."""
    return "".join(secrets.choice(SIGNS) for _place in range(10))


class CaseTopic(TranslatableMixin, ClusterableModel):
    """What one can write about: who deals with it, by when, and what is asked."""

    class Kind(models.TextChoices):
        FAILURE = "failure", _("failure")
        WATER_QUALITY = "water_quality", _("water quality")
        COMPLAINT = "complaint", _("complaint about a bill or a service")
        PARTY = "party", _("change of party, handover of a property")
        DETAILS = "details", _("change of data")
        E_INVOICE = "e_invoice", _("e-invoice")
        METER = "meter", _("meter or reading")
        WASTE = "waste", _("waste")
        OTHER = "other", _("other")

    class Days(models.TextChoices):
        CALENDAR = "calendar", _("calendar days")
        WORKING = "working", _("working days")

    slug = models.SlugField(_("short name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.OTHER)
    name = models.CharField(_("name"), max_length=80)
    hint = models.CharField(_("hint beside the name"), max_length=200, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    days = models.PositiveSmallIntegerField(_("days for the answer"), default=14)
    days_kind = models.CharField(_("kind of days"), max_length=10, choices=Days.choices, default=Days.CALENDAR)
    may_pause = models.BooleanField(
        _("a question to the customer stops the clock"),
        default=False,
        help_text=_("Never that of a consumer's complaint."),
    )
    intro = models.TextField(_("text above the form"), blank=True)
    sent_text = models.TextField(_("text after sending"), blank=True)
    is_for_guests = models.BooleanField(_("without signing in too"), default=False)
    is_active = models.BooleanField(_("offered"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("topic of cases")
        verbose_name_plural = _("topics of cases")
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["slug", "locale"], name="case_topic_slug_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def term(self) -> Term:
        return Term(self.days, self.days_kind == self.Days.WORKING, self.may_pause)

    @property
    def is_complaint(self) -> bool:
        return self.kind == self.Kind.COMPLAINT


class TopicQuestion(Orderable):
    """One field of a topic's form."""

    class Kind(models.TextChoices):
        TEXT = "text", _("a line of text")
        LONG_TEXT = "long_text", _("several lines")
        NUMBER = "number", _("a number")
        DAY = "day", _("a day")
        YES_NO = "yes_no", _("yes or no")

    topic = ParentalKey(CaseTopic, on_delete=models.CASCADE, related_name="questions")
    label = models.CharField(_("question"), max_length=120)
    help_text = models.CharField(_("hint"), max_length=200, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind.choices, default=Kind.TEXT)
    is_required = models.BooleanField(_("must be answered"), default=False)

    class Meta(Orderable.Meta):
        verbose_name = _("question of a topic")
        verbose_name_plural = _("questions of a topic")

    def __str__(self) -> str:
        return self.label


class AnswerTemplate(models.Model):
    """Words that clerks send often."""

    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"))
    topic_kind = models.CharField(
        _("for"), max_length=20, choices=CaseTopic.Kind.choices, blank=True, help_text=_("Left empty: for every topic.")
    )

    class Meta:
        verbose_name = _("template of an answer")
        verbose_name_plural = _("templates of answers")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Case(models.Model):
    """One matter between a person and the office, with its deadline."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("a case", "new")
        IN_PROGRESS = "in_progress", _("in progress")
        WAITING = "waiting", _("waiting for the customer")
        ANSWERED = "answered", pgettext_lazy("a case", "answered")
        CLOSED = "closed", pgettext_lazy("a case", "closed")
        REOPENED = "reopened", pgettext_lazy("a case", "opened again")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    number = models.CharField(_("number"), max_length=30, unique=True, null=True)  # noqa: DJ001 - given once the row has its key
    signature = models.CharField(_("signature"), max_length=10, default=new_signature, editable=False)
    topic = models.ForeignKey(CaseTopic, models.PROTECT, related_name="cases", verbose_name=_("topic"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="cases")
    point = models.ForeignKey(ServicePoint, models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=120)
    about = models.CharField(max_length=80, blank=True, help_text="What it came from: kind:public id.")
    answers = models.JSONField(_("answers to the topic's questions"), default=list)
    language = models.CharField(max_length=5, default="pl")
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NEW)
    version = models.PositiveIntegerField(default=1, help_text="Raised with every step: two clerks cannot take one.")
    is_consumer = models.BooleanField(default=True)
    is_complaint = models.BooleanField(default=False)
    may_pause = models.BooleanField(default=False)
    opened_at = models.DateTimeField(_("opened"))
    counted_from = models.DateField(
        help_text="The day after which the deadline's days are counted: opened, or opened again."
    )
    due_on = models.DateField(_("answer due"))
    paused_since = models.DateField(null=True, blank=True)
    extended_days = models.PositiveSmallIntegerField(default=0)
    extended_because = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    deemed_accepted_on = models.DateField(null=True, blank=True)
    escalated = models.PositiveSmallIntegerField(default=0, help_text="The last day of escalation that was acted on.")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clerk")
    )
    folded = models.TextField(blank=True, editable=False, help_text="What is searched, without Polish letters.")

    access = Scope(customer="customer", point="point", partial=Partial.ANY)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["customer", "opened_at"]), models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["about"],
                condition=~models.Q(about="") & models.Q(state__in=["new", "in_progress", "waiting", "reopened"]),
                name="one_open_case_about_a_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def clock(self) -> Clock:
        """Where it stands in time, for the customer and the clerk alike."""
        answered = self.answered_at.astimezone(clock.WARSAW).date() if self.answered_at and not self.is_open else None
        return clock_of(self.due_on, clock.today(), paused_since=self.paused_since, ended=answered)


class Entry(models.Model):
    """One line of a case's thread."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("message")
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")
        NOTE = "note", _("internal note")
        EVENT = "event", _("what happened")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    is_from_office = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.CharField(max_length=120, blank=True)
    text = models.TextField()
    at = models.DateTimeField()
    pdf = models.CharField(max_length=120, blank=True, help_text="The answer as sent, in private storage.")

    class Meta:
        verbose_name = _("line of a case")
        verbose_name_plural = _("lines of cases")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"


class Attachment(models.Model):
    """A file with a line; closed until it has been looked through."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being checked")
        CLEAN = "clean", _("checked")
        INFECTED = "infected", _("withheld: malware")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    file = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    checked_at = models.DateTimeField(null=True, blank=True)
    found = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

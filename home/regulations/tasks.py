"""Slow work about documents: announcing a new version to everybody, and the yearly review of the accessibility statement."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from home.regulations.accessibility import statements_due
from home.regulations.models import RegulationPage
from home.staff_roles import EDITORS
from portal import jobs
from portal.accounts.models import User
from portal.content import addresses
from portal.notifications.actions import send
from portal.utility.templatetags.ebok import day

AT_ONCE = 200


def announce(page_id: int, after: int) -> None:
    """Write to the next people with an account, and go on with those after them. Nobody is written to twice."""
    page = RegulationPage.objects.select_related("terms").get(pk=page_id)
    if page.terms is None:
        return
    people = User.objects.filter(pk__gt=after, is_active=True, is_staff=False, email__gt="").order_by("pk")[:AT_ONCE]
    link = settings.EBOK_BASE_URL.rstrip("/") + addresses.url_of(page)
    for person in people:
        with translation.override(person.language):
            what_next = (
                _("At your first sign-in from that day we will ask whether you accept it.")
                if page.needs_acceptance
                else _("You need to do nothing.")
            )
            begins = day(page.effective_from)
        send(
            "terms_announced",
            to=person.email or "",
            about=f"terms:{page.terms_id}",
            user=person,
            language=person.language,
            title=page.title,
            day=begins,
            link=link,
            what_next=what_next,
        )
    if len(people) == AT_ONCE:
        jobs.later("home.regulations.tasks.announce", page_id, people[AT_ONCE - 1].pk)


def remind_of_review() -> None:
    """Tell the editors once of each statement whose yearly review is due; the panel's first screen says it until it is done."""
    editors = list(User.objects.filter(groups__name=EDITORS, is_active=True, email__gt=""))
    for page in statements_due():
        link = settings.EBOK_BASE_URL.rstrip("/") + reverse("wagtailadmin_pages:edit", args=[page.pk])
        for editor in editors:
            send(
                "statement_review_due",
                to=editor.email or "",
                about=f"statement:{page.pk}:{page.reviewed_on}",
                user=editor,
                language=editor.language,
                day=day(page.reviewed_on),
                link=link,
            )

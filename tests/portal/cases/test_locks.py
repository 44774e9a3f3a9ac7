"""That the lock of a case is needed and enough: PostgreSQL only, where two transactions truly run side by side."""

import threading
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet

from portal.cases import actions, policies
from portal.cases.models import Case, Entry
from portal.notifications.models import Delivery
from tests.side_by_side import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="SQLite lets one writer in at a time, so it cannot show what a lock is for.",
    ),
]


@pytest.fixture
def both_answer(opened, clerk, other_clerk, monkeypatch):
    """Two clerks who read the same thread answer in the same moment; whoever has looked waits before he writes."""
    decide = policies.after

    def slowly(*args: Any) -> Any:
        verdict = decide(*args)
        threading.Event().wait(0.5)
        return verdict

    monkeypatch.setattr(policies, "after", slowly)
    case = opened()

    def answer(number: int) -> Entry:
        mine = Case.objects.get(pk=case.pk)
        return actions.answer(mine, text=f"{number}", by=(clerk, other_clerk)[number], version=case.version)

    return case, lambda: at_once(2, answer)


def answers(case):
    letters = Delivery.objects.filter(message="case_answered", about__startswith=f"case:{case.public_id}:")
    return case.entries.filter(kind=Entry.Kind.ANSWER).count(), letters.count()


def test_of_two_clerks_in_one_moment_one_answers_and_the_other_reads_why(both_answer):
    case, deed = both_answer
    results = deed()

    assert answers(case) == (1, 1)
    assert sum(isinstance(result, actions.Moved) for result in results) == 1, results


def test_without_the_lock_the_customer_would_get_two_answers(both_answer, monkeypatch):
    """The control: were this to answer once as well, the test above would show nothing."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)
    case, deed = both_answer
    deed()

    assert answers(case)[0] == 2

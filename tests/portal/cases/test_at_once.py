"""Two clerks who press at the same moment: of a case that is answered twice one answer goes out."""

import threading

from django.db import connection

from portal.cases import actions
from portal.cases.models import Case, Entry
from portal.notifications.models import Delivery


def test_of_two_clerks_who_answer_in_the_same_moment_one_answers(transactional_db, opened, clerk, other_clerk):
    case = opened()
    start, ends = threading.Barrier(2), []

    def answer(by) -> None:
        mine = Case.objects.get(pk=case.pk)
        start.wait(timeout=60)
        try:
            actions.answer(mine, text=f"Odpowiada {by}.", by=by, version=mine.version)
            ends.append("answered")
        except actions.Moved:
            ends.append("moved")
        finally:
            connection.close()

    threads = [threading.Thread(target=answer, args=[by]) for by in (clerk, other_clerk)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ends) == ["answered", "moved"]
    assert Entry.objects.filter(kind=Entry.Kind.ANSWER).count() == 1
    assert Delivery.objects.filter(message="case_answered").count() == 1

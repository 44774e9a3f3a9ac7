"""A clerk's task: opened once, found, and marked as done with a sentence."""

from contextlib import suppress

import pytest
from django.urls import NoReverseMatch, reverse

from home.staff_roles import CLERKS_RIGHTS
from portal.desk import kinds, queries
from portal.desk.actions import AlreadyDone, close_about, close_task, open_task
from portal.desk.models import Task
from tests.factories import make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(with_rights):
    return with_rights("wagtailadmin.access_admin", *CLERKS_RIGHTS)


@pytest.fixture
def task():
    return open_task(
        "payment_unknown", about="session:s1", title="Wpłata do wyjaśnienia", body="Kwota\nsię nie zgadza."
    )


def test_the_same_matter_opens_one_task_and_its_words_are_refreshed(task):
    again = open_task("payment_unknown", about="session:s1", title="Nowe słowa")
    assert again.pk == task.pk
    assert Task.objects.get().title == "Nowe słowa"


def test_a_matter_that_was_done_opens_a_new_task(task):
    close_task(task, outcome="Załatwione.")
    assert open_task("payment_unknown", about="session:s1", title="Znowu").pk != task.pk


def test_of_two_clerks_at_once_the_first_one_s_words_stay(task):
    same = Task.objects.get(pk=task.pk)
    close_task(task, by=make_staff(), outcome="Pierwsza.")
    with pytest.raises(AlreadyDone, match=r"\.$"):
        close_task(same, by=make_staff(), outcome="Druga.")
    task.refresh_from_db()
    assert task.outcome == "Pierwsza."


def test_what_resolves_itself_closes_its_own_task_only(task):
    other = open_task("payment_unknown", about="session:s2", title="Inna")
    close_about("payment_unknown", "session:s1", outcome="Samo się wyjaśniło.")
    assert list(queries.open_tasks()) == [other]


def test_open_tasks_come_first_and_the_oldest_of_them_on_top(task):
    second = open_task("payment_unknown", about="session:s2", title="Druga")
    third = open_task("payment_unknown", about="session:s3", title="Trzecia")
    close_task(task, outcome="Gotowe.")
    assert list(queries.tasks()) == [second, third, task]


def test_a_kind_says_what_it_is_called_and_where_it_is_dealt_with():
    kinds.register("dummy", "próbna", "task_register:inspect")
    try:
        key = "11111111-1111-4111-8111-111111111111"
        assert kinds.label_of("dummy") == "próbna"
        assert kinds.where_of("dummy", f"task:{key}") == reverse("task_register:inspect", args=[key])
        assert kinds.where_of("unheard_of", "task:1") == ""
        assert kinds.label_of("unheard_of") == "unheard_of"
    finally:
        kinds._kinds.pop("dummy")


def test_every_place_that_a_kind_names_is_there():
    """Tasks are about something with a key of its own, or with a reference."""
    for kind in kinds.registered().values():
        places = {_where(kind.code, about) for about in ("x:11111111-1111-4111-8111-111111111111", "transit:EB-1")}
        assert bool(places - {""}) == bool(kind.url_name), kind.code


def _where(code: str, about: str) -> str:
    with suppress(NoReverseMatch):
        return kinds.where_of(code, about)
    return ""


def test_a_clerk_marks_a_task_as_done_with_a_sentence(client, clerk, task):
    client.force_login(clerk)
    page = reverse("task_register:inspect", args=[task.public_id])
    shown = client.get(page)
    assert "Kwota<br>się nie zgadza." in shown.content.decode()
    assert client.post(page, {"outcome": "Zwrócono wpłatę."}, follow=True).status_code == 200
    task.refresh_from_db()
    assert (task.state, task.outcome, task.done_by) == (Task.State.DONE, "Zwrócono wpłatę.", clerk)
    after = client.get(page).content.decode()
    assert "Zwrócono wpłatę." in after
    assert 'name="outcome"' not in after


def test_without_a_sentence_the_task_stays_open(client, clerk, task):
    client.force_login(clerk)
    response = client.post(reverse("task_register:inspect", args=[task.public_id]), {"outcome": "  "})
    assert response.status_code == 200
    assert response.context["form"].errors["outcome"]
    assert queries.open_tasks().count() == 1


def test_a_second_clerk_is_told_that_it_is_done(client, clerk, task):
    client.force_login(clerk)
    close_task(task, by=make_staff(), outcome="Pierwsza.")
    response = client.post(reverse("task_register:inspect", args=[task.public_id]), {"outcome": "Druga."}, follow=True)
    assert [str(message.message) for message in response.context["messages"]]
    task.refresh_from_db()
    assert task.outcome == "Pierwsza."


def test_who_may_only_look_cannot_mark_a_task_as_done(client, with_rights, task):
    client.force_login(with_rights("wagtailadmin.access_admin", "desk.view_task"))
    page = reverse("task_register:inspect", args=[task.public_id])
    assert 'name="outcome"' not in client.get(page).content.decode()
    assert client.post(page, {"outcome": "Zrobione."}).status_code == 403
    assert queries.open_tasks().count() == 1


def test_tasks_are_found_by_title_kind_and_state(client, clerk, task):
    other = open_task("import_fault", about="customer:billing:1", title="Łódzka, brak wiersza")
    close_task(other, outcome="Poprawiono.")
    client.force_login(clerk)

    def found(**asked):
        response = client.get(reverse("task_register:index"), asked)
        return [one.title for one in response.context["object_list"]]

    assert found() == [task.title, other.title]
    assert found(q="ŁÓDZKA") == [other.title]
    assert found(q="nic takiego") == []
    assert found(state="open") == [task.title]
    assert found(kind="import_fault") == [other.title]


def test_the_menu_and_the_first_screen_say_how_many_wait(client, clerk, task):
    open_task("payment_unknown", about="session:s2", title="Druga sprawa")
    client.force_login(clerk)
    home = client.get("/panel/").content.decode()
    assert "(2)" in home
    assert reverse("task_register:inspect", args=[task.public_id]) in home
    assert "Druga sprawa" in home

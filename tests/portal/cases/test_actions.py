"""A case from its opening to its end: the clock, two clerks at once, notes, letters, the answer's PDF."""

from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from portal import clock
from portal.cases import actions, deadlines, queries
from portal.cases.models import Case, Entry
from portal.cases.models.cases import private
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.utility.models import RuleRecord
from tests.factories import make_customer, moment

pytestmark = pytest.mark.django_db


def rule(**values):
    from portal.utility.rulebook import forget  # noqa: PLC0415 - the room's package needs Django ready

    RuleRecord.objects.update_or_create(rule_set="cases", effective_from=date(2020, 1, 1), defaults={"values": values})
    forget()


def letters(case, code):
    return Delivery.objects.filter(message=code, about__startswith=f"case:{case.public_id}:")


def test_a_new_case_has_a_number_a_deadline_and_a_letter(opened):
    case = opened()

    assert case.number == f"S/2026/{case.pk:06d}"
    assert case.due_on == date(2026, 12, 4)
    assert case.state == Case.State.NEW
    letter = letters(case, "case_received").get()
    assert case.number in letter.subject
    assert case.signature not in letter.body
    assert AuditLine.objects.filter(deed="case_opened").count() == 1


def test_a_guests_letter_carries_the_signature(guest_case):
    assert guest_case.signature in letters(guest_case, "case_received").get().body


def test_a_question_stops_the_clock_of_an_ordinary_case_and_the_answer_starts_it_again(opened, clerk, owner):
    case = opened("other")
    due = case.due_on
    actions.ask(case, text="Od kiedy?", by=clerk, version=case.version)
    assert case.clock.is_paused

    with clock.stopped(moment("2026-11-25 10:00")):
        actions.write(case, text="Od wczoraj.", by=owner)

    assert case.due_on == due + timedelta(days=5)
    assert case.state == Case.State.IN_PROGRESS


def test_a_consumers_complaint_does_not_wait_for_the_customer(opened, clerk):
    case = opened("complaint")

    actions.ask(case, text="Proszę o zdjęcie.", by=clerk, version=case.version)

    assert case.state == Case.State.WAITING
    assert not case.clock.is_paused
    assert case.due_on == date(2026, 12, 4)


def test_a_firms_complaint_may_wait(topics, opened, clerk, customer):
    type(customer).objects.filter(pk=customer.pk).update(kind="firm")
    customer.refresh_from_db()
    case = opened("complaint")

    actions.ask(case, text="Proszę o zdjęcie.", by=clerk, version=case.version)

    assert case.clock.is_paused


def test_the_answer_is_kept_as_a_tagged_pdf(opened, clerk):
    case = opened()

    entry = actions.answer(case, text="Korygujemy fakturę.", by=clerk, version=case.version)

    assert case.state == Case.State.ANSWERED
    with private().open(entry.pdf) as file:
        assert PdfReader(file).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert letters(case, "case_answered").count() == 1


def test_of_two_clerks_at_once_the_first_answers_and_the_second_reads_why(opened, clerk, other_clerk):
    case = opened()
    version = case.version
    actions.answer(case, text="Pierwsza odpowiedź.", by=clerk, version=version)

    with pytest.raises(actions.Moved, match=r"\.$"):
        actions.answer(case, text="Druga odpowiedź.", by=other_clerk, version=version)

    assert case.entries.filter(kind=Entry.Kind.ANSWER).count() == 1
    assert letters(case, "case_answered").count() == 1


def test_a_case_is_closed_once_it_is_answered_and_opened_again_in_time(opened, clerk, owner):
    case = opened()
    with pytest.raises(actions.NotNow):
        actions.close(case, by=clerk)
    actions.answer(case, text="Wyjaśniamy.", by=clerk, version=case.version)
    actions.close(case, by=clerk)

    with clock.stopped(moment("2026-12-01 10:00")):
        actions.reopen(case, text="Nadal się nie zgadza.", by=owner)
        assert case.state == Case.State.REOPENED
        assert case.due_on == date(2026, 12, 15)

    with clock.stopped(moment("2027-03-01 10:00")):
        actions.answer(case, text="Ostatecznie.", by=clerk, version=case.version)
    with clock.stopped(moment("2027-04-01 10:00")), pytest.raises(actions.NotNow):
        actions.reopen(case, text="Jeszcze raz.", by=owner)


def test_an_internal_note_is_in_no_thread_of_the_customers(opened, clerk):
    case = opened()
    actions.note_inside(case, text="Klient dzwonił trzy razy.", by=clerk)

    assert "dzwonił" not in " ".join(entry.text for entry in queries.thread(case).entries)
    assert "dzwonił" in " ".join(entry.text for entry in queries.thread(case, with_notes=True).entries)


def test_no_deadline_is_moved_without_a_legal_basis(opened, clerk):
    case = opened()
    with pytest.raises(actions.NoBasis):
        actions.extend(case, because="Potrzebna ekspertyza.", by=clerk, version=case.version)
    rule(extension_days=16, extension_basis="")
    with pytest.raises(actions.NoBasis):
        actions.extend(case, because="Potrzebna ekspertyza.", by=clerk, version=case.version)


def test_a_deadline_is_moved_once_and_the_customer_reads_on_what_basis(opened, clerk):
    rule(extension_days=16, extension_basis="§ 12 regulaminu dostarczania wody")
    case = opened()

    actions.extend(case, because="Ekspertyza wodomierza", by=clerk, version=case.version)

    assert case.due_on == date(2026, 12, 20)
    assert "§ 12 regulaminu" in queries.thread(case).entries[-1].text
    with pytest.raises(actions.NoBasis):
        actions.extend(case, because="Jeszcze.", by=clerk, version=case.version)


def test_about_one_thing_there_is_one_open_case(opened):
    first = opened("waste", about="pickup:1:20261120")
    second = opened("waste", about="pickup:1:20261120")

    assert first.pk == second.pk
    assert first.entries.count() == 1


def test_what_a_second_report_of_a_thing_adds_is_a_line_of_the_first(opened, clerk):
    case = opened("waste", about="pickup:1:20261120")
    actions.ask(case, text="Ile pojemników?", by=clerk, version=case.version)

    opened("waste", about="pickup:1:20261120", text="Stoją trzy pojemniki.")

    assert [entry.text for entry in case.entries.filter(kind="message")][1:] == ["Stoją trzy pojemniki."]
    assert Case.objects.get().state == Case.State.IN_PROGRESS


def test_two_machines_do_not_answer_each_other_without_end(opened, clerk, owner):
    rule(letters_a_day=3)
    case = opened("other")
    for _round in range(6):
        actions.ask(case, text="Automatyczna odpowiedź?", by=clerk, version=case.version)
        actions.write(case, text="Jestem na urlopie.", by=owner)

    assert Delivery.objects.filter(about__startswith=f"case:{case.public_id}:").count() == 3
    notes = case.entries.filter(kind=Entry.Kind.NOTE)
    assert notes.count() == 1
    assert case.entries.filter(kind=Entry.Kind.QUESTION).count() == 6


# Days that pass


def watch():
    for case_id in deadlines.waiting():
        deadlines.look_at(case_id)


def test_a_complaint_is_escalated_on_the_seventh_and_the_twelfth_day_once_each(opened):
    opened()
    for day, sent in (("26", 0), ("27", 1), ("28", 1)):
        with clock.stopped(moment(f"2026-11-{day} 06:00")):
            watch()
            assert Delivery.objects.filter(message="case_escalated").count() == sent
    with clock.stopped(moment("2026-12-02 06:00")):
        watch()
        watch()

    assert Delivery.objects.filter(message="case_escalated", recipient="bok@wodociagi.example").count() == 2
    assert Task.objects.filter(kind=actions.ESCALATED, state="open").count() == 1


def test_a_complaint_that_was_opened_again_is_escalated_anew(opened, clerk, owner):
    case = opened()
    with clock.stopped(moment("2026-11-27 06:00")):
        watch()
        actions.answer(case, text="Wyjaśniamy.", by=clerk, version=case.version)
        actions.reopen(case, text="Nadal się nie zgadza.", by=owner)
    with clock.stopped(moment("2026-12-04 06:00")):
        watch()

    assert Delivery.objects.filter(message="case_escalated").count() == 2


def test_a_complaint_that_nobody_answers_counts_as_accepted_and_both_sides_read_it(opened, clerk):
    case = opened()
    with clock.stopped(moment("2026-12-05 06:00")):
        watch()
        watch()
        case.refresh_from_db()
        assert case.deemed_accepted_on == date(2026, 12, 5)
        assert case.entries.filter(kind=Entry.Kind.EVENT).count() == 1
        assert letters(case, "case_accepted").get().recipient == case.email
        actions.answer(case, text="Uznana z mocy prawa.", by=clerk, version=case.version)
    assert not Task.objects.filter(kind=actions.ESCALATED, state="open").exists()


def test_an_answered_case_closes_by_itself(opened, clerk):
    case = opened()
    actions.answer(case, text="Wyjaśniamy.", by=clerk, version=case.version)
    with clock.stopped(moment("2026-12-10 06:00")):
        for case_id in deadlines.to_close():
            deadlines.close_one(case_id)

    case.refresh_from_db()
    assert case.state == Case.State.CLOSED


# The desk


def test_overdue_first_and_what_is_over_last(opened, clerk):
    answered = opened("complaint", subject="A")
    actions.answer(answered, text="Odpowiedź.", by=clerk, version=answered.version)
    later = opened("complaint", subject="B")
    sooner = opened("failure", subject="C")
    paused = opened("other", subject="D")
    Case.objects.filter(pk=paused.pk).update(due_on=clock.today())
    actions.ask(paused, text="Od kiedy?", by=clerk, version=paused.version)

    assert [case.pk for case in queries.desk()] == [sooner.pk, later.pk, paused.pk, answered.pk]


@pytest.mark.parametrize("asked", ["LAKA", "ŁĄKA", "laka zielona", "kowalska", "S/2026"])
def test_cases_are_found_without_polish_letters_and_in_any_ending(opened, asked):
    case = opened("other", text="Zalana łąka przy ul. Zielonej", subject="Łąka")
    opened("other", text="Co innego", subject="Inna").entries.all()
    found = set(queries.search(queries.desk(), asked).values_list("pk", flat=True))

    assert case.pk in found


def test_a_case_is_found_by_any_line_of_its_thread(opened, clerk):
    case = opened("other")
    actions.note_inside(case, text="Protokół 77/2026 z oględzin studni.", by=clerk)

    assert list(queries.search(queries.desk(), "studnia")) == [case]


def test_what_the_portal_itself_tells_is_in_the_language_of_the_case(opened, clerk):
    case = opened()
    Case.objects.update(language="en")
    case.refresh_from_db()
    actions.answer(case, text="We correct it.", by=clerk, version=case.version)
    actions.close(case, by=clerk)

    assert case.entries.last().text == "The case is closed."


def test_the_month_is_counted_by_topic(opened, clerk):
    case = opened("complaint")
    opened("other")
    with clock.stopped(moment("2026-12-10 10:00")):
        actions.answer(case, text="Po terminie.", by=clerk, version=case.version)
    november = {row.name: row for row in queries.month(date(2026, 11, 1), date(2026, 12, 1))}
    december = {row.name: row for row in queries.month(date(2026, 12, 1), date(2027, 1, 1))}

    assert (november["complaint"].came, november[""].came) == (1, 2)
    assert (december["complaint"].answered, december["complaint"].late) == (1, 1)
    assert december["complaint"].mean_days == 20.0


def test_another_customers_case_is_not_among_ones_own(opened, owner):
    from tests.factories import make_owner, viewer  # noqa: PLC0415 - beside the one test that needs them

    case = opened()
    stranger = make_owner(make_customer())

    assert queries.own_case(viewer(owner), case.public_id) == case
    assert queries.own_case(viewer(stranger), case.public_id) is None

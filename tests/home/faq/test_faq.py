"""Questions and answers."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.urls import reverse
from wagtail.models import Locale

from home.faq import actions, queries
from home.faq.entries import FaqCategory, FaqEntry
from home.staff_roles import ensure_groups
from portal import clock
from portal.content import page_cache


def test_an_editor_s_changed_answer_shows_at_once(site, client, put_question):
    entry = put_question("Gdzie jest numer klienta?", "<p>Na fakturze.</p>")
    assert "Na fakturze." in client.get("/pytania/").content.decode()
    editor = get_user_model().objects.create_user("redakcja@example.org", "x", is_staff=True)
    editor.groups.add(ensure_groups(site.home)["redakcja"])
    client.force_login(editor)
    address = reverse("wagtailsnippets_faq_faqentry:edit", args=[entry.pk])
    assert client.get(address).status_code == 200
    sent = {
        "category": entry.category_id,
        "question": entry.question,
        "anchor": entry.anchor,
        "answer": '{"blocks": [{"key": "a", "type": "unstyled", "text": "W prawym górnym rogu.", "depth": 0, '
        '"inlineStyleRanges": [], "entityRanges": [], "data": {}}], "entityMap": {}}',
        "order": 0,
    }
    assert client.post(address, sent).status_code == 302
    client.logout()
    assert "W prawym górnym rogu." in client.get("/pytania/").content.decode()


def test_questions_stand_in_their_groups_and_order(site, put_question):
    put_question("Drugie", order=2)
    put_question("Pierwsze", order=1)
    ((group, entries),) = queries.groups(site.locale.pk)
    assert group == "Konto"
    assert [entry.question for entry in entries] == ["Pierwsze", "Drugie"]


def test_only_chosen_questions_stand_on_the_front_page(site, client, put_question):
    put_question("Częste?", is_top=True)
    put_question("Rzadkie?")
    page = client.get("/").content.decode()
    assert "Częste?" in page
    assert "Rzadkie?" not in page


def test_links_of_all_answers_cost_one_statement(site, put_question, django_assert_num_queries):
    for number in range(5):
        put_question(f"Pytanie {number}", f'<p><a linktype="page" id="{site.faq.pk}">Tutaj</a></p>')
    queries.groups(site.locale.pk)
    with django_assert_num_queries(2):
        ((_, entries),) = queries.groups(site.locale.pk)
    assert all('href="/pytania/"' in entry.answer for entry in entries)


def test_a_link_to_a_page_that_is_gone_leads_nowhere_and_breaks_nothing(site, put_question):
    put_question("Co dalej?", '<p><a linktype="page" id="999999">Tutaj</a></p>')
    ((_, entries),) = queries.groups(site.locale.pk)
    assert entries[0].answer == "<p><a>Tutaj</a></p>"


@pytest.mark.parametrize("asked", ["fakturę", "FAKTURA", "faktur", "fakturze pdf"])
def test_a_question_is_found_by_any_form_of_its_words(site, client, put_question, asked):
    put_question("Gdzie są faktury?", "<p>Na stronie Faktury, jako PDF.</p>")
    put_question("Jak odczytać wodomierz?", "<p>Spisz cyfry.</p>")
    page = client.get("/pytania/", {"q": asked}).content.decode()
    assert "Gdzie są faktury?" in page
    assert "Jak odczytać wodomierz?" not in page


def test_polish_letters_are_folded_both_ways(site, client, put_question):
    put_question("Co zrobić z żółtą wodą w Łodzi?")
    assert "żółtą" in client.get("/pytania/", {"q": "zolta lodz"}).content.decode()
    assert "żółtą" in client.get("/pytania/", {"q": "ŻÓŁTĄ"}).content.decode()


def test_nothing_found_is_said_and_all_questions_are_one_press_away(site, client, put_question):
    put_question("Gdzie są faktury?")
    page = BeautifulSoup(client.get("/pytania/", {"q": "<b>słoń"}).content, "html.parser")
    assert "<b>słoń" in page.select_one("#answers [role=status]").text
    assert page.select_one("#answers a")["href"] == "/pytania/"


def test_questions_are_structured_for_search_engines(site, client, put_question):
    put_question("Gdzie są faktury?")
    question = BeautifulSoup(client.get("/pytania/").content, "html.parser").select_one("[itemtype$='/Question']")
    assert question.select_one("[itemprop=name]").text == "Gdzie są faktury?"
    assert question.select_one("[itemprop=text]").text == "Tak."


def voice(client, entry, answer="yes", **headers):
    return client.post(reverse("faq_helped", args=[entry.pk]), {"helped": answer}, headers=headers)


def test_an_answer_that_helped_is_counted_once_a_day_from_one_address(site, client, put_question):
    entry = put_question("Gdzie są faktury?")
    answer = voice(client, entry)
    assert answer.url == f"/go/faq/?thanks={entry.pk}#{entry.anchor}"
    voice(client, entry, "no")
    entry = FaqEntry.objects.get()
    assert (entry.times_helped(), entry.times_not()) == (1, 0)
    with clock.stopped(clock.now() + timedelta(days=1)):
        voice(client, entry, "no")
    assert FaqEntry.objects.get().times_not() == 1


def test_a_voice_from_another_site_or_without_an_answer_does_not_count(site, client, put_question):
    entry = put_question("Gdzie są faktury?")
    assert voice(client, entry, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert voice(client, entry, "maybe").status_code == 400
    assert FaqEntry.objects.get().times_helped() == 0


def test_editors_see_how_often_an_answer_helped(site, client, put_question):
    entry = put_question("Gdzie są faktury?")
    for number in range(3):
        actions.count_voice(entry, has_helped=False, address=f"10.0.0.{number}")
    editor = get_user_model().objects.create_user("redakcja@example.org", "x", is_staff=True)
    editor.groups.add(ensure_groups(site.home)["redakcja"])
    client.force_login(editor)
    row = BeautifulSoup(client.get(reverse("wagtailsnippets_faq_faqentry:list")).content, "html.parser").select_one(
        "tbody tr"
    )
    assert [cell.text.strip() for cell in row.select("td")][-2:] == ["0", "3"]


def test_saying_so_leaves_the_kept_page_as_it_is(site, client, put_question):
    entry = put_question("Gdzie są faktury?")
    client.get("/pytania/")
    voice(client, entry)
    assert page_cache.find(client.get("/pytania/").wsgi_request)[1] is not None


def questions(site):
    return [entry.question for _, entries in queries.groups(site.locale.pk) for entry in entries]


def dragged(client, entry, position):
    address = reverse("wagtailsnippets_faq_faqentry:reorder", args=[entry.pk])
    return client.post(f"{address}?position={position}")


def test_an_editor_drags_a_question_to_another_place_and_readers_meet_it_there_at_once(site, client, put_question):
    entries = [put_question(name, order=0) for name in ("A", "B", "C")]
    assert client.get("/pytania/").status_code == 200
    editor = get_user_model().objects.create_user("redakcja@example.org", "x", is_staff=True)
    editor.groups.add(ensure_groups(site.home)["redakcja"])
    client.force_login(editor)
    listed = client.get(reverse("wagtailsnippets_faq_faqentry:list"))
    assert "w-orderable" in listed.content.decode()
    assert dragged(client, entries[2], 0).status_code == 200
    client.logout()
    assert questions(site) == ["C", "A", "B"]
    page = client.get("/pytania/").content.decode()
    assert page.index(">C<") < page.index(">A<")


def test_a_question_dragged_beyond_its_group_stays_in_it(site, put_question):
    put_question("A", order=1)
    moved = put_question("B", order=2)
    other = FaqCategory.objects.create(name="Płatności", order=9, locale=site.locale)
    put_question("C", order=1, category=other)
    actions.move(moved, 2)
    assert questions(site) == ["A", "B", "C"]
    actions.move(moved, 0)
    assert questions(site) == ["B", "A", "C"]


def test_editors_see_the_site_s_language_first_and_drag_within_each(site, put_question):
    locale = Locale.objects.create(language_code="en")
    english = FaqCategory.objects.create(name="First steps", order=0, locale=locale)
    for order, question in enumerate(("What?", "Who?"), start=1):
        FaqEntry.objects.create(
            locale=locale, category=english, question=question, answer="<p>Yes.</p>", anchor=f"q-{order}", order=order
        )
    put_question("A", order=1)
    last = put_question("B", order=2)

    def listed():
        return [entry.question for entry in queries.in_editors_order(FaqEntry.objects.all())]

    assert listed() == ["A", "B", "What?", "Who?"]
    actions.move(last, 0)
    actions.move(FaqEntry.objects.get(question="Who?"), 2)
    assert listed() == ["B", "A", "Who?", "What?"]


def test_marketing_does_not_reorder_questions(site, client, put_question):
    entry = put_question("A")
    person = get_user_model().objects.create_user("marketing@example.org", "x", is_staff=True)
    person.groups.add(ensure_groups(site.home)["marketing"])
    client.force_login(person)
    assert dragged(client, entry, 0).status_code in (302, 403)


@pytest.fixture
def editor(site, client):
    person = get_user_model().objects.create_user("redakcja@example.org", "x", is_staff=True)
    person.groups.add(ensure_groups(site.home)["redakcja"])
    client.force_login(person)
    return client


def added(client, category, anchor="", question="Gdzie są moje faktury?"):
    answer = (
        '{"blocks": [{"key": "a", "type": "unstyled", "text": "Tutaj.", "depth": 0, "inlineStyleRanges": [],'
        ' "entityRanges": [], "data": {}}], "entityMap": {}}'
    )
    sent = {"category": category.pk, "question": question, "anchor": anchor, "answer": answer, "order": 0}
    return client.post(reverse("wagtailsnippets_faq_faqentry:add"), sent)


def test_an_anchor_left_empty_is_made_from_the_question_and_no_two_are_alike(site, editor):
    group = FaqCategory.objects.create(name="Konto", locale=site.locale)
    assert added(editor, group).status_code == 302
    assert added(editor, group).status_code == 302
    anchors = FaqEntry.objects.order_by("pk").values_list("anchor", flat=True)
    assert list(anchors) == ["gdzie-sa-moje-faktury", "gdzie-sa-moje-faktury-2"]


def test_an_anchor_that_is_taken_is_refused_at_its_field_and_nothing_is_lost(site, editor, put_question):
    entry = put_question("Pierwsze?")
    form = added(editor, entry.category, anchor=entry.anchor).context["form"]
    assert set(form.errors) == {"anchor"}
    assert form["question"].value() == "Gdzie są moje faktury?"
    assert FaqEntry.objects.count() == 1


def test_formatted_text_is_cleaned_of_what_would_run(site, editor, put_question):
    entry = put_question("Pierwsze?")
    link = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}
    block = {"key": "a", "type": "unstyled", "text": "<script>alert(1)</script> tu", "depth": 0, "data": {}}
    block |= {"inlineStyleRanges": [], "entityRanges": [{"offset": 26, "length": 2, "key": 0}]}
    answer = json.dumps({"blocks": [block], "entityMap": {"0": link}})
    sent = {"category": entry.category_id, "question": "Drugie?", "anchor": "", "answer": answer, "order": 0}
    editor.post(reverse("wagtailsnippets_faq_faqentry:add"), sent)
    editor.logout()
    page = BeautifulSoup(editor.get("/pytania/").content, "html.parser")
    written = page.select_one("#drugie")
    assert "<script>alert(1)</script> tu" in written.text
    assert written.find("script") is None
    assert not [tag for tag in written.find_all("a") if "javascript" in tag.get("href", "")]


def test_a_question_that_is_too_long_is_refused_at_its_field(site, editor, put_question):
    entry = put_question("Pierwsze?")
    form = added(editor, entry.category, question="Długo? " * 40).context["form"]
    assert set(form.errors) == {"question"}


def test_what_is_being_typed_is_not_saved_by_itself_and_so_not_met_by_readers(site, editor, put_question):
    entry = put_question("Pierwsze?")
    for address in (
        reverse("wagtailsnippets_faq_faqentry:add"),
        reverse("wagtailsnippets_faq_faqentry:edit", args=[entry.pk]),
    ):
        page = editor.get(address)
        assert page.status_code == 200
        assert "data-w-autosave-interval" not in page.content.decode(), address

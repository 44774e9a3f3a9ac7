"""Questions and answers."""

from django.contrib.auth import get_user_model
from django.urls import reverse

from home.faq import queries
from home.staff_roles import ensure_groups


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

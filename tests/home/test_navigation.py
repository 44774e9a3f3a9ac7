"""Roles: fixed ways to pages that editors choose."""

from home import navigation
from home.roles import PageRole, Role


def test_a_role_leads_to_its_page_and_takes_the_question_along(site, client):
    response = client.get("/go/faq/?k=1&x=2")
    assert response.status_code == 302
    assert response.url == "/pytania/?k=1&x=2"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_role_that_no_page_holds_is_not_found_and_reported(site, client):
    assert client.get("/go/dashboard/").status_code == 404
    assert "Faq" not in navigation.empty_roles()
    assert len(navigation.empty_roles()) == len(Role) - PageRole.objects.count()


def test_a_withdrawn_page_holds_no_role(site, client):
    site.faq.unpublish()
    assert client.get("/go/faq/").status_code == 404
    assert navigation.role_url("faq") == ""


def test_a_renamed_page_is_found_at_once(site, client):
    assert client.get("/go/faq/").url == "/pytania/"
    site.faq.slug = "faq"
    site.faq.save_revision().publish()
    assert client.get("/go/faq/").url == "/faq/"


def test_before_there_is_a_site_a_role_is_not_found(client, db):
    assert client.get("/go/faq/").status_code == 404

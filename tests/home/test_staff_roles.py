"""Who may do what in the panel."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.urls import reverse

from home.staff_roles import ensure_groups


@pytest.fixture
def somebody_of(site):
    groups = ensure_groups(site.home)

    def person(name):
        user = get_user_model().objects.create_user(f"{name}@example.org", "x", is_staff=True)
        user.groups.add(groups[name])
        return user

    return person


def test_marketing_adds_and_publishes_notices_and_nothing_else(site, somebody_of, client, put_notice):
    user = somebody_of("marketing")
    notices = site.notices.permissions_for_user(user)
    assert notices.can_add_subpage()
    assert notices.can_publish_subpage()
    assert not notices.can_edit()
    assert not notices.can_publish()
    assert not notices.can_unpublish()
    own = put_notice("Nasz", owner=user)
    assert own.permissions_for_user(user).can_publish()
    assert own.permissions_for_user(user).can_edit()
    for page in (site.home, site.faq, site.regulations):
        rights = page.permissions_for_user(user)
        assert not rights.can_edit()
        assert not rights.can_publish()
        assert not rights.can_add_subpage()
    client.force_login(user)
    assert (
        client.get(reverse("wagtailadmin_pages:add", args=["notices", "noticepage", site.notices.pk])).status_code
        == 200
    )
    for name in ("rules:index", "wagtailsnippets_faq_faqentry:list", "pagerole:index", "wagtailusers_users:index"):
        assert client.get(reverse(name)).status_code == 403, name


def test_an_editor_keeps_pages_and_questions_but_no_rules(site, somebody_of, client):
    user = somebody_of("redakcja")
    for page in (site.home, site.faq, site.regulations):
        rights = page.permissions_for_user(user)
        assert rights.can_edit()
        assert rights.can_publish()
    client.force_login(user)
    assert client.get(reverse("wagtailsnippets_faq_faqentry:list")).status_code == 200
    assert client.get(reverse("rules:index")).status_code == 403


def test_a_clerk_enters_the_panel_and_touches_no_page(site, somebody_of, client):
    user = somebody_of("bok")
    assert not site.home.permissions_for_user(user).can_edit()
    client.force_login(user)
    assert client.get("/panel/").status_code == 200


def test_only_accountants_give_money_back(site, somebody_of):
    people = {name: somebody_of(name) for name in ("bok", "ksiegowosc", "redakcja", "marketing", "administrator")}
    assert [name for name, user in people.items() if user.has_perm("payments.add_refund")] == ["ksiegowosc"]


def test_an_administrator_reaches_rules_departments_roles_and_the_utility(site, somebody_of, client):
    client.force_login(somebody_of("administrator"))
    for name in ("rules:index", "utility_department_modeladmin_index", "pagerole:index", "wagtailadmin_home"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(reverse("wagtailsettings:edit", args=["utility", "utility"]), follow=True).status_code == 200


def test_making_the_groups_again_changes_nothing(site):
    ensure_groups(site.home)
    before = {group.name: group.permissions.count() for group in Group.objects.all()}
    ensure_groups(site.home)
    assert {group.name: group.permissions.count() for group in Group.objects.all()} == before

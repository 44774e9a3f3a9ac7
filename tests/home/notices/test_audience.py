"""Notices for some: on the dashboard of those whom they concern, and in nothing that anybody else meets."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from ebok.tasks import publish_scheduled
from home.models import PortalPage
from home.notices.models import NoticePage
from home.notices.queries import notices_for
from home.roles import PageRole
from home.search.actions import index_everything
from home.search.models import Findable
from home.staff_roles import ensure_groups
from portal import clock
from portal.utility.kept import forget_everything
from tests import factories

TITLE = "Wymiana zasuwy przy Lipowej"
ON_LIPOWA = [{"type": "streets", "value": {"streets": "Lipowa"}}]


def stream(*conditions):
    field = NoticePage._meta.get_field("conditions")
    return field.stream_block.to_python(list(conditions))


@pytest.fixture
def targeted(put_notice):
    return put_notice(TITLE, audience="conditions", conditions=stream(*ON_LIPOWA), slug="lipowa", weight=2)


@pytest.fixture
def dashboard(site):
    body = [("notices", {"title": "", "width": "full", "help": "", "count": 3})]
    page = site.add(site.home, PortalPage(title="Pulpit", slug="pulpit", body=body))
    PageRole.objects.create(role="dashboard", page=page)
    forget_everything()
    return page


def an_owner_in(street):
    customer = factories.make_customer()
    factories.make_point(factories.make_contract(customer), street=street)
    return factories.make_owner(customer)


@pytest.fixture
def member_of(site):
    ensure_groups(site.home)

    def person(name):
        user = factories.make_staff()
        user.groups.add(Group.objects.get(name=name))
        return user

    return person


# ------------------------------------------------------------------------------------------------------ who may meet it


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/aktualnosci/",
        "/aktualnosci/2026/",
        "/aktualnosci/rss/",
        "/aktualnosci/atom/",
        "/kontakt/",
        "/sitemap.xml",
    ],
)
def test_no_page_archive_feed_or_site_map_of_strangers_tells_of_it(targeted, put_notice, client, path):
    put_notice("Dla wszystkich")
    targeted.save_revision().publish()
    forget_everything()
    text = client.get(path).content.decode()
    assert TITLE not in text
    assert "/lipowa/" not in text


def test_nobody_finds_it_by_searching_not_even_after_everything_is_indexed_anew(targeted, client):
    targeted.save_revision().publish()
    index_everything()
    assert TITLE not in client.get("/szukaj/", {"q": "zasuwy"}).content.decode()
    assert not Findable.objects.filter(page=targeted).exists()


def test_what_was_for_everyone_and_is_for_some_now_is_gone_from_kept_pages_and_search(put_notice, client):
    notice = put_notice(TITLE, slug="lipowa")
    notice.save_revision().publish()
    assert client.get("/aktualnosci/lipowa/").status_code == 200
    assert TITLE in client.get("/aktualnosci/").content.decode()
    assert Findable.objects.filter(page=notice).exists()
    notice.audience, notice.conditions = "conditions", stream(*ON_LIPOWA)
    notice.save_revision().publish()
    assert client.get("/aktualnosci/lipowa/").status_code == 302
    assert TITLE not in client.get("/aktualnosci/").content.decode()
    assert not Findable.objects.filter(page=notice).exists()


def test_a_customer_of_the_street_meets_it_and_his_neighbour_does_not(targeted, dashboard, client):
    for street, status in (("ul. Lipowa", 200), ("ul. Klonowa", 404)):
        client.force_login(an_owner_in(street))
        assert (TITLE in client.get("/pulpit/").content.decode()) is (status == 200), street
        answer = client.get("/aktualnosci/lipowa/")
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_nothing_of_it_is_ever_kept_for_strangers(targeted, client):
    client.force_login(an_owner_in("Lipowa"))
    assert client.get("/aktualnosci/lipowa/").status_code == 200
    client.logout()
    answer = client.get("/aktualnosci/lipowa/")
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_one_for_the_signed_in_is_for_all_of_them_linked_or_not(put_notice, dashboard, client):
    put_notice(TITLE, audience="signed_in", slug="lipowa")
    assert client.get("/aktualnosci/lipowa/").status_code == 302
    client.force_login(factories.make_user())
    assert client.get("/aktualnosci/lipowa/").status_code == 200
    assert TITLE not in client.get("/aktualnosci/").content.decode()


def test_who_prepares_it_may_look_and_other_staff_may_not(targeted, client, member_of):
    for name, status in (("redakcja", 200), ("administrator", 200)):
        client.force_login(member_of(name))
        assert client.get("/aktualnosci/lipowa/").status_code == status, name
    client.force_login(factories.make_staff())
    assert client.get("/aktualnosci/lipowa/").status_code == 404


def test_what_a_reader_meets_costs_three_statements_at_any_number_of_notices(
    put_notice, site, django_assert_max_num_queries
):
    debt = {"type": "arrears", "value": {"at_least": Decimal(1), "days": 1}}
    for number in range(12):
        conditions = stream(*ON_LIPOWA, debt) if number % 2 else stream(*ON_LIPOWA)
        put_notice(f"Numer {number}", audience="conditions", conditions=conditions)
    owner = an_owner_in("Lipowa")
    viewer = factories.viewer(owner)
    factories.make_charge(owner.delegations.get().customer, due_in=-5)
    with django_assert_max_num_queries(3):
        assert len(notices_for(viewer, 10)) == 10


def test_a_pinned_notice_stands_above_weightier_ones(put_notice, site):
    put_notice("Ważny", weight=1)
    put_notice("Przypięty", is_pinned=True)
    viewer = factories.viewer(factories.make_user())
    assert [notice.title for notice in notices_for(viewer, 5)] == ["Przypięty", "Ważny"]


# ---------------------------------------------------------------------------------------------------------- the editor


def posted(client, site, **fields):
    """What the panel's form of a new notice sends."""
    body = {
        "title": TITLE,
        "slug": "lipowa",
        "kind": "offer",
        "weight": "0",
        "day": "2026-11-20",
        "lead": "Krótko.",
        "audience": "everyone",
        "body-count": "0",
        "conditions-count": "0",
        "go_live_at": "",
        "expire_at": "",
        "action-publish": "1",
        **fields,
    }
    return client.post(reverse("wagtailadmin_pages:add", args=["notices", "noticepage", site.notices.pk]), body)


def on_streets(text):
    return {
        "audience": "conditions",
        "conditions-count": "1",
        "conditions-0-deleted": "",
        "conditions-0-order": "0",
        "conditions-0-type": "streets",
        "conditions-0-id": "",
        "conditions-0-value-streets": text,
    }


def errors(answer):
    return {name: list(words) for name, words in answer.context["form"].errors.items()}


def test_marketing_publishes_a_notice_for_one_street(site, client, member_of):
    an_owner_in("ul. Lipowa")
    client.force_login(member_of("marketing"))
    assert posted(client, site, **on_streets("Lipowa")).status_code == 302
    notice = NoticePage.objects.get()
    assert notice.live
    assert not notice.is_shown_to_all


def test_a_notice_to_nobody_is_refused_at_its_field_and_nothing_is_lost(site, client, member_of):
    closed = factories.make_customer(is_closed=True)
    factories.make_point(factories.make_contract(closed), street="Pusta")
    client.force_login(member_of("marketing"))
    for fields in ({"audience": "conditions"}, on_streets("Pusta"), on_streets("Nieznana 5")):
        answer = posted(client, site, **fields)
        assert set(errors(answer)) == {"conditions"}, fields
        assert answer.context["form"]["lead"].value() == "Krótko."
        assert not NoticePage.objects.exists()


def test_an_until_before_the_from_and_too_long_a_title_are_sentences_at_their_fields(site, client, member_of):
    client.force_login(member_of("marketing"))
    answer = posted(client, site, title="a" * 300, go_live_at="2099-02-02 10:00", expire_at="2099-02-01 10:00")
    found = errors(answer)
    assert set(found) == {"title", "go_live_at", "expire_at"}
    assert all(len(words) == 1 and words[0].endswith(".") for words in found.values())
    assert answer.context["form"]["lead"].value() == "Krótko."


def arrears():
    return {
        "audience": "conditions",
        "conditions-count": "1",
        "conditions-0-deleted": "",
        "conditions-0-order": "0",
        "conditions-0-type": "arrears",
        "conditions-0-id": "",
        "conditions-0-value-at_least": "10",
        "conditions-0-value-days": "5",
    }


def test_arrears_are_a_condition_for_the_customer_office_alone(site, client, member_of):
    factories.make_charge(factories.make_customer(), "50.00", due_in=-10)
    client.force_login(member_of("marketing"))
    assert set(errors(posted(client, site, **arrears()))) == {"conditions"}
    client.force_login(member_of("bok"))
    assert posted(client, site, **arrears()).status_code == 302


def test_marketing_reads_how_many_a_notice_reaches_but_no_small_number(site, client, member_of):
    for _number in range(19):
        an_owner_in("ul. Lipowa")
    counted = reverse("notice_reach")
    client.force_login(member_of("marketing"))
    few = client.post(counted, on_streets("Lipowa")).json()["words"]
    assert "19" not in few
    assert "20" in few
    an_owner_in("Lipowa")
    assert client.post(counted, on_streets("Lipowa")).json()["words"].startswith("20 ")
    assert "50" not in client.post(counted, arrears()).json()["words"]
    client.force_login(member_of("bok"))
    assert client.post(counted, on_streets("Lipowa")).json()["words"].startswith("20 ")


def test_only_those_who_write_notices_may_count(site, client, member_of):
    staff = factories.make_staff()
    staff.user_permissions.add(*member_of("redakcja").groups.get().permissions.filter(codename="access_admin"))
    client.force_login(staff)
    assert client.post(reverse("notice_reach"), on_streets("Lipowa")).status_code != 200


def test_the_editor_shows_the_reach_of_the_saved_draft(site, client, member_of, targeted):
    for _number in range(23):
        an_owner_in("Lipowa")
    client.force_login(member_of("redakcja"))
    page = client.get(reverse("wagtailadmin_pages:edit", args=[targeted.pk])).content.decode()
    assert "data-reach-words>23 " in page


def test_a_persona_s_preview_says_whether_the_persona_meets_it(targeted):
    shown = {
        mode: targeted.make_preview_request(preview_mode=mode).rendered_content for mode in ("household", "awaiting")
    }
    assert TITLE in shown["household"].split("<main")[1]
    assert TITLE not in shown["awaiting"].split("<main")[1]


# --------------------------------------------------------------------------------------------------------- by its dates


@pytest.fixture
def framework_clock(monkeypatch):
    """Wagtail asks Django's clock; here it goes with the house's."""
    monkeypatch.setattr("django.utils.timezone.now", clock.now)


def test_the_scheduler_publishes_and_withdraws_a_notice_and_kept_pages_follow(
    site, client, put_notice, framework_clock
):
    begins, ends = clock.now() + timedelta(hours=2), clock.now() + timedelta(hours=4)
    notice = put_notice(TITLE, live=False, slug="lipowa", go_live_at=begins, expire_at=ends)
    notice.save_revision().publish()
    seen = []
    for hours in (0, 3, 5):
        with clock.stopped(begins + timedelta(hours=hours - 2)):
            publish_scheduled()
            seen.append((TITLE in client.get("/").content.decode(), client.get("/aktualnosci/lipowa/").status_code))
            notice.refresh_from_db()
    assert seen == [(False, 404), (True, 200), (False, 404)]
    assert not notice.live


def test_a_kept_page_ends_with_a_notice_even_before_the_scheduler_comes_round(site, client, put_notice):
    ends = clock.now() + timedelta(minutes=5)
    put_notice(TITLE, expire_at=ends).save_revision().publish()
    assert TITLE in client.get("/").content.decode()
    with clock.stopped(ends + timedelta(seconds=1)):
        assert TITLE not in client.get("/").content.decode()

"""Portal pages: composed of widgets, for one reader each, previewed as invented people."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from forms.registration.models import Application
from home.models import PortalPage
from home.portal_blocks import portal_blocks
from home.portal_menu import menu_for
from home.roles import PageRole
from home.screen import Section, rows
from home.vocative import vocative
from portal import clock
from portal.billing import examples
from portal.billing.blocks import DueWidget
from portal.customers import access
from portal.customers.actions import grant_access
from portal.customers.models import Customer
from portal.utility import kept, rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from portal.widgets import PERSONAS, Showing, persona_viewer
from tests import factories

BLOCKS = {
    "due": {"width": "wide"},
    "meters": {"width": "narrow", "count": 5, "is_paged": False},
    "open_items": {"width": "wide", "is_choice_only": False},
    "notices": {"width": "narrow", "count": 3},
    "documents": {"shows": "all", "count": 5, "is_paged": False},
    "transfer": {},
}
BUDGET = 12


def widgets(**blocks):
    return [(name, {"title": "", "width": "full", "help": "", **value}) for name, value in blocks.items()]


@pytest.fixture
def portal(site):
    """The screens of a new installation: dashboard, documents, readings, profile."""

    def page(title, slug, role, **blocks):
        made = site.home.add_child(
            instance=PortalPage(
                title=title,
                slug=slug,
                locale=Locale.objects.get(language_code="pl"),
                show_in_menus=True,
                greets=role == "dashboard",
                body=widgets(**blocks),
            )
        )
        PageRole.objects.create(role=role, page=made)
        return made

    site.dashboard = page("Pulpit", "pulpit", "dashboard", **BLOCKS)
    site.documents = page("Faktury", "faktury", "documents", documents={"shows": "all", "count": 3, "is_paged": True})
    site.readings = page("Odczyty", "odczyty", "readings", meters={"count": 20, "is_paged": True})
    site.profile = page(
        "Dane", "dane", "profile", known_data={}, balance={}, contract={}, payments={"count": 5, "is_paged": False}
    )
    forget_everything()
    return site


@pytest.fixture
def anna(portal, client):
    """An owner who owes, signed in."""
    customer = factories.make_customer(number="098765", street="ul. Wiślana 3")
    contract = factories.make_contract(customer)
    point = factories.make_point(contract)
    factories.make_meter(point, serial_number="12345678")
    factories.make_charge(customer, "135.38", contract=contract, point=point, number="098765/11/2026")
    client.force_login(factories.make_owner(customer))
    return customer


def text(response):
    return response.content.decode().replace("\xa0", " ")


# -------------------------------------------------------------------------------------------------------- who may come


def test_a_stranger_is_asked_to_sign_in_and_comes_back(portal, client):
    answer = client.get("/pulpit/?k=1")
    assert answer.status_code == 302
    assert answer.url == "/konto/zaloguj/?next=/pulpit/%3Fk%3D1"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_portal_page_is_nobody_s_but_its_reader_s(anna, client):
    answer = client.get("/pulpit/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert client.post("/pulpit/").status_code == 405


def test_the_owner_is_greeted_and_sees_what_is_due(anna, client):
    page = text(client.get("/pulpit/"))
    assert "Anno" in page
    assert "ul. Wiślana 3" in page
    assert "098765/11/2026" in page
    assert page.count("135,38 zł") >= 2
    assert "12345678" in page


def test_every_way_on_keeps_the_customer(anna, client):
    answer = client.get("/pulpit/")
    assert f'href="/faktury/?k={anna.public_id}"' in text(answer)
    assert f'name="k" value="{anna.public_id}"' in text(answer)


def test_the_address_says_for_whom_and_two_tabs_never_mix(anna, client):
    second = factories.make_customer(number="020417")
    user = factories.User.objects.get()
    grant_access(user=user, customer=second, role="manager", ground="mandate")
    assert "020417" in text(client.get(f"/pulpit/?k={second.public_id}"))
    assert "098765" in text(client.get(f"/pulpit/?k={anna.public_id}"))


@pytest.mark.parametrize("k", ["nothing", "11111111-1111-1111-1111-111111111111", ""])
def test_a_customer_that_is_not_his_is_not_found(anna, client, k):
    assert client.get(f"/pulpit/?k={k}").status_code == 404


def test_somebody_else_s_customer_is_not_found(anna, client):
    assert client.get(f"/pulpit/?k={factories.make_customer().public_id}").status_code == 404


# -------------------------------------------------------------------------------------------------------- the unlinked


def test_an_unlinked_person_reads_why_there_is_nothing(portal, client):
    user = factories.make_user()
    client.force_login(user)
    answer = client.get("/pulpit/")
    assert answer.context["waiting"].state == ""
    assert "sheet due" not in text(answer)
    Application.objects.create(
        mode="invoice_proof",
        state="to_decide",
        email=user.email,
        user=user,
        created_at=clock.now(),
        submission=user.public_id,
    )
    assert client.get("/pulpit/").context["waiting"].state == "to_decide"


def test_an_unlinked_person_s_menu_holds_only_the_dashboard(portal):
    assert [item.label for item in menu_for(factories.viewer(factories.make_user()))] == ["Pulpit"]


# ------------------------------------------------------------------------------------------------------------ the menu


def switch(**modules):
    RuleRecord.objects.update_or_create(rule_set="modules", effective_from=clock.today(), defaults={"values": modules})
    rulebook.forget()


def test_the_menu_holds_what_the_reader_may_see(anna, portal):
    user = factories.User.objects.get()
    assert [item.label for item in menu_for(factories.viewer(user))] == ["Pulpit", "Faktury", "Odczyty", "Dane"]
    proxy = factories.make_user()
    grant_access(user=proxy, customer=anna, role="proxy", ground="invitation", deeds=["see_invoices"])
    assert [item.label for item in menu_for(factories.viewer(proxy))] == ["Pulpit", "Faktury"]


def test_a_module_that_is_off_is_nowhere(anna, client):
    switch(readings=False, payments=False)
    page = text(client.get("/pulpit/"))
    assert "/odczyty/" not in page
    assert "12345678" not in page
    assert "/platnosci/" not in page


def test_portal_pages_are_not_in_the_public_menu(portal, client):
    assert "/pulpit/" not in text(client.get("/"))


# ---------------------------------------------------------------------------------------------------------- the budget


@pytest.fixture(autouse=True)
def _warm(monkeypatch):
    """What a process keeps for seconds is kept for the whole test, however slow the machine."""
    monkeypatch.setattr(kept, "SECONDS", 3600.0)


def count(client, path):
    client.get(path)  # warms what each process keeps
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_dashboard_costs_the_same_after_ten_years(anna, client):
    before = count(client, "/pulpit/")
    for month in range(120):
        factories.make_charge(anna, "10.00", due_in=-30 * month, open_amount="10.00" if month < 12 else "0.00")
        factories.make_entry(anna, "-10.00", kind="payment")
    assert count(client, "/pulpit/") == before <= BUDGET
    assert count(client, "/faktury/?page=20") <= BUDGET
    assert count(client, "/dane/") <= BUDGET


@pytest.mark.parametrize("is_partial", [False, True])
def test_the_dashboard_costs_the_same_to_a_manager_of_many_points(portal, client, is_partial):
    customer = factories.make_customer(kind=Customer.Kind.COMMUNITY, name="Wspólnota Lipowa")
    contract = factories.make_contract(customer)
    points = [factories.make_point(contract) for _ in range(60)]
    for point in points:
        factories.make_meter(point)
        factories.make_charge(customer, "10.00", contract=contract, point=point)
    manager = factories.make_manager(customer, points[:40] if is_partial else None)
    client.force_login(manager)
    for path in ("/pulpit/", "/faktury/", "/odczyty/", "/dane/"):
        assert count(client, path) <= BUDGET, path


def test_each_widget_costs_what_it_says(anna, portal):
    viewer = factories.viewer(factories.User.objects.get())
    for name, widget in portal_blocks():
        value = widget.to_python({"body": [], "actions": []})
        widget.facts(Showing(viewer), value)
        with CaptureQueriesContext(connection) as queries:
            widget.facts(Showing(viewer), value)
        assert len(queries) <= widget.statements, name


# -------------------------------------------------------------------------------------------------------- broken parts


class BrokenWidget(DueWidget):
    def facts(self, showing, value):
        raise ZeroDivisionError("half a grosz")


@pytest.mark.parametrize(("is_staff", "is_cause_told"), [(False, False), (True, True)])
def test_a_broken_widget_is_a_sentence_and_its_cause_is_for_staff(anna, is_staff, is_cause_told, caplog):
    request = RequestFactory().get("/")
    request.user = factories.make_user(is_staff=is_staff)
    request.viewer = factories.viewer(factories.User.objects.first())
    widget = BrokenWidget()
    widget.set_name("due")
    drawn = widget.render(widget.to_python({}), {"request": request})
    assert "sheet" in drawn
    assert ("half a grosz" in drawn) is is_cause_told
    assert "half a grosz" in caplog.text


def test_one_broken_widget_leaves_the_others(anna, client, monkeypatch, caplog):
    monkeypatch.setattr(DueWidget, "facts", BrokenWidget.facts)
    page = client.get("/pulpit/")
    assert page.status_code == 200
    assert "098765/11/2026" in text(page)
    assert "half a grosz" not in text(page)


def test_a_widget_without_a_request_shows_nothing_of_anybody():
    widget = DueWidget()
    assert widget.render(widget.to_python({}), None) == ""


# ---------------------------------------------------------------------------------------------------------- in columns


class Drawn:
    def __init__(self, html):
        self.html = html

    def render(self, value, context):
        return self.html


class Child:
    def __init__(self, width, html="x"):
        self.block, self.value = Drawn(html), {"width": width}


def columns(*children):
    return [[section.columns for section in row] for row in rows(children, {})]


def test_widgets_stand_side_by_side_and_a_lone_one_takes_the_whole_row():
    assert columns(Child("wide"), Child("narrow")) == [[7, 5]]
    assert columns(Child("wide"), Child("narrow", ""), Child("full")) == [[12], [12]]
    assert columns(Child("half"), Child("wide"), Child("narrow")) == [[12], [7, 5]]
    assert rows([Child("half")], {}) == [[Section("x", 12)]]


# ---------------------------------------------------------------------------------------------------------- previews


def preview(page, mode, editor):
    """As the panel makes it: through the whole middleware, signed in as the editor."""
    session = SessionStore()
    session["_auth_user_id"] = str(editor.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = editor.get_session_auth_hash()
    session.create()
    original = RequestFactory().get("/panel/")
    original.META["HTTP_COOKIE"] = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    return page.make_preview_request(original, preview_mode=mode)


@pytest.fixture
def real_people(anna):
    """An editor who is himself a customer, with everything that must not appear."""
    editor = factories.make_staff(first_name="Redaktorka", last_name="Tajna")
    own = factories.make_customer(number="777777", name="Tajna Redaktorka", street="ul. Ukryta 1")
    factories.make_charge(own, "777.77", number="777777/1/2026")
    grant_access(user=editor, customer=own, role="owner", ground="registration")
    return editor


@pytest.mark.parametrize("invented", PERSONAS, ids=lambda persona: persona.code)
def test_a_preview_shows_an_invented_person_and_nobody_real(portal, real_people, invented):
    answer = preview(portal.dashboard, invented.code, real_people)
    assert answer.status_code == 200
    page = text(answer)
    assert "private" in answer.headers["Cache-Control"]
    for secret in ("777777", "777,77", "Tajna", "Redaktorka", "Ukryta", "098765", "Wiślana", real_people.email):
        assert secret not in page
    assert f"{vocative(invented.first_name)}</h1>" in page
    if invented.is_linked:
        assert invented.number in page
    else:
        assert "sheet due" not in page


def test_the_household_s_preview_is_plausible(portal, real_people):
    page = text(preview(portal.dashboard, "household", real_people))
    for fact in ("135,38 zł", "63,10 zł", "ul. Lipowa 5", "495 m³", "Anno"):
        assert fact in page


def test_a_partial_manager_s_preview_says_that_it_is_partial(portal, real_people):
    answer = preview(portal.profile, "partial_manager", real_people)
    assert "note-info" in text(answer)
    assert "adres@example.pl" not in text(answer)


def test_a_preview_of_a_new_page_sets_off_no_redirect(portal, real_people):
    draft = PortalPage(title="Nowa", slug="nowa", body=widgets(due={}, meters={"count": 2, "is_paged": False}))
    portal.home.add_child(instance=draft)
    draft.unpublish()
    assert preview(draft, "household", real_people).status_code == 200


def test_a_persona_asks_no_table_of_customers(portal, real_people):
    preview(portal.dashboard, "household", real_people)
    with CaptureQueriesContext(connection) as queries:
        preview(portal.dashboard, "household", real_people)
    asked = " ".join(query["sql"] for query in queries)
    for table in ("billing_", "customers_", "metering_"):
        assert f'"{table}' not in asked


def test_a_module_that_is_off_is_said_to_the_editor(portal, real_people):
    switch(readings=False)
    assert "495" not in text(preview(portal.dashboard, "household", real_people))


def test_the_persona_s_figures_agree(db):
    for invented in PERSONAS:
        charges, found = examples.open_charges(invented), examples.balance(invented)
        assert sum((item.open_amount for item in charges.items), Decimal(0)) == found.amount
        assert sum((part.amount for part in found.parts), Decimal(0)) == found.amount
        assert charges.in_transit == found.in_transit


def test_a_viewer_of_a_persona_may_not_act(portal):
    assert not access.may(persona_viewer(PERSONAS[0]), "pay")


def test_an_editor_opens_the_page_with_all_its_widgets_to_choose_from(portal, admin_client):
    page = admin_client.get(f"/panel/pages/{portal.dashboard.pk}/edit/").content.decode()
    for name, _widget in portal_blocks():
        assert f"&quot;{name}&quot;" in page or f'"{name}"' in page
    for invented in PERSONAS:
        assert invented.code in page

"""A version that must be accepted: announced, asked for, and what stays open to those who decline."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents import get_document_model

from home.models import PortalPage
from home.regulations import tasks
from home.regulations.models import AccessibilityPage, RegulationPage
from home.roles import PageRole
from home.staff_roles import ensure_groups
from portal import clock
from portal.accounts.models import TermsVersion
from portal.notifications.models import Delivery
from portal.utility.kept import forget_everything
from tests import factories

PDF = b"%PDF-1.7\n%own"


@pytest.fixture
def editor(site, client):
    ensure_groups(site.home)
    user = factories.make_staff("redakcja@example.pl")
    user.groups.add(Group.objects.get(name="redakcja"))
    client.force_login(user)
    return user


def version(site, name="2", **fields):
    values = {"effective_from": clock.today() + timedelta(days=14), "text": "<p>Nowe zasady.</p>"} | fields
    page = RegulationPage(title="Regulamin eBOK", slug=f"regulamin-{name.replace('.', '-')}", version=name, **values)
    site.add(site.regulations, page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def posted(client, site, **fields):
    """What the panel's form of a new version sends."""
    body = {
        "title": "Regulamin eBOK",
        "slug": "regulamin-nowy",
        "kind": "terms",
        "version": "3",
        "effective_from": f"{clock.today() + timedelta(days=30)}",
        "text": '{"blocks": [{"key": "a", "text": "Nowe zasady.", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}',
        "needs_acceptance": "on",
        "own_pdf": "",
        "go_live_at": "",
        "expire_at": "",
        "action-publish": "1",
        **fields,
    }
    address = reverse("wagtailadmin_pages:add", args=["regulations", "regulationpage", site.regulations.pk])
    return client.post(address, body)


def test_a_second_version_for_the_same_day_is_refused_at_its_field_and_nothing_is_lost(site, client, editor):
    first = version(site)
    answer = posted(client, site, effective_from=f"{first.effective_from}")
    form = answer.context["form"]
    assert set(form.errors) == {"effective_from"}
    assert form["text"].value()
    assert RegulationPage.objects.count() == 1
    assert posted(client, site).status_code == 302
    assert RegulationPage.objects.count() == 2


def test_the_editor_says_whether_a_version_must_be_accepted(site):
    assert version(site, "2").terms.needs_acceptance
    spelling = version(site, "2.1", needs_acceptance=False, effective_from=clock.today())
    assert not spelling.terms.needs_acceptance


def test_a_pdf_of_the_editor_s_own_takes_the_place_of_the_one_made_from_the_text(site, client):
    paper = get_document_model().objects.create(title="Regulamin", file=ContentFile(PDF, "regulamin.pdf"))
    page = version(site, own_pdf=paper)
    with page.terms.pdf.open() as kept:
        assert kept.read() == PDF
    paper.file.save("inny.pdf", ContentFile(b"%PDF-1.7 changed later"))
    with TermsVersion.objects.get().pdf.open() as kept:
        assert kept.read() == PDF


def test_what_is_no_pdf_is_refused_at_the_field(site):
    sheet = get_document_model().objects.create(title="x", file=ContentFile(b"a;b", "x.csv"))
    page = RegulationPage(title="R", slug="r", version="9", text="<p>x</p>", own_pdf=sheet, locale=site.locale)
    with pytest.raises(Exception, match="own_pdf"):
        page.clean()


def test_everyone_with_an_account_is_told_once_of_a_version_that_is_announced(site, run_jobs, monkeypatch):
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    people = [factories.make_user() for _number in range(5)]
    factories.make_staff()
    factories.make_user(is_active=False)
    page = version(site, announces=True)
    run_jobs()
    page.save_revision().publish()
    run_jobs()
    letters = Delivery.objects.filter(message="terms_announced")
    assert sorted(letters.values_list("recipient", flat=True)) == sorted(person.email for person in people)
    assert f"{page.effective_from:%d.%m.%Y}" in letters.first().body
    assert "/regulamin/regulamin-2/" in letters.first().body


def test_a_version_that_is_not_to_be_announced_is_not(site, run_jobs):
    factories.make_user()
    version(site)
    run_jobs()
    assert not Delivery.objects.exists()


# --------------------------------------------------------------------------------------------------- who declines


@pytest.fixture
def portal(site):
    for role, slug in (
        ("dashboard", "pulpit"),
        ("documents", "faktury"),
        ("readings", "odczyty"),
        ("messages", "sprawy"),
    ):
        page = PortalPage(title=slug.title(), slug=slug, show_in_menus=True, body=[])
        PageRole.objects.create(role=role, page=site.add(site.home, page))
    forget_everything()


def test_who_declines_reaches_invoices_and_messages_and_no_other_screen(site, portal, client):
    customer = factories.make_customer()
    item = factories.make_charge(customer)
    owner = factories.make_owner(customer, email="anna@example.pl")
    version(site, effective_from=clock.today())
    signed_in = client.post("/konto/zaloguj/", {"login": owner.email, "password": factories.PASSWORD})
    assert signed_in.url.startswith("/konto/regulamin/")
    answer = client.post("/konto/regulamin/", {"answer": "later"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/faktury/"
    assert [item.label for item in answer.context["menu"]] == ["Faktury", "Sprawy"]
    for path in ("/pulpit/", "/odczyty/"):
        asked = client.get(path)
        assert asked.status_code == 302, path
        assert asked.url.startswith("/konto/regulamin/?next="), path
    for path in ("/sprawy/", f"/konto/faktury/{item.entry.invoice.public_id}/", "/regulamin/", "/kontakt/"):
        assert client.get(path, {"k": str(customer.public_id)} if "konto" in path else {}).status_code == 200, path
    client.post("/konto/regulamin/", {"answer": "accept"})
    assert client.get("/odczyty/").status_code == 200


# ---------------------------------------------------------------------------------------------- the yearly review


def test_the_editors_are_told_once_a_year_that_the_statement_must_be_reviewed(site, editor):
    page = AccessibilityPage.objects.get()
    tasks.remind_of_review()
    assert not Delivery.objects.exists()
    with clock.stopped(clock.now() + timedelta(days=366)):
        tasks.remind_of_review()
        tasks.remind_of_review()
    letter = Delivery.objects.get()
    assert letter.recipient == editor.email
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in letter.body

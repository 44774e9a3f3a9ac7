"""Portal pages: composed of widgets, for one reader each, previewed as invented people."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale

from home.models import PortalPage
from home.roles import PageRole
from portal import clock
from portal.customers.models import Customer
from portal.utility import rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from portal.widgets import PERSONAS, Widget
from tests import factories


@pytest.fixture
def portal(site):
    """The screens of a new installation: dashboard, documents, readings, contract, profile."""

    def page(title, slug, role, *body, **fields):
        made = site.home.add_child(
            instance=PortalPage(
                title=title,
                slug=slug,
                locale=Locale.objects.get(language_code="pl"),
                show_in_menus=True,
                body=[(name, {"title": "", "width": "full", "help": "", **value}) for name, value in body],
                **fields,
            )
        )
        PageRole.objects.create(role=role, page=made)
        return made

    dashboard = page(
        "Pulpit",
        "pulpit",
        "dashboard",
        ("due", {"width": "wide"}),
        ("meters", {"width": "narrow", "count": 5, "is_paged": False}),
        ("open_items", {"width": "wide"}),
        ("notices", {"width": "narrow", "count": 3}),
        ("documents", {"shows": "all", "count": 5, "is_paged": False}),
        ("contract", {}),
        greets=True,
    )
    documents = page("Faktury", "faktury", "documents", ("documents", {"shows": "all", "count": 10, "is_paged": True}))
    page("Odczyty", "odczyty", "readings", ("meters", {"count": 20, "is_paged": True}))
    page("Moje dane", "moje-dane", "profile", ("known_data", {}), ("transfer", {}), ("balance", {}), ("payments", {"count": 5, "is_paged": False}))
    forget_everything()
    site.dashboard, site.documents = dashboard, documents
    return site


def test_smoke(portal, client, django_assert_max_num_queries):
    owner = factories.make_owner()
    customer = Customer.objects.get()
    factories.make_charge(customer)
    client.force_login(owner)
    response = client.get("/pulpit/")
    print(response.content.decode())
    assert response.status_code == 200
    for path in ("/faktury/", "/odczyty/", "/moje-dane/"):
        assert client.get(path).status_code == 200

"""Topics, a customer with an account, and clerks."""

import pytest
from wagtail.models import Locale

from portal.cases import actions
from portal.cases.actions import Content, Sender
from portal.cases.models import Case, CaseTopic
from portal.utility.models import Department
from tests import factories


@pytest.fixture
def department(db):
    return Department.objects.create(
        slug="bok", name="Biuro Obsługi", email="bok@wodociagi.example", locale=Locale.objects.get(language_code="pl")
    )


@pytest.fixture
def topics(department):
    """Topics by kind, as a preset makes them."""
    locale = Locale.objects.get(language_code="pl")

    def topic(kind: str, **fields) -> CaseTopic:
        values = {"slug": kind, "kind": kind, "name": str(kind), "days": 14, "department": department, **fields}
        return CaseTopic.objects.create(locale=locale, **values)

    return {
        "complaint": topic("complaint", may_pause=True, order=1),
        "failure": topic("failure", days=1, is_for_guests=True, order=2),
        "meter": topic("meter", days_kind="working", may_pause=True, order=3),
        "details": topic("details", days_kind="working", may_pause=True, order=4),
        "party": topic("party", days_kind="working", may_pause=True, order=5),
        "waste": topic("waste", order=6),
        "other": topic("other", may_pause=True, order=7),
    }


@pytest.fixture
def owner(db):
    return factories.make_owner(email="anna@example.pl", first_name="Anna", last_name="Kowalska")


@pytest.fixture
def customer(owner):
    return owner.delegations.get().customer


@pytest.fixture
def point(customer):
    return factories.make_point(factories.make_contract(customer), street="ul. Lipowa", building="5")


@pytest.fixture
def clerk(db):
    return factories.make_staff(first_name="Joanna", last_name="Mazur")


@pytest.fixture
def other_clerk(db):
    return factories.make_staff(first_name="Ewa", last_name="Nowak")


@pytest.fixture
def opened(topics, owner, customer):
    """Opens a case of the owner's: `opened("complaint", subject="…")`."""

    def open_it(kind: str = "complaint", text: str = "Rachunek jest za wysoki.", **content) -> Case:
        sender = Sender(user=owner, customer=customer, name=str(owner), email=owner.email or "")
        said = {"subject": "Za wysoki rachunek", "text": text, **content}
        return actions.open_case(topic=topics[kind], sender=sender, content=Content(**said))

    return open_it


@pytest.fixture
def guest_case(topics):
    sender = Sender(name="Jan Nowak", email="jan@example.pl", phone="600100200")
    content = Content(subject="Awaria: Lipowa 5", text="Leje się woda.", place="Lipowa 5")
    return actions.open_case(topic=topics["failure"], sender=sender, content=content)

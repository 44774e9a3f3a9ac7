"""Audiences: the set and the single reader always agree, and small figures are told to few."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wagtail import blocks
from wagtail.models import Page

from home.staff_roles import ensure_groups
from portal import clock
from portal.audiences import queries
from portal.audiences.blocks import condition_blocks
from portal.audiences.conditions import (
    AnyOf,
    Areas,
    Arrears,
    Kinds,
    NoneOf,
    PaperInvoice,
    Services,
    Streets,
    registered,
)
from portal.audiences.reader import InventedReader, reader_of, reader_of_customer, street_key
from portal.billing import transit
from portal.billing.models import CustomerAccount
from portal.customers import access
from portal.customers.models import Contract, Customer, Delegation
from portal.widgets import PERSONAS
from tests import factories

pytestmark = pytest.mark.django_db

STREETS = ("ul. Lipowa", "Lipowa", "al. Lipowa", "ul. Żółwia", "os. Słoneczne")
TOWNS = (("74-100", "Gryfino"), ("74-101", "Gryfino"), ("70-001", "Szczecin"), ("", ""))


# -------------------------------------------------------------------------------------------------- a world of customers


def a_world(draw):
    """A few customers with contracts, points and debts, and people of every kind who act for them."""
    for number in range(draw(st.integers(1, 4))):
        customer = factories.make_customer(
            kind=draw(st.sampled_from(Customer.Kind.values)),
            services=draw(st.sampled_from([["water"], ["water", "sewage"], ["waste"], []])),
            is_closed=draw(st.sampled_from([False, False, False, True])),
        )
        points = [
            _a_point(draw, contract) for contract in _contracts(draw, customer) for _ in range(draw(st.integers(0, 2)))
        ]
        for _ in range(draw(st.integers(0, 2))):
            _a_debt(draw, customer)
        if draw(st.booleans()):
            CustomerAccount.objects.update_or_create(
                customer=customer, defaults={"as_of": clock.now(), "is_in_question": number == 1}
            )
        factories.make_owner(customer)
        factories.make_manager(customer, points[:1] or None)
        proxy = factories.make_user()
        access_of_a_proxy(proxy, customer)


def access_of_a_proxy(user, customer):
    Delegation.objects.create(
        user=user, customer=customer, role="proxy", deeds=["see_balance"], starts_at=clock.now(), ground="invitation"
    )


def _contracts(draw, customer):
    return [
        factories.make_contract(
            customer,
            e_invoice=draw(st.sampled_from(Contract.EInvoice.values)),
            ends_on=draw(st.sampled_from([None, clock.today(), clock.today() - timedelta(days=1)])),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]


def _a_point(draw, contract):
    postcode, city = draw(st.sampled_from(TOWNS))
    return factories.make_point(
        contract,
        street=draw(st.sampled_from(STREETS)),
        postcode=postcode,
        city=city,
        is_closed=draw(st.sampled_from([False, False, True])),
    )


def _a_debt(draw, customer):
    amount = draw(st.sampled_from([Decimal("10.00"), Decimal("50.00")]))
    item = factories.make_charge(customer, amount, due_in=draw(st.sampled_from([-40, -10, -1, 0, 5])))
    if draw(st.booleans()):
        held = transit.hold(
            customer_id=customer.pk,
            items=[(item.pk, amount)],
            reference=f"R{item.pk}",
            until=clock.now() + timedelta(hours=1),
            channel="blik",
        )
        if draw(st.booleans()):
            transit.settle(held.reference, clock.now())


SIMPLE = st.one_of(
    st.builds(
        Streets, st.lists(st.sampled_from(["Lipowa", "ulica żółwia", "osiedle Słoneczne"]), min_size=1).map(tuple)
    ),
    st.builds(Areas, st.lists(st.sampled_from(["gryfino", "74-101", "Szczecin"]), min_size=1).map(tuple)),
    st.builds(Services, st.lists(st.sampled_from(["water", "sewage", "waste"]), min_size=1).map(tuple)),
    st.builds(Kinds, st.lists(st.sampled_from(Customer.Kind.values), min_size=1).map(tuple)),
    st.just(PaperInvoice()),
    st.builds(Arrears, st.sampled_from([Decimal("0.01"), Decimal("10.00"), Decimal("60.00")]), st.integers(1, 30)),
)
GROUPS = st.lists(SIMPLE, min_size=1, max_size=3).map(tuple)
CONDITIONS = st.one_of(SIMPLE, st.builds(AnyOf, GROUPS), st.builds(NoneOf, GROUPS))


def test_the_property_below_knows_every_condition():
    drawn = {Streets, Areas, Services, Kinds, PaperInvoice, Arrears, AnyOf, NoneOf}
    assert set(registered().values()) == drawn


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(world=st.data(), audiences=st.lists(st.lists(CONDITIONS, max_size=3).map(tuple), min_size=6, max_size=12))
def test_the_set_and_the_single_reader_agree_for_every_condition_and_combination(world, audiences):
    with transaction.atomic():
        a_world(world.draw)
        delegations = list(Delegation.objects.select_related("user", "customer"))
        viewers = {held.pk: access.viewer_of(held.user, customer=held.customer.public_id) for held in delegations}
        for chosen in audiences:
            readers = {pk for pk, viewer in viewers.items() if queries.concerns(chosen, reader_of(viewer))}
            assert set(queries.readers(chosen).values_list("pk", flat=True)) == readers, chosen
            customers = {
                customer.pk
                for customer in Customer.objects.all()
                if queries.concerns(chosen, reader_of_customer(customer))
            }
            assert set(queries.customers(chosen).values_list("pk", flat=True)) == customers, chosen
            reach = queries.reach(chosen)
            having_accounts = {held.customer_id for held in delegations if held.pk in readers}
            assert (reach.customers, reach.readers) == (len(customers), len(having_accounts))
        transaction.set_rollback(True)


# ---------------------------------------------------------------------------------------------------- what it promises


def a_customer_in(street, **fields):
    customer = factories.make_customer(**fields)
    factories.make_point(factories.make_contract(customer), street=street, city="Gryfino", postcode="74-100")
    return customer


def test_an_empty_audience_is_nobody_so_that_a_mistake_tells_nobody():
    a_customer_in("Lipowa")
    assert not queries.customers(()).exists()
    assert not queries.concerns((), reader_of_customer(Customer.objects.get()))


def test_a_street_is_found_however_it_is_written():
    here = a_customer_in("ul. Żółwia")
    a_customer_in("al. Żółwia")
    assert set(queries.customers((Streets(("ULICA żołwia",)),))) == {here}
    assert street_key("aleje Ujazdowskie") == "al ujazdowskie"


def test_a_manager_of_some_points_is_concerned_by_those_alone():
    customer = factories.make_customer()
    contract = factories.make_contract(customer)
    here, there = (factories.make_point(contract, street=street) for street in ("Lipowa", "Klonowa"))
    manager = factories.make_manager(customer, [there])
    viewer = factories.viewer(manager)
    assert here.street != there.street
    assert not queries.concerns((Streets(("Lipowa",)),), reader_of(viewer))
    assert queries.concerns((Streets(("Klonowa",)),), reader_of(viewer))


def test_who_has_paid_online_is_in_arrears_no_more():
    customer = factories.make_customer()
    item = factories.make_charge(customer, "50.00", due_in=-10)
    chosen = (Arrears(Decimal("1.00")),)
    assert set(queries.customers(chosen)) == {customer}
    transit.hold(
        customer_id=customer.pk,
        items=[(item.pk, item.open_amount)],
        reference="R1",
        until=clock.now() + timedelta(hours=1),
        channel="blik",
    )
    assert not queries.customers(chosen).exists()


def test_one_reader_costs_at_most_two_statements_at_any_number_of_conditions(django_assert_max_num_queries):
    customer = a_customer_in("Lipowa")
    for number in range(30):
        factories.make_point(factories.make_contract(customer), street=f"Boczna {number}")
    factories.make_charge(customer, due_in=-9)
    reader = reader_of_customer(customer)
    chosen = (Streets(("Lipowa",)), Areas(("Gryfino",)), PaperInvoice(), Services(("water",)), Arrears(Decimal(1)))
    with django_assert_max_num_queries(2):
        assert queries.concerns(chosen, reader)


def test_marketing_is_told_no_figure_below_twenty_and_nothing_of_debts():
    few, many = queries.Reach(19, 3), queries.Reach(57, 20)
    with translation.override("en"):
        assert few.in_words(may_see_any=False) == "Fewer than 20 customers; with an account here: fewer than 20."
        assert many.in_words(may_see_any=False) == "57 customers; with an account here: 20."
        assert few.in_words(may_see_any=True) == "19 customers; with an account here: 3."
    ensure_groups(Page.get_first_root_node())
    people = {}
    for name in ("marketing", "bok"):
        people[name] = factories.make_staff()
        people[name].groups.add(Group.objects.get(name=name))
    hidden = (NoneOf((Arrears(Decimal(1)),)), Kinds(("person",)))
    assert queries.forbidden(hidden, people["marketing"]) == [Arrears(Decimal(1))]
    assert queries.forbidden(hidden, people["bok"]) == []
    assert [queries.may_be_told_any(people[name]) for name in ("marketing", "bok")] == [False, True]


def test_what_is_filled_in_comes_back_as_it_was():
    a_customer_in("ul. Lipowa")
    block = blocks.StreamBlock(condition_blocks())
    stored = [
        {"type": "streets", "value": {"streets": "Lipowa\n"}},
        {
            "type": "any_of",
            "value": [{"type": "kinds", "value": {"kinds": ["firm"]}}, {"type": "paper_invoice", "value": None}],
        },
        {"type": "arrears", "value": {"at_least": "10.00", "days": 3}},
    ]
    value = block.clean(block.to_python(stored))
    assert queries.audience(value) == (
        Streets(("Lipowa",)),
        AnyOf((Kinds(("firm",)), PaperInvoice())),
        Arrears(Decimal("10.00"), 3),
    )


@pytest.mark.parametrize(
    ("code", "value"), [("streets", {"streets": "Lipowa 5\nNieznana"}), ("areas", {"areas": "Nigdzie"})]
)
def test_a_street_or_town_that_nobody_lives_in_is_refused_by_name(code, value):
    a_customer_in("ul. Lipowa")
    block = blocks.StreamBlock(condition_blocks())
    with pytest.raises(blocks.StreamBlockValidationError) as refused:
        block.clean(block.to_python([{"type": code, "value": value}]))
    words = str(refused.value.block_errors[0].block_errors[code].message)
    assert value[code].splitlines()[-1] in words


def test_every_persona_of_a_preview_can_be_asked():
    household = next(persona for persona in PERSONAS if persona.code == "household")
    reader = InventedReader(household)
    assert queries.concerns((Streets(("Lipowa",)), Areas(("00-410",)), PaperInvoice(), Kinds(("person",))), reader)
    assert not queries.concerns((Arrears(Decimal("0.01")),), reader)
    for persona in PERSONAS:
        queries.concerns((Streets(("Lipowa",)),), InventedReader(persona))

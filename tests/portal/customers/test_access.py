"""The one door: whose rows, which deeds, for how long. Quoted from docs/rules/rights.md."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps

from portal import clock
from portal.billing.models import Invoice, LedgerEntry, OpenItem, Transit, TransitPart
from portal.customers import access
from portal.customers.access import STRANGER
from portal.customers.actions import HasOwner, grant_access, revoke_access
from portal.customers.models import Contract, Customer, Deed, Delegation, ServicePoint, StaffVisit
from portal.metering.models import Meter
from portal.widgets import PERSONAS, persona_viewer
from tests import factories

CHANGES = {
    Deed.MANAGE_E_INVOICE,
    Deed.CHANGE_BASIC_DATA,
    Deed.CHANGE_ADDRESS,
    Deed.CHANGE_CONTACT,
    Deed.CHANGE_BILLING_PERIOD,
}


@pytest.fixture
def customer(db):
    return factories.make_customer()


def test_an_owner_may_do_everything(customer):
    owner = factories.viewer(factories.make_owner(customer))
    assert all(access.may(owner, deed) for deed in Deed)


def test_a_manager_of_the_whole_customer_may_do_everything_but_invite(customer):
    manager = factories.viewer(factories.make_manager(customer))
    assert {deed for deed in Deed if not access.may(manager, deed)} == {Deed.DELEGATE}


def test_a_manager_of_some_points_changes_nothing_of_the_whole_customer(customer):
    point = factories.make_point(factories.make_contract(customer))
    manager = factories.viewer(factories.make_manager(customer, [point]))
    assert {deed for deed in Deed if not access.may(manager, deed)} == {Deed.DELEGATE, *CHANGES}


def test_a_proxy_may_do_what_he_was_granted_and_never_change_or_invite(customer):
    user = factories.make_user()
    granted = [Deed.SEE_INVOICES, Deed.PAY, Deed.DELEGATE, Deed.CHANGE_ADDRESS]
    grant_access(user=user, customer=customer, role="proxy", ground="invitation", deeds=granted)
    assert {deed for deed in Deed if access.may(factories.viewer(user), deed)} == {Deed.SEE_INVOICES, Deed.PAY}


def test_a_stranger_and_an_unlinked_person_may_nothing(customer):
    unlinked = factories.viewer(factories.make_user())
    for nobody in (STRANGER, unlinked):
        assert not any(access.may(nobody, deed) for deed in Deed)
        assert not access.visible(Customer.objects.all(), nobody, Deed.SEE_CONTRACT).exists()
    assert unlinked.is_signed_in
    assert not STRANGER.is_signed_in


def test_a_read_only_viewer_looks_and_does_not_act(customer):
    visit = StaffVisit(staff=factories.make_staff(), customer=customer, reason="zgłoszenie")
    clerk = access.viewer_in_visit(visit)
    assert {deed for deed in Deed if access.may(clerk, deed)} == {deed for deed in Deed if deed.startswith("see_")}


def test_a_right_begins_and_ends_on_its_time_and_at_once_when_revoked(customer):
    user = factories.make_user()
    held = grant_access(
        user=user,
        customer=customer,
        role="proxy",
        ground="invitation",
        deeds=["pay"],
        until=clock.now() + timedelta(days=1),
    )
    assert factories.viewer(user).is_linked
    with clock.stopped(clock.now() + timedelta(days=1, seconds=1)):
        assert not factories.viewer(user).is_linked
    with clock.stopped(clock.now() - timedelta(days=1)):
        assert not factories.viewer(user).is_linked
    revoke_access(held, by=user)
    assert not factories.viewer(user).is_linked


def test_a_customer_has_one_owner(customer):
    factories.make_owner(customer)
    with pytest.raises(HasOwner):
        factories.make_owner(customer)


def test_the_viewer_costs_one_statement_at_any_number_of_customers(customer, django_assert_num_queries):
    user = factories.make_owner(customer)
    for _ in range(20):
        grant_access(user=user, customer=factories.make_customer(), role="manager", ground="mandate")
    with django_assert_num_queries(1):
        viewer = factories.viewer(user)
    assert viewer.customers_count == 21
    assert viewer.customer.pk == customer.pk  # his own comes first


def test_naming_somebody_else_s_customer_links_to_nobody(customer):
    user = factories.make_owner()
    assert not access.viewer_of(user, customer=customer.public_id).is_linked
    assert access.viewer_of(user, default=customer.public_id).is_linked  # a remembered one that is gone is forgotten


# ------------------------------------------------------------------------------------------------------- partial rights


@pytest.fixture
def estate(customer):
    """One contract with two points; a manager of the first of them."""
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    manager = factories.viewer(factories.make_manager(customer, [mine]))
    return contract, mine, other, manager


def test_a_partial_manager_meets_his_points_meters_and_the_contract(estate):
    contract, mine, other, manager = estate
    own_meter = factories.make_meter(mine)
    factories.make_meter(other)
    strange = factories.make_contract(contract.customer)
    factories.make_point(strange)
    assert list(access.visible(ServicePoint.objects.all(), manager, Deed.SEE_CONTRACT)) == [mine]
    assert list(access.visible(Meter.objects.all(), manager, Deed.SEE_READINGS)) == [own_meter]
    assert list(access.visible(Contract.objects.all(), manager, Deed.SEE_CONTRACT)) == [contract]
    assert not access.visible(Customer.objects.all(), manager, Deed.SEE_CONTRACT).exists()


def test_a_partial_manager_meets_an_invoice_only_when_all_its_points_are_his(estate):
    contract, mine, other, manager = estate
    own = factories.make_charge(contract.customer, contract=contract, point=mine)
    factories.make_charge(contract.customer, contract=contract, point=other)
    factories.make_charge(contract.customer, contract=contract)  # on no point at all
    assert list(access.visible(OpenItem.objects.all(), manager, Deed.SEE_BALANCE)) == [own]
    assert list(access.visible(Invoice.objects.all(), manager, Deed.SEE_INVOICES)) == [own.entry.invoice]
    assert list(access.visible(LedgerEntry.objects.all(), manager, Deed.SEE_BALANCE)) == [own.entry]


def test_a_partial_manager_meets_a_transit_only_when_all_it_pays_is_his(estate):
    contract, mine, other, manager = estate
    own = factories.make_charge(contract.customer, contract=contract, point=mine)
    foreign = factories.make_charge(contract.customer, contract=contract, point=other)
    for reference, items in {"own": [own], "both": [own, foreign]}.items():
        transit = Transit.objects.create(
            reference=reference, customer=contract.customer, amount=1, held_until=clock.now()
        )
        for item in items:
            TransitPart.objects.create(transit=transit, item=item, amount=1)
    seen = access.visible(Transit.objects.all(), manager, Deed.SEE_BALANCE)
    assert [transit.reference for transit in seen] == ["own"]


def test_a_manager_whose_points_were_all_taken_away_sees_nothing(estate):
    contract, mine, _, manager = estate
    factories.make_charge(contract.customer, contract=contract, point=mine)
    Delegation.objects.get(pk=manager.delegation_id).points.clear()
    assert not access.visible(Invoice.objects.all(), manager, Deed.SEE_INVOICES).exists()


@pytest.mark.parametrize("invented", PERSONAS, ids=lambda persona: persona.code)
def test_a_persona_meets_no_row_at_all(estate, invented):
    contract, mine, _, _ = estate
    factories.make_charge(contract.customer, contract=contract, point=mine)
    viewer = persona_viewer(invented)
    for model in (Customer, Contract, Invoice, LedgerEntry, OpenItem, Meter):
        assert not access.visible(model.objects.all(), viewer, Deed.SEE_INVOICES).exists()


def test_every_model_behind_the_door_says_whose_its_rows_are(db):
    behind = [model for model in apps.get_models() if isinstance(getattr(model, "access", None), access.Scope)]
    assert {"Customer", "Contract", "Invoice", "OpenItem", "Meter", "Payment"} <= {model.__name__ for model in behind}
    partial = next(persona for persona in PERSONAS if persona.code == "partial_manager")
    viewer = replace(persona_viewer(partial), delegation_id=1)
    for model in behind:
        assert not access.visible(model.objects.all(), viewer, Deed.SEE_BALANCE).exists()


# ------------------------------------------------------------------------------------------------------- granting anew


def test_a_person_whose_right_ran_out_can_be_granted_another(customer):
    user = factories.make_user()
    first = grant_access(
        user=user, customer=customer, role="proxy", ground="i", deeds=["pay"], until=clock.now() + timedelta(days=1)
    )
    with clock.stopped(clock.now() + timedelta(days=2)):
        second = grant_access(user=user, customer=customer, role="manager", ground="mandate")
        assert factories.viewer(user).delegation_id == second.pk
    first.refresh_from_db()
    assert first.revoked_at == first.ends_at


def test_an_owner_whose_right_ran_out_makes_room_for_another(customer):
    before, now = factories.make_user(), factories.make_user()
    grant_access(user=before, customer=customer, role="owner", ground="clerk", until=clock.now() + timedelta(days=1))
    with pytest.raises(HasOwner):
        grant_access(user=now, customer=customer, role="owner", ground="clerk")
    with clock.stopped(clock.now() + timedelta(days=2)):
        grant_access(user=now, customer=customer, role="owner", ground="clerk")
        assert factories.viewer(now).role == "owner"
        assert not factories.viewer(before).is_linked


def test_granted_anew_with_other_points_the_new_ones_hold(customer):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    user = factories.make_manager(customer, [mine])
    held = Delegation.objects.get(user=user)
    assert grant_access(user=user, customer=customer, role="manager", ground="mandate", points=[mine]) == held
    grant_access(user=user, customer=customer, role="manager", ground="mandate", points=[other])
    seen = access.visible(ServicePoint.objects.all(), factories.viewer(user), Deed.SEE_CONTRACT)
    assert list(seen) == [other]


def test_an_owner_is_not_made_less_by_being_granted_less(customer):
    user = factories.make_owner(customer)
    grant_access(user=user, customer=customer, role="proxy", ground="invitation", deeds=["pay"])
    assert factories.viewer(user).role == "owner"

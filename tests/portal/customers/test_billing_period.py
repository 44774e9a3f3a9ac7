"""What an account changes about the billing period, and asking for another one."""

from datetime import date
from typing import Any

import pytest

from portal.customers.billing_period import NotOffered, ask_for_period, what_linking_changes
from portal.customers.models import Contract
from portal.desk.models import Task
from portal.outbox.models import OutboxFact
from portal.utility.models import RuleRecord
from tests import factories


def rule(**values: Any) -> None:
    RuleRecord.objects.create(rule_set="billing_period", effective_from=date(2020, 1, 1), values=values)


@pytest.fixture
def contract(db: None) -> Contract:
    return factories.make_contract(billing_period_months=2)


def test_linking_the_account_sets_two_months_to_one_and_billing_is_told(contract):
    rule(linking_sets_months=1)

    factories.make_owner(contract.customer)

    contract.refresh_from_db()
    assert contract.billing_period_months == 1
    fact = OutboxFact.objects.get(kind="billing_period")
    assert fact.values == {"contract": contract.external_id, "months": 1, "why": "account_linked"}


def test_waste_and_those_who_only_help_change_nothing(contract):
    rule(linking_sets_months=1)
    waste = factories.make_contract(contract.customer, services=["waste"], billing_period_months=3)

    factories.make_manager(contract.customer)

    assert not OutboxFact.objects.exists()
    factories.make_owner(contract.customer)
    waste.refresh_from_db()
    assert waste.billing_period_months == 3


def test_elsewhere_an_account_changes_nothing_and_says_nothing(contract):
    factories.make_owner(contract.customer)

    contract.refresh_from_db()
    assert contract.billing_period_months == 2
    assert not OutboxFact.objects.exists()
    assert what_linking_changes() == ""


def test_another_period_is_asked_for_by_rule_and_a_clerk_decides(client, contract):
    rule(may_ask_for=[1, 2])
    client.force_login(factories.make_owner(contract.customer))
    path = f"/konto/umowy/{contract.public_id}/okres/"

    assert 'value="2"' not in client.get(path).content.decode()  # it has this one
    assert client.post(path, {"months": "1"}).status_code == 302

    contract.refresh_from_db()
    assert contract.billing_period_months == 2
    assert Task.objects.get().kind == "billing_period_asked"
    assert OutboxFact.objects.get().values == {"contract": contract.external_id, "months": 1}


@pytest.mark.parametrize("months", [0, 2, 6])
def test_what_is_not_offered_is_not_asked_for(contract, months):
    rule(may_ask_for=[1, 2])

    with pytest.raises(NotOffered):
        ask_for_period(contract, months=months, by=None)

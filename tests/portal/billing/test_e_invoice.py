"""Consents to e-invoices: docs/rules/e-invoice.md is the source."""

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal import clock
from portal.accounts.actions import publish_terms
from portal.accounts.models import TermsVersion
from portal.billing import e_invoice_confirmed
from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.e_invoice import (
    EndedAlready,
    NotTheTerms,
    ThroughKsef,
    change_address,
    give_consent,
    return_to_paper,
    withdraw_consent,
)
from portal.billing.e_invoice_queries import e_invoice_standing
from portal.billing.policies import billing_says, consent_holds_from, fee_effect
from portal.billing.rules import EInvoiceRules
from portal.customers.models import Contract
from portal.desk.actions import close_task
from portal.desk.models import Task
from portal.journal.models import AuditLine
from portal.notifications.models import Delivery
from portal.outbox.actions import publish
from portal.outbox.models import OutboxFact
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests import factories

JAWORZNO = EInvoiceRules(
    fee_name="stawka za rozliczenie (opłata stała)", fee_paper=Decimal("2.33"), fee_electronic=Decimal("1.00")
)
PAGE = "/konto/e-faktura/"


@pytest.fixture
def terms(db: None) -> TermsVersion:
    return publish_terms(
        kind="e_invoice",
        language="pl",
        version="1.0",
        effective_from=date(2026, 1, 1),
        title="E-faktura",
        text="Zgoda.",
    )


@pytest.fixture
def contract(db: None) -> Contract:
    return factories.make_contract(number="U/7/2020", billing_period_months=2)


@pytest.fixture
def owner(contract: Contract) -> Any:
    return factories.make_owner(contract.customer, email="anna@example.pl")


def rule(**values: Any) -> None:
    RuleRecord.objects.create(rule_set="e_invoice", effective_from=date(2020, 1, 1), values=values)
    forget_everything()


def table(first_head: str) -> list[list[str]]:
    """The rows of the page's table whose first column is called so."""
    lines = Path("docs/rules/e-invoice.md").read_text(encoding="utf-8").splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"| {first_head} |")) + 2
    rows = takewhile(lambda line: line.startswith("|"), lines[start:])
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


@pytest.mark.parametrize("row", table("Contracts are billed every"), ids=lambda row: row[0])
def test_what_is_saved_is_as_the_rules_say(row):
    every, bills, less, saved = row
    months = [int(found or 1) for found in re.findall(r"(\d*) ?months?", every)]

    effect = fee_effect(JAWORZNO, months)

    assert effect is not None
    assert (effect.bills_a_year, effect.saved, effect.saved_a_year) == (int(bills), Decimal(less), Decimal(saved))


@pytest.mark.parametrize("row", table("The customer"), ids=lambda row: " ".join(row[:3]))
def test_what_a_delivery_says_of_a_consent_or_a_withdrawal_is_as_the_rules_say(row):
    who, said, days, verdict = row
    ways = set(said.split(", ")) - {"–"}

    found = billing_says(ways, is_on=who == "agreed", waited=timedelta(days=int(days)), rules=EInvoiceRules())

    assert found.value == verdict


def test_no_saving_is_stated_where_the_fee_is_the_same():
    assert fee_effect(EInvoiceRules(), [2]) is None


@pytest.mark.parametrize(
    ("starts", "given", "from_day"),
    [
        ("at_once", "2026-11-20", "2026-11-20"),
        ("next_month", "2026-11-20", "2026-12-01"),
        ("next_month", "2026-12-31", "2027-01-01"),
    ],
)
def test_a_consent_holds_from_the_day_that_the_rule_names(starts, given, from_day):
    rules = EInvoiceRules(starts=starts)
    assert consent_holds_from(date.fromisoformat(given), rules) == date.fromisoformat(from_day)


def test_a_consent_is_told_to_billing_confirmed_and_shown(owner, contract, terms):
    (consent,) = give_consent(customer=contract.customer, terms=terms, email="faktury@example.pl", by=owner)

    fact = OutboxFact.objects.get(kind="e_invoice")
    assert fact.values == {
        "customer": contract.customer.external_id,
        "contracts": [contract.external_id],
        "is_on": True,
        "email": "faktury@example.pl",
        "starts_on": clock.today().isoformat(),
        "terms": "1.0",
    }
    assert set(Delivery.objects.values_list("recipient", flat=True)) == {"faktury@example.pl", "anna@example.pl"}
    contract.refresh_from_db()
    assert contract.e_invoice == Contract.EInvoice.ON
    assert (consent.contract, consent.terms, consent.given_by) == (None, terms, owner)


def test_the_same_consent_twice_is_one(owner, contract, terms):
    for _press in range(2):
        give_consent(customer=contract.customer, terms=terms, email="faktury@example.pl", by=owner)

    assert EInvoiceConsent.objects.count() == OutboxFact.objects.count() == 1


def test_another_address_ends_the_consent_and_begins_one_and_both_addresses_hear_of_it(owner, contract, terms):
    (consent,) = give_consent(customer=contract.customer, terms=terms, email="stary@example.pl", by=owner)

    changed = change_address(consent, email="nowy@example.pl", by=owner)

    consent.refresh_from_db()
    assert (consent.ending, consent.ended_by) == ("address_changed", owner)
    assert (changed.email, changed.ended_at) == ("nowy@example.pl", None)
    heard = set(Delivery.objects.filter(message="e_invoice_address").values_list("recipient", flat=True))
    assert heard == {"stary@example.pl", "nowy@example.pl", "anna@example.pl"}


def test_a_withdrawn_consent_is_paper_again_and_cannot_be_withdrawn_twice(owner, contract, terms):
    (consent,) = give_consent(customer=contract.customer, terms=terms, email="faktury@example.pl", by=owner)

    withdraw_consent(consent, by=owner)

    contract.refresh_from_db()
    assert contract.e_invoice == Contract.EInvoice.NONE
    assert [fact.values["is_on"] for fact in OutboxFact.objects.order_by("pk")] == [True, False]
    with pytest.raises(EndedAlready):
        withdraw_consent(consent, by=owner)


def test_by_rule_each_contract_has_a_consent_of_its_own(owner, contract, terms):
    rule(covers="contract")
    other = factories.make_contract(contract.customer)

    give_consent(customer=contract.customer, terms=terms, email="a@example.pl", by=owner, contracts=[other])

    assert list(EInvoiceConsent.objects.values_list("contract", flat=True)) == [other.pk]
    contract.refresh_from_db()
    assert contract.e_invoice == Contract.EInvoice.NONE


def test_who_gets_invoices_through_ksef_has_nothing_to_agree_to(owner, contract, terms):
    Contract.objects.update(e_invoice="ksef")

    with pytest.raises(ThroughKsef):
        give_consent(customer=contract.customer, terms=terms, email="a@example.pl", by=owner)


def test_terms_of_something_else_are_no_consent_to_e_invoices(owner, contract, terms):
    other = publish_terms(
        kind="terms", language="pl", version="1.0", effective_from=date(2026, 1, 1), title="Regulamin", text="Konto."
    )

    with pytest.raises(NotTheTerms):
        give_consent(customer=contract.customer, terms=other, email="a@example.pl", by=owner)


def test_what_is_no_address_is_refused(owner, contract, terms):
    with pytest.raises(ValidationError):
        give_consent(customer=contract.customer, terms=terms, email="anna", by=owner)


def test_what_the_office_arranged_is_on_and_can_be_ended(owner, contract):
    Contract.objects.update(e_invoice="e_invoice")
    standing = e_invoice_standing(factories.viewer(owner))
    assert [one.state for one in standing.coverages] == ["office"]

    return_to_paper(customer=contract.customer, contract=None, by=owner)

    standing = e_invoice_standing(factories.viewer(owner))
    assert [one.state for one in standing.coverages] == ["off"]
    assert OutboxFact.objects.get().values["is_on"] is False


# The screens


def test_the_effect_on_the_fee_is_stated_before_consent_and_the_consent_before_withdrawal(
    client, owner, contract, terms
):
    rule(fee_name="stawka za rozliczenie (opłata stała)", fee_paper="2.33", fee_electronic="1.00", starts="next_month")
    client.force_login(owner)

    before = client.get(PAGE).content.decode().replace("\xa0", " ")
    assert all(words in before for words in ("Stawka za rozliczenie (opłata stała)", "2,33 zł", "1,00 zł", "7,98 zł"))
    answer = client.post(PAGE, {"email": "faktury@example.pl", "accepts": "on"})
    assert answer.status_code == 302
    after = client.get(PAGE).content.decode()
    assert "faktury@example.pl" in after
    assert "2,33" in client.get(f"{PAGE}rezygnacja/").content.decode()
    assert client.post(f"{PAGE}rezygnacja/").status_code == 302
    assert EInvoiceConsent.objects.get().ending == "withdrawn"


def test_without_the_tick_nothing_is_agreed_to_and_what_was_typed_stays(client, owner, terms):
    client.force_login(owner)

    answer = client.post(PAGE, {"email": "faktury@example.pl"})

    assert answer.status_code == 422
    assert 'value="faktury@example.pl"' in answer.content.decode()
    assert not EInvoiceConsent.objects.exists()


def test_a_partial_manager_cannot_start_e_invoices_and_is_told_why(client, contract, terms):
    manager = factories.make_manager(contract.customer, [factories.make_point(contract)])
    client.force_login(manager)

    answer = client.post(PAGE, {"email": "a@example.pl", "accepts": "on"})

    assert answer.status_code == 403
    assert "wszystkie nieruchomości" in answer.content.decode()
    assert not EInvoiceConsent.objects.exists()


def test_without_terms_nobody_is_asked(client, owner, contract):
    client.force_login(owner)

    assert 'name="accepts"' not in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"email": "a@example.pl", "accepts": "on"}).status_code == 422
    assert not EInvoiceConsent.objects.exists()


def test_the_page_takes_few_statements_with_many_contracts(
    client, owner, contract, terms, django_assert_max_num_queries
):
    for _n in range(30):
        factories.make_contract(contract.customer)
    give_consent(customer=contract.customer, terms=terms, email="faktury@example.pl", by=owner)
    client.force_login(owner)
    client.get(PAGE)

    with django_assert_max_num_queries(12):
        client.get(PAGE)


# ------------------------------------------------------------------------------------ what the billing system says of it


@pytest.fixture
def consent(contract: Contract, owner: Any, terms: TermsVersion) -> EInvoiceConsent:
    return give_consent(customer=contract.customer, terms=terms, email="anna@example.pl", by=owner)[0]


@pytest.fixture
def deliver(contract: Contract) -> Any:
    """A delivery that speaks of the contract, so many days from now."""

    def delivered(how: str, *, in_days: int = 1) -> None:
        Contract.objects.filter(pk=contract.pk).update(e_invoice=how)
        as_of = clock.now() + timedelta(days=in_days)
        e_invoice_confirmed.settle(Contract.objects.filter(pk=contract.pk), as_of=as_of)

    return delivered


def test_a_consent_is_confirmed_once_by_the_first_delivery_that_says_the_same(deliver, client, consent, owner):
    deliver("e_invoice", in_days=-1)
    consent.refresh_from_db()
    assert consent.confirmed_at is None, "what was made before the consent says nothing of it"
    deliver("paper")
    consent.refresh_from_db()
    assert consent.confirmed_at is None
    assert not Task.objects.exists()
    deliver("e_invoice", in_days=2)
    consent.refresh_from_db()
    confirmed = consent.confirmed_at
    assert confirmed is not None
    deliver("e_invoice", in_days=3)
    consent.refresh_from_db()
    assert consent.confirmed_at == confirmed
    assert AuditLine.objects.filter(deed="e_invoice_confirmed").count() == 1
    client.force_login(owner)
    assert "Przyjęta przez system bilingowy" in client.get(PAGE).content.decode()


def test_a_clerk_is_told_of_a_consent_that_is_not_taken_over_and_the_task_closes_by_itself(deliver, consent):
    days = EInvoiceRules().days_to_confirm
    deliver("paper", in_days=days - 1)
    assert not Task.objects.exists()
    for again in (1, 2):
        deliver("paper", in_days=days + again)
    assert Task.objects.get().state == "open"
    deliver("e_invoice", in_days=days + 3)
    assert Task.objects.get().state == "done"


def test_of_a_consent_for_the_whole_customer_no_contract_may_still_say_paper(consent, contract):
    assert consent.contract is None
    other = factories.make_contract(contract.customer)
    for ways, confirmed in ((("e_invoice", "paper"), False), (("e_invoice", "ksef"), True)):
        for one, way in zip((contract, other), ways, strict=True):
            Contract.objects.filter(pk=one.pk).update(e_invoice=way)
        e_invoice_confirmed.settle(contract.customer.contracts.all(), as_of=clock.now() + timedelta(days=1))
        consent.refresh_from_db()
        assert (consent.confirmed_at is not None) == confirmed


# The same of a withdrawal


@pytest.fixture
def withdrawal(consent: EInvoiceConsent, owner: Any) -> EInvoiceWithdrawal:
    withdraw_consent(consent, by=owner)
    return EInvoiceWithdrawal.objects.get()


def test_a_withdrawal_is_confirmed_once_by_the_first_delivery_that_says_paper(deliver, client, withdrawal, owner):
    client.force_login(owner)

    def page() -> str:
        return client.get(PAGE).content.decode()

    assert "Rezygnacja czeka na przekazanie" in page()
    publish()
    assert "Rezygnację przekazaliśmy systemowi bilingowemu" in page()
    for as_of in (-1, 1):  # made before the withdrawal, and after it
        deliver("e_invoice", in_days=as_of)
        withdrawal.refresh_from_db()
        assert withdrawal.confirmed_at is None
        assert "nie potwierdził rezygnacji" in page()
        states = [one.state for one in e_invoice_standing(factories.viewer(owner)).coverages]
        assert states == ["off"], "withdrawn is off, whatever billing still says"
    deliver("paper", in_days=-1)
    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at is None, "what was made before the withdrawal says nothing of it"
    deliver("paper", in_days=2)
    withdrawal.refresh_from_db()
    confirmed = withdrawal.confirmed_at
    assert confirmed is not None
    for again in (2, 3):  # the same once more, and the next
        deliver("paper", in_days=again)
    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at == confirmed
    assert AuditLine.objects.filter(deed="e_invoice_withdrawal_confirmed").count() == 1
    assert not Task.objects.exists()
    assert "System bilingowy potwierdził rezygnację" in page()
    assert "nie potwierdził rezygnacji" not in page()


def test_a_clerk_has_one_task_of_a_withdrawal_that_billing_ignores_and_it_closes_by_itself(deliver, withdrawal):
    days = EInvoiceRules().days_to_confirm
    deliver("e_invoice", in_days=days - 1)
    assert not Task.objects.exists()
    for again in (1, 2):
        deliver("e_invoice", in_days=days + again)
    task = Task.objects.get()
    assert (task.kind, task.state) == ("e_invoice_still_electronic", "open")
    deliver("paper", in_days=days + 3)
    task.refresh_from_db()
    assert task.state == "done"


@pytest.mark.parametrize("fixture", ["consent", "withdrawal"])
def test_a_task_that_a_clerk_has_done_comes_back_only_after_as_many_days_again(deliver, request, fixture):
    request.getfixturevalue(fixture)
    says = {"consent": "paper", "withdrawal": "e_invoice"}[fixture]
    days = EInvoiceRules().days_to_confirm
    deliver(says, in_days=days + 1)
    close_task(Task.objects.get())
    deliver(says, in_days=days + 2)
    assert Task.objects.count() == 1
    Task.objects.update(done_at=clock.now() - timedelta(days=days + 1))
    deliver(says, in_days=2 * days + 2)
    assert Task.objects.filter(state="open").count() == 1


def test_agreed_withdrawn_and_agreed_again_before_any_delivery_waits_for_the_last_alone(
    deliver, withdrawal, contract, terms, owner
):
    (again,) = give_consent(customer=contract.customer, terms=terms, email="anna@example.pl", by=owner)

    deliver("e_invoice", in_days=EInvoiceRules().days_to_confirm + 1)

    again.refresh_from_db()
    withdrawal.refresh_from_db()
    assert again.confirmed_at
    assert (withdrawal.confirmed_at, withdrawal.is_waiting) == (None, False)
    assert not Task.objects.exists()


def test_a_delivery_of_the_time_between_confirms_the_withdrawal_and_not_the_consent_after_it(
    deliver, withdrawal, contract, terms, owner
):
    EInvoiceWithdrawal.objects.update(withdrawn_at=clock.now() - timedelta(days=3))
    (again,) = give_consent(customer=contract.customer, terms=terms, email="anna@example.pl", by=owner)

    deliver("paper", in_days=-1)

    again.refresh_from_db()
    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at
    assert again.confirmed_at is None


def test_a_task_of_a_withdrawal_closes_when_the_customer_agrees_anew(deliver, withdrawal, contract, terms, owner):
    days = EInvoiceRules().days_to_confirm
    deliver("e_invoice", in_days=days + 1)
    give_consent(customer=contract.customer, terms=terms, email="anna@example.pl", by=owner)
    deliver("e_invoice", in_days=days + 2)

    assert Task.objects.get().state == "done"


def test_leaving_what_the_office_arranged_is_told_once_and_confirmed_too(deliver, client, contract, owner):
    Contract.objects.update(e_invoice="e_invoice")
    for _press in range(2):
        return_to_paper(customer=contract.customer, contract=None, by=owner)
    assert OutboxFact.objects.count() == EInvoiceWithdrawal.objects.count() == 1
    deliver("e_invoice")
    assert [one.state for one in e_invoice_standing(factories.viewer(owner)).coverages] == ["off"]
    deliver("paper", in_days=2)
    assert EInvoiceWithdrawal.objects.get().confirmed_at
    deliver("e_invoice", in_days=3)
    assert [one.state for one in e_invoice_standing(factories.viewer(owner)).coverages] == ["office"], "arranged anew"
    client.force_login(owner)
    assert "E-faktury ustalone z biurem" in client.get(PAGE).content.decode()


def test_a_contract_that_is_over_contradicts_nobody(withdrawal, contract):
    over = factories.make_contract(contract.customer, ends_on=clock.today() - timedelta(days=40))
    Contract.objects.filter(pk=over.pk).update(e_invoice="e_invoice")

    e_invoice_confirmed.settle(contract.customer.contracts.all(), as_of=clock.now() + timedelta(days=20))

    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at
    assert not Task.objects.exists()


def test_by_rule_of_each_contract_the_withdrawal_of_one_says_nothing_of_another(contract, owner, terms):
    rule(covers="contract")
    other = factories.make_contract(contract.customer)
    given = give_consent(customer=contract.customer, terms=terms, email="a@example.pl", by=owner)
    withdraw_consent(next(one for one in given if one.contract == other), by=owner)

    e_invoice_confirmed.settle(contract.customer.contracts.all(), as_of=clock.now() + timedelta(days=1))

    assert EInvoiceWithdrawal.objects.get(contract=other).confirmed_at
    assert EInvoiceConsent.objects.get(contract=contract).confirmed_at

"""The codes on a printed invoice: what a decoder reads in them, and when there are none."""

from decimal import Decimal

import pytest

from portal import clock
from portal.billing.models import Invoice
from portal.billing.ways_to_pay import ways_to_pay
from portal.utility import rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord, Utility
from tests import factories
from tests.portal.billing.test_widgets import scanned

pytestmark = pytest.mark.django_db


def invoice(**fields) -> Invoice:
    Utility.objects.create(name="Wodociągi", legal_name="Wodociągi Łódzkie Sp. z o.o.", nip="1234563218")
    forget_everything()
    customer = factories.make_customer(virtual_account="65102010260000042030091004", nip=fields.pop("nip", ""))
    return factories.make_charge(customer, "135.38", number="FV/Ł/11/2026", **fields).entry.invoice


def rule(rule_set: str, **values) -> None:
    RuleRecord.objects.create(rule_set=rule_set, effective_from=clock.today(), values=values)
    rulebook.forget()


def test_a_print_has_the_transfer_and_the_page_that_takes_a_payment(settings):
    settings.EBOK_BASE_URL = "https://ebok.example"
    transfer, online = ways_to_pay(invoice())

    read = scanned(f'src="{transfer.picture}"')
    assert read == "1234563218|PL|65102010260000042030091004|013538|Wodociągi Łódzkie|FV/Ł/11/2026|||"
    address = scanned(f'src="{online.picture}"')
    assert address == online.address == "https://ebok.example/platnosci/faktura/?faktura=FV%2F%C5%81%2F11%2F2026"
    assert "135" not in address  # the amount is what the guest has to know


@pytest.mark.parametrize("fields", [{"to_pay": Decimal(0)}, {"kind": Invoice.Kind.CORRECTION}, {"currency": "EUR"}])
def test_where_nothing_is_asked_for_there_is_no_code(fields):
    assert ways_to_pay(invoice(**fields)) == ()


def test_by_rule_there_is_neither():
    made = invoice()
    rule("billing", shows_transfer_code=False)
    rule("modules", payments=False)

    assert ways_to_pay(made) == ()


def test_a_firm_s_print_has_no_code_that_cannot_carry_the_number_in_ksef():
    made = invoice(nip="5265877635", ksef_number="5265877635-20270105-0100001AF629-AF")
    assert len(ways_to_pay(made)) == 2
    rule("billing", ksef_titles_from="2020-01-01")

    assert [code.address != "" for code in ways_to_pay(made)] == [True]

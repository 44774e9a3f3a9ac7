"""“Is this invoice real?”: docs/rules/check-invoice.md, quoted fact by fact."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from portal.billing.genuine import Answer, Printed, check_invoice, read_code
from portal.billing.proof import NotProven, TooMany, prove_invoice
from portal.desk.models import Task
from portal.qr import zbp_code
from portal.utility import rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord, Utility
from tests import factories

OWN = "03102010264203000000012345"
UTILITYS = "56102010260000042030091004"
FOREIGN = "61109010140000071219812874"


@pytest.fixture
def invoice(db):
    customer = factories.make_customer(number="012345", virtual_account=OWN)
    Utility.objects.update_or_create(pk=1, defaults={"name": "Wodociągi", "bank_account": UTILITYS})
    forget_everything()
    return factories.make_charge(customer, "135.38", number="012345/11/2026").entry.invoice


def ask(number="012345/11/2026", amount="135.38", account=OWN, person="p", address="10.0.0.1"):
    return check_invoice(Printed(number, Decimal(amount), account), person=person, address=address)


@pytest.mark.parametrize("account", [OWN, f"PL{OWN}", "03 1020 1026 4203 0000 0001 2345", UTILITYS])
def test_our_invoice_with_an_account_of_ours_is_ours(invoice, account):
    assert ask(account=account) is Answer.OURS
    assert not Task.objects.exists()


def test_the_account_printed_on_the_invoice_counts_too(invoice):
    invoice.seller_account = FOREIGN
    invoice.save()
    assert ask(account=FOREIGN) is Answer.OURS


@pytest.mark.parametrize("wrong", [{"number": "012345/10/2026"}, {"amount": "135.39"}, {"amount": "0.00"}])
@pytest.mark.parametrize("account", [OWN, FOREIGN])
def test_an_unknown_number_and_a_wrong_amount_get_one_answer_whatever_the_account(invoice, wrong, account):
    assert ask(**wrong, account=account) is Answer.NOT_FOUND
    assert not Task.objects.exists()


def test_a_foreign_account_is_an_alarm_and_one_task(invoice):
    assert ask(account=FOREIGN) is Answer.OTHER_ACCOUNT
    assert ask(account=FOREIGN) is Answer.OTHER_ACCOUNT
    task = Task.objects.get()
    assert (task.kind, task.customer) == ("foreign_account", invoice.customer.public_id)
    assert FOREIGN in task.body


def test_attempts_are_counted_together_with_registration_and_guest_payment(invoice):
    for _attempt in range(3):
        assert ask(amount="1.00") is Answer.NOT_FOUND
    for _attempt in range(2):
        known = prove_invoice(number=invoice.number, amount=Decimal("1.00"), person="other", address="10.0.0.9")
        assert isinstance(known, NotProven)
    assert isinstance(ask(person="third", address="10.0.0.7"), TooMany)


def test_a_transfer_code_is_read():
    code = zbp_code(account=OWN, amount=Decimal("135.38"), name="Wodociągi", title="012345/11/2026", nip="1234563218")
    assert read_code(code.text) == Printed("012345/11/2026", Decimal("135.38"), OWN)


@pytest.mark.parametrize("text", ["", "https://example.pl", "1|PL|12|000100|A|B", "1|PL|" + OWN + "|abc|A|B|||"])
def test_another_code_is_not(text):
    assert read_code(text) is None


def post(client, **given):
    sent = {"number": "012345/11/2026", "amount": "135,38", "account": OWN, "code": "", **given}
    return client.post(reverse("billing:check"), sent)


def test_the_page_answers_and_keeps_nothing(client, invoice):
    assert "Wystawiliśmy" in post(client).content.decode() or "We issued" in post(client).content.decode()
    assert post(client, amount="1,00").status_code == 200
    assert post(client, account="12").status_code == 422
    assert post(client, number="").status_code == 422
    assert post(client, amount="dużo").status_code == 422
    assert post(client, code="nonsense").status_code == 422


def test_the_code_of_the_letter_is_enough(client, invoice):
    text = zbp_code(account=FOREIGN, amount=Decimal("135.38"), name="X", title=invoice.number, nip="").text
    answer = post(client, number="", amount="", account="", code=text)
    assert 'role="alert"' in answer.content.decode()


def test_where_the_rule_says_no_there_is_no_page_and_no_link(client, invoice):
    assert reverse("billing:check") in client.get(reverse("account_login")).content.decode()
    RuleRecord.objects.create(rule_set="billing", effective_from=date(2020, 1, 1), values={"checks_invoices": False})
    rulebook.forget()
    assert client.get(reverse("billing:check")).status_code == 404
    assert reverse("billing:check") not in client.get(reverse("account_login")).content.decode()

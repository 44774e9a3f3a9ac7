"""Letters about bills: each new invoice once, reminders while something is open."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.urls import reverse

from portal import clock, jobs, money
from portal.billing import letters, transit
from portal.billing.models import CustomerAccount, Invoice
from portal.notifications.actions import choose
from portal.notifications.models import Delivery
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord
from tests.factories import make_account, make_charge, make_customer, make_manager, make_owner, make_point, make_user
from tests.portal.billing.ksef_files import invoice_file

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture
def customer():
    return make_customer(number="098765", virtual_account="56102010260000042030091004")


@pytest.fixture
def owner(customer):
    return make_owner(customer, email="anna@example.pl")


def invoice(customer, amount="135.38", *, issued=TODAY, due=TODAY + timedelta(days=14), **fields):
    item = make_charge(customer, amount, due_on=due, **fields)
    Invoice.objects.filter(pk=item.entry.invoice_id).update(issued_on=issued, due_on=due)
    item.entry.invoice.refresh_from_db()
    return item


def rule(**values):
    RuleRecord.objects.create(rule_set="invoice_letters", effective_from=date(2020, 1, 1), values=values)
    forget_everything()


def written():
    return {(one.recipient, one.message) for one in Delivery.objects.all()}


# ------------------------------------------------------------------------------------------------------- new invoices


@pytest.mark.fact("S2.6")
def test_a_new_invoice_is_written_about_with_what_one_needs_and_no_more(customer, owner, run_jobs):
    item = invoice(customer, number="098765/11/2026")
    assert letters.announce_new() == 1
    run_jobs()
    (letter,) = mail.outbox
    assert letter.to == ["anna@example.pl"]
    for said in ("098765/11/2026", "135,38", "04.12.2026", "•••• 1004"):
        assert said in letter.body.replace("\xa0", " "), said
    assert "56102010260000042030091004" not in letter.body.replace(" ", "")
    delivery = Delivery.objects.get()
    assert delivery.target == (
        f"{reverse('billing:invoice', args=[item.entry.invoice.public_id])}?k={customer.public_id}"
    )


def test_each_invoice_is_written_about_once_whatever_happens(customer, owner):
    invoice(customer)
    letters.announce_new()
    letters.announce_new()
    Invoice.objects.update(announced_at=None)  # a database restored to before
    letters.announce_new()
    assert Delivery.objects.count() == 1


def test_a_letter_and_the_mark_that_it_is_written_stand_or_fall_together(customer, owner, monkeypatch):
    invoice(customer)

    def fails(*_args, **_values):
        raise OSError("no room left")

    with monkeypatch.context() as broken:
        broken.setattr(letters, "write_to", fails)
        with pytest.raises(OSError, match="no room"):
            letters.announce_new()
    assert Invoice.objects.get().announced_at is None
    letters.announce_new()
    assert Delivery.objects.count() == 1


def test_whoever_acts_for_the_whole_customer_is_written_to_and_nobody_else(customer, owner):
    make_manager(customer, email="caly@example.pl")
    make_manager(customer, [make_point(customer=customer)], email="czesciowy@example.pl")
    make_user(email="obcy@example.pl")
    invoice(customer)
    letters.announce_new()
    assert {to for to, _message in written()} == {"anna@example.pl", "caly@example.pl"}


def test_who_switched_it_off_is_not_written_to(customer, owner):
    choose(owner, [("invoice_new", "email", False)])
    invoice(customer)
    letters.announce_new()
    assert written() == set()


def test_an_invoice_that_came_long_after_it_was_issued_is_not_news(customer, owner):
    invoice(customer, issued=TODAY - timedelta(days=15))
    letters.announce_new()
    assert written() == set()


def test_an_invoice_in_question_is_written_about_when_its_figures_are_shown_again_however_late(customer, owner):
    make_account(customer)
    invoice(customer)
    long_ago = invoice(customer, issued=TODAY - timedelta(days=200))
    CustomerAccount.objects.update(is_in_question=True)
    assert letters.announce_new() == 0
    CustomerAccount.objects.update(is_in_question=False)
    with clock.stopped(clock.at(TODAY + timedelta(days=40), 12)):
        assert letters.announce_new() == 1
        assert letters.announce_new() == 0
    assert written() == {("anna@example.pl", "invoice_new")}
    long_ago.entry.invoice.refresh_from_db()
    assert long_ago.entry.invoice.announced_at is None


def test_a_utility_may_write_of_no_invoice(customer, owner):
    rule(announces=False)
    invoice(customer)
    assert letters.announce_new() == 0


@pytest.mark.parametrize(
    ("shown", "said"),
    [("whole", "56 1020 1026 0000 0420 3009 1004"), ("last_four", "•••• 1004"), ("none", "–")],
)
def test_a_rule_says_how_much_of_the_account_a_letter_says(customer, owner, shown, said):
    rule(account=shown)
    invoice(customer)
    letters.announce_new()
    assert said in Delivery.objects.get().body


def test_the_pdf_and_the_transfer_code_come_only_where_a_rule_says_so(customer, owner, run_jobs):
    item = invoice(customer)
    item.entry.invoice.received_pdf.save("f.pdf", ContentFile(b"%PDF-1"))
    letters.announce_new()
    run_jobs()
    assert mail.outbox[0].attachments == []
    rule(attaches=["invoice_pdf"])
    invoice(customer)
    letters.announce_new()
    run_jobs()
    ((name, content, kind),) = mail.outbox[1].attachments
    assert name.endswith(".pdf")
    assert kind == "application/pdf"
    assert content.startswith(b"%PDF")


def test_an_import_has_its_new_invoices_written_about(customer, owner, run_jobs):
    invoice(customer)
    jobs.later("portal.billing.tasks.announce_new")
    run_jobs()
    assert len(mail.outbox) == 1


# ---------------------------------------------------------------------------------------------------------- reminders


@pytest.mark.parametrize(
    ("due_in", "message"),
    [(4, None), (3, "invoice_due_soon"), (0, "invoice_due_soon"), (-2, None), (-3, "invoice_overdue"), (-31, None)],
)
def test_a_reminder_comes_some_days_before_and_some_after_the_due_date(customer, owner, due_in, message):
    make_account(customer)
    invoice(customer, due=TODAY + timedelta(days=due_in))
    letters.remind()
    assert [found for _to, found in written()] == ([message] if message else [])


def test_a_reminder_comes_once_for_a_due_date(customer, owner):
    invoice(customer, due=TODAY)
    letters.remind()
    letters.remind()
    assert Delivery.objects.count() == 1


def test_what_is_paid_and_being_booked_is_not_reminded_of(customer, owner):
    item = invoice(customer, due=TODAY)
    transit.hold(
        customer_id=customer.pk,
        items=[(item.pk, Decimal("135.38"))],
        reference="P-1",
        until=clock.now() + timedelta(minutes=30),
    )
    assert letters.remind() == 0
    transit.settle("P-1", at=clock.now())
    assert letters.remind() == 0


def test_of_a_part_paid_only_the_rest_is_reminded_of(customer, owner):
    item = invoice(customer, due=TODAY)
    transit.hold(
        customer_id=customer.pk,
        items=[(item.pk, Decimal("100.00"))],
        reference="P-1",
        until=clock.now() + timedelta(minutes=30),
    )
    transit.settle("P-1", at=clock.now())
    letters.remind()
    assert "35,38" in Delivery.objects.get().body


def test_while_figures_are_in_question_nobody_is_reminded(customer, owner):
    make_account(customer)
    invoice(customer, due=TODAY)
    CustomerAccount.objects.update(is_in_question=True)
    assert letters.remind() == 0


def test_a_utility_may_send_no_reminders(customer, owner):
    rule(remind_days_before=0, remind_days_after=0)
    invoice(customer, due=TODAY)
    invoice(customer, due=TODAY - timedelta(days=5))
    assert letters.remind() == 0


# ------------------------------------------------------------------------------- what asks for no money, or for other money


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "kor", "gross": Decimal("-13.50"), "to_pay": Decimal("-13.50")},
        {"gross": Decimal("108.00"), "to_pay": Decimal("0.00")},
    ],
    ids=["a correction downwards", "an overpaid invoice"],
)
def test_whoever_owes_nothing_on_an_invoice_is_not_asked_for_money(customer, owner, run_jobs, fields):
    rule(account="whole", attaches=["transfer_code"])
    made = invoice(customer, number="098765/11/2026").entry.invoice
    Invoice.objects.filter(pk=made.pk).update(**fields)
    assert letters.announce_new() == 1
    run_jobs()
    (letter,) = mail.outbox
    said = letter.body.replace("\xa0", " ")
    assert money.amount(fields["gross"]) in said
    assert "nie ma nic do zapłaty" in said
    assert "1004" not in said
    assert letter.attachments == []


def test_an_invoice_in_another_currency_says_its_own_and_asks_for_no_transfer(customer, owner, run_jobs):
    rule(attaches=["transfer_code"])
    made = invoice(customer, due=TODAY).entry.invoice
    Invoice.objects.filter(pk=made.pk).update(currency="EUR")
    letters.announce_new()
    assert letters.remind() == 0
    run_jobs()
    (letter,) = mail.outbox
    assert "135,38 EUR" in letter.body.replace("\xa0", " ")
    assert "zł" not in letter.body
    assert letter.attachments == []


def test_a_letter_goes_without_the_pdf_while_the_number_in_ksef_is_still_to_come(customer, owner, run_jobs):
    rule(attaches=["invoice_pdf"])
    made = invoice(customer).entry.invoice
    made.original.save("f.xml", ContentFile(invoice_file()))
    Invoice.objects.filter(pk=made.pk).update(ksef_mode="online", ksef_number="")
    letters.announce_new()
    run_jobs()
    (letter,) = mail.outbox
    assert letter.attachments == []
    assert Delivery.objects.get().state == "sent"

"""The widgets about money, as their readers meet them."""

import html
import re
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
import zxingcpp
from django.test import RequestFactory
from django.utils import translation
from PIL import Image

from portal import clock
from portal.billing import blocks
from portal.billing.models import CustomerAccount, Document, EntryShare, ShareBalance, Transit, TransitPart
from portal.customers.actions import grant_access
from portal.utility import rulebook
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord, Utility
from tests import factories


@pytest.fixture
def customer(db):
    return factories.make_customer()


@pytest.fixture
def draw(customer):
    """Draws a widget for a user; the owner unless another is named."""
    owner = factories.make_owner(customer)

    def drawn(widget, user=None, page=1, **value):
        widget.set_name("widget")
        request = RequestFactory().get("/", {"page": page})
        request.user = SimpleNamespace(is_staff=False)
        request.viewer = factories.viewer(user or owner, customer)
        return str(widget.render(widget.to_python(value), {"request": request})).replace("\xa0", " ")

    return drawn


def in_transit(item, amount):
    transit = Transit.objects.create(
        reference=f"t{item.pk}",
        customer=item.customer,
        amount=Decimal(amount),
        state="paid",
        channel="blik",
        held_until=clock.now(),
        paid_at=clock.now() - timedelta(days=2),
    )
    TransitPart.objects.create(transit=transit, item=item, amount=Decimal(amount))


def switch(**modules):
    RuleRecord.objects.create(rule_set="modules", effective_from=clock.today(), values=modules)
    rulebook.forget()


# ------------------------------------------------------------------------------------------------------------- what is due


def test_the_sum_to_pay_has_its_date_and_its_button(customer, draw):
    factories.make_charge(customer, "135.38", due_in=4)
    in_transit(factories.make_charge(customer, "63.10", due_in=-9), "63.10")
    drawn = draw(blocks.DueWidget())
    assert "135,38 zł</p>" in drawn
    assert "24 listopada" in drawn
    assert "63,10 zł" in drawn
    assert "18 listopada" in drawn
    assert drawn.count('name="item"') == 1


def test_two_items_are_paid_at_once(customer, draw):
    factories.make_charge(customer, "100.00")
    factories.make_charge(customer, "35.38", due_in=-2)
    drawn = draw(blocks.DueWidget())
    assert "135,38 zł</p>" in drawn
    assert drawn.count('name="item"') == 2


@pytest.mark.parametrize("why", ["module", "right", "question"])
def test_without_the_module_the_right_or_clear_figures_there_is_no_button(customer, draw, why):
    factories.make_charge(customer, "135.38")
    user = None
    if why == "module":
        switch(payments=False)
    elif why == "right":
        user = factories.make_user()
        grant_access(user=user, customer=customer, role="proxy", ground="invitation", deeds=["see_balance"])
    else:
        CustomerAccount.objects.update(is_in_question=True)
    drawn = draw(blocks.DueWidget(), user)
    assert "<form" not in drawn
    assert ("135,38" in drawn) is (why != "question")
    assert "<form" not in draw(blocks.OpenItemsWidget(), user, is_choice_only=False)


def test_an_overpayment_is_said_and_nothing_is_to_pay(customer, draw):
    factories.make_account(customer, "-20.00", unallocated_credit=Decimal("20.00"))
    drawn = draw(blocks.DueWidget())
    assert "20,00 zł" in drawn
    assert "−" not in drawn
    assert "<form" not in drawn


def test_credit_that_covers_what_is_open_comes_before_any_button(customer, draw):
    factories.make_charge(customer, "470.07")
    factories.make_entry(customer, "-5000.00", kind="payment")

    shown = draw(blocks.DueWidget())

    assert "4 529,93 zł" in shown
    assert "Zapłać" not in shown
    assert "Pay " not in shown


def test_a_settled_account_and_one_without_figures(customer, draw):
    assert draw(blocks.DueWidget()) == ""
    factories.make_account(customer, "0.00")
    assert "sheet due" in draw(blocks.DueWidget())


def test_a_partial_manager_reads_what_falls_on_his_points_and_pays_only_what_is_his(customer, draw):
    contract = factories.make_contract(customer)
    mine, other = factories.make_point(contract), factories.make_point(contract)
    entry = factories.make_charge(customer, "100.00", contract=contract, point=mine).entry
    EntryShare.objects.filter(entry=entry).update(amount=Decimal("30.00"))
    EntryShare.objects.create(entry=entry, contract=contract, point=other, amount=Decimal("70.00"))
    ShareBalance.objects.update(balance=Decimal("30.00"))
    drawn = draw(blocks.DueWidget(), factories.make_manager(customer, [mine]))
    assert "30,00 zł" in drawn
    assert "100,00" not in drawn
    assert "<form" not in drawn


# ------------------------------------------------------------------------------------------------------------ open items


def test_open_items_are_a_choice(customer, draw):
    factories.make_charge(customer, "10.00")
    assert draw(blocks.OpenItemsWidget()) == ""
    assert draw(blocks.OpenItemsWidget(), is_choice_only=False).count("checkbox") == 1
    factories.make_charge(customer, "20.00")
    assert draw(blocks.OpenItemsWidget()).count("checkbox") == 2


def test_what_is_being_booked_is_listed_without_a_box(customer, draw):
    in_transit(factories.make_charge(customer, "63.10"), "63.10")
    drawn = draw(blocks.OpenItemsWidget(), is_choice_only=False)
    assert "63,10 zł" in drawn
    assert "checkbox" not in drawn


def test_only_the_most_urgent_are_listed_and_the_rest_counted(customer, draw):
    for _ in range(23):
        factories.make_charge(customer, "1.00")
    drawn = draw(blocks.OpenItemsWidget())
    assert drawn.count("checkbox") == blocks.SHOWN_AT_ONCE
    assert "3" in drawn


# ------------------------------------------------------------------------------------------------------------- documents


def test_documents_without_the_module_of_notes_are_invoices(customer, draw):
    factories.make_charge(customer, number="F/1")
    Document.objects.create(external_id="D1", customer=customer, kind="demand", number="W/1", issued_on=clock.today())
    assert "W/1" in draw(blocks.DocumentsWidget())
    switch(notes=False)
    drawn = draw(blocks.DocumentsWidget())
    assert "F/1" in drawn
    assert "W/1" not in drawn
    assert draw(blocks.DocumentsWidget(), shows="notes") == ""


def test_a_paged_list_goes_on_and_one_that_is_not_shows_the_newest(customer, draw):
    for age in range(5):
        factories.make_charge(customer, number=f"F/{age}/", issued_on=clock.today() - timedelta(days=age))
    second = draw(blocks.DocumentsWidget(), page=2, count=2, is_paged=True)
    assert "F/2/" in second
    assert "F/0/" not in second
    assert f"k={customer.public_id}&amp;page=3" in second
    assert "F/0/" in draw(blocks.DocumentsWidget(), page=2, count=2, is_paged=False)


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999", "²"])
def test_a_page_that_makes_no_sense_is_the_first(customer, draw, page):
    factories.make_charge(customer, number="F/1")
    assert "F/1" in draw(blocks.DocumentsWidget(), page=page, is_paged=True)


def test_a_reader_without_documents_is_told_so(draw):
    assert "empty" in draw(blocks.DocumentsWidget())


# -------------------------------------------------------------------------------------------------------------- transfer


def test_the_customer_s_own_account_comes_before_the_utility_s(customer, draw):
    assert draw(blocks.TransferWidget()) == ""
    Utility.objects.create(name="Wodociągi", bank_account="56102010260000042030091004")
    forget_everything()
    assert "56 1020 1026 0000 0420 3009 1004" in draw(blocks.TransferWidget())
    customer.virtual_account = "56102010264203000000012345"
    customer.save()
    drawn = draw(blocks.TransferWidget())
    assert "56 1020 1026 4203 0000 0001 2345" in drawn
    assert customer.number in drawn


@pytest.fixture
def account(customer):
    Utility.objects.create(name="Wodociągi", legal_name="Wodociągi Łódzkie Sp. z o.o.", nip="1234563218")
    forget_everything()
    customer.virtual_account = "65102010260000042030091004"
    customer.save()


def scanned(drawn):
    """What a decoder reads in the code of a drawn widget; None where there is no code."""
    found = re.search(r'src="(data:image/svg\+xml[^"]+)"', drawn)
    if found is None:
        return None
    body = unquote(html.unescape(found[1]).partition(",")[2])
    drawing = re.search(r" d='([^']+)'", body)
    side = int(re.search(r"viewBox='0 0 (\d+)", body)[1])
    picture = Image.new("L", (side, side), 255)
    pen = [0.0, 0.0]
    for verb, numbers in re.findall(r"([Mmh])([^Mmh]*)", drawing[1]):
        steps = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if verb == "h":
            for x in range(int(pen[0]), int(pen[0] + steps[0])):
                picture.putpixel((x, int(pen[1])), 0)
            pen[0] += steps[0]
        else:
            pen = steps if verb == "M" else [pen[0] + steps[0], pen[1] + steps[1]]
    return zxingcpp.read_barcode(picture.resize((side * 4, side * 4), Image.Resampling.NEAREST)).text


@pytest.mark.usefixtures("account")
def test_the_code_holds_what_is_open_now_and_a_decoder_reads_it(customer, draw):
    factories.make_charge(customer, "135.38", number="012345/11/2026")
    drawn = draw(blocks.TransferWidget())
    assert "135,38 zł" in drawn
    assert scanned(drawn) == "1234563218|PL|65102010260000042030091004|013538|Wodociągi Łódzkie|012345/11/2026|||"


@pytest.mark.usefixtures("account")
def test_the_code_holds_only_what_is_not_on_its_way(customer, draw):
    in_transit(factories.make_charge(customer, "135.38"), "100.00")
    factories.make_charge(customer, "68.72")
    fields = scanned(draw(blocks.TransferWidget())).split("|")
    assert (fields[3], fields[5]) == ("010410", f"klient {customer.number}")


@pytest.mark.usefixtures("account")
def test_where_nothing_is_open_or_the_figures_are_in_question_there_is_no_code(customer, draw):
    assert scanned(draw(blocks.TransferWidget())) is None
    factories.make_charge(customer, "135.38")
    CustomerAccount.objects.filter(customer=customer).update(is_in_question=True)
    drawn = draw(blocks.TransferWidget())
    assert scanned(drawn) is None
    assert "135,38" not in drawn


@pytest.mark.usefixtures("account")
def test_an_amount_too_large_for_a_code_is_said(customer, draw):
    factories.make_charge(customer, "12000.00")
    with translation.override("en"):
        drawn = draw(blocks.TransferWidget())
    assert scanned(drawn).split("|")[3] == "000000"
    assert "type the amount yourself" in drawn


@pytest.mark.usefixtures("account")
def test_a_title_too_long_for_a_code_is_copied_instead(customer, draw):
    number = "FV/012345/WODA-I-SCIEKI/11/2026/K"
    factories.make_charge(customer, "135.38", number=number)
    drawn = draw(blocks.TransferWidget())
    assert scanned(drawn) is None
    assert "32" in drawn
    assert f'data-copy="{number}"' in drawn


@pytest.mark.usefixtures("account")
def test_a_utility_may_show_no_code(customer, draw):
    factories.make_charge(customer, "135.38")
    RuleRecord.objects.create(rule_set="billing", effective_from=clock.today(), values={"shows_transfer_code": False})
    rulebook.forget()
    assert scanned(draw(blocks.TransferWidget())) is None


# Firms and the number in KSeF

KSEF = "5265877635-20270105-0100001AF629-AF"


@pytest.fixture
def firm(customer, account):
    customer.nip = "5265877635"
    customer.save()


def from_today():
    values = {"ksef_titles_from": clock.today().isoformat()}
    RuleRecord.objects.create(rule_set="billing", effective_from=clock.today(), values=values)
    rulebook.forget()


@pytest.mark.usefixtures("firm")
def test_until_the_day_of_the_rule_a_firm_s_transfer_is_titled_as_ever(customer, draw):
    factories.make_charge(customer, "135.38", number="012345/11/2026", ksef_number=KSEF)
    drawn = draw(blocks.TransferWidget())
    assert KSEF not in drawn
    assert scanned(drawn) is not None


@pytest.mark.usefixtures("firm")
def test_from_that_day_it_is_titled_with_the_number_in_ksef_and_has_no_code(customer, draw):
    factories.make_charge(customer, "135.38", number="012345/11/2026", ksef_number=KSEF)
    from_today()
    with translation.override("en"):
        drawn = draw(blocks.TransferWidget())
    assert f'data-copy="{KSEF}"' in drawn
    assert scanned(drawn) is None
    assert "cannot carry the KSeF number" in drawn


@pytest.mark.usefixtures("firm")
def test_each_of_several_invoices_has_a_title_of_its_own(customer, draw):
    factories.make_charge(customer, "135.38", number="012345/11/2026", ksef_number=KSEF)
    factories.make_charge(customer, "68.72", number="012345/10/2026", ksef_number=KSEF.replace("0105", "0106"))
    from_today()
    drawn = draw(blocks.TransferWidget())
    assert drawn.count("-0100001AF629-AF</") + drawn.count("-0100001AF629-AF <") == 2
    assert f"klient {customer.number}" not in drawn


@pytest.mark.usefixtures("firm")
def test_a_note_that_is_not_in_ksef_keeps_its_code(customer, draw):
    factories.make_charge(customer, "135.38", number="N/1/2026")
    from_today()
    assert scanned(draw(blocks.TransferWidget())) is not None


@pytest.mark.usefixtures("account")
def test_a_household_s_transfer_has_its_code_as_ever(customer, draw):
    factories.make_charge(customer, "135.38", number="012345/11/2026", ksef_number=KSEF)
    from_today()
    assert scanned(draw(blocks.TransferWidget())) is not None

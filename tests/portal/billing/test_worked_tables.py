"""What docs/rules promises of balances, open items, money on its way, history and letters, row by row."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal import clock
from portal.billing import bookkeeping, letters, transit
from portal.billing.history import Asked, history
from portal.billing.ksef.reader import check_substance, read_invoice
from portal.billing.models import CustomerAccount, LedgerEntry, OpenItem, Transit, TransitPart
from portal.billing.queries import balance, open_items
from portal.billing.templatetags.billing import due_words, standing
from portal.billing.transit import book_entries
from portal.customers import services
from portal.customers.models import Customer
from portal.desk.models import Task
from portal.notifications.models import Delivery
from tests import factories
from tests.portal.billing.ksef_files import invoice_file
from tests.worked_tables import amounts, rows, zloty

pytestmark = pytest.mark.django_db
SERVICES = {"water": "water", "sewage": "sewage"}


@pytest.fixture(autouse=True)
def _the_day_of_the_tables():
    with clock.stopped(factories.moment("2026-11-20 10:00")):
        yield


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u2212", "−")


def recomputed(customer: Customer) -> CustomerAccount:
    bookkeeping.recompute(Customer.objects.filter(pk=customer.pk), as_of=clock.now())
    return CustomerAccount.objects.get(customer=customer)


def moving(
    item: OpenItem | None, customer: Customer, amount: Decimal, *, until: Any = None, key: str = "t1"
) -> Transit:
    """Paid and not booked; with `until`, held."""
    found = Transit.objects.create(
        reference=key,
        customer=customer,
        amount=amount,
        state="held" if until else "paid",
        held_until=until or clock.now(),
        paid_at=None if until else clock.now() - timedelta(hours=1),
    )
    TransitPart.objects.create(transit=found, item=item, amount=amount)
    return found


# ------------------------------------------------------------------------------------------------- balance.md


@pytest.mark.parametrize("row", rows("balance.md", "Entries"), ids=lambda row: row["Entries"])
def test_the_balance_is_said_as_the_page_says(row: dict[str, str]) -> None:
    customer = factories.make_customer()
    contract = factories.make_contract(customer)
    points = {name: factories.make_point(contract) for name in "AB"}
    for part in re.findall(r"[+−][\d ]+,\d\d[^,;]*", row["Entries"]):
        (amount,) = amounts(part)
        place: dict[str, Any] = {}
        if name := re.search(r"on point ([AB])", part):
            place = {"contract": contract, "point": points[name[1]]}
        elif service := next((word for word in SERVICES if word in part), ""):
            place = {"contract": contract, "service": service}
        kind = "charge" if amount > 0 else "payment"
        factories.make_entry(customer, amount, kind=kind, due_on=clock.today(), **place)
    if "any" in row["Entries"]:
        factories.make_entry(customer, "77.77", due_on=clock.today())
    recomputed(customer)
    if "in question" in row["Entries"]:
        CustomerAccount.objects.update(is_in_question=True)
    if row["Being booked"] != "–":
        moving(None, customer, zloty(row["Being booked"]))
    is_of_a_part = "manager of A" in row["Entries"]
    reader = factories.make_manager(customer, [points["A"]]) if is_of_a_part else factories.make_owner(customer)

    found = balance(factories.viewer(reader))

    assert found is not None
    if row["Balance"] == "not shown":
        assert (found.state, found.amount, found.parts) == ("in_question", 0, ())
    else:
        assert found.amount == zloty(row["Balance"])
        assert row["Said"].casefold().startswith(plain(standing(found.amount)).casefold())
    assert found.is_partial is is_of_a_part
    assert found.in_transit == (amounts(row["Said"])[-1] if "księgowania" in row["Said"] else 0)
    for said in re.findall(r"(woda|ścieki|nieprzypisane) ([+−]?[\d ]+,\d\d)", row["Said"]):
        named = {
            services.in_words([part.service]) if part.contract else "nieprzypisane": part.amount for part in found.parts
        }
        assert named[said[0]] == zloty(said[1])


# ---------------------------------------------------------------------------------------------- open-items.md


@pytest.mark.parametrize("row", rows("open-items.md", "Open"), ids=lambda row: " | ".join(row.values()))
def test_an_open_item_is_payable_as_the_page_says(row: dict[str, str]) -> None:
    customer = factories.make_customer()
    day, month = (int(part) for part in row["Due"].split("."))
    due = date(2026, month, day)
    item = factories.make_charge(customer, zloty(row["Open"]), due_in=(due - clock.today()).days)
    if row["In transit"] != "–":
        moving(item, customer, zloty(row["In transit"]))
    now = clock.now()
    if row["Held"] != "–":
        until, asked = re.search(r"until (\d\d:\d\d)", row["Held"]), re.search(r"it is (\d\d:\d\d)", row["Held"])
        assert until
        moving(item, customer, amounts(row["Held"])[0], until=factories.moment(f"2026-11-20 {until[1]}"), key="t2")
        now = factories.moment(f"2026-11-20 {asked[1]}") if asked else now
    reader = factories.viewer(factories.make_owner(customer))

    with clock.stopped(now):
        (found,) = open_items(reader).items

    state, _comma, said = row["State"].partition(", ")
    assert (found.payable, found.state) == (zloty(row["Payable"]), state.replace(" ", "_"))
    if said and state != "held":
        assert due_words(found.due_on) == said.strip('"')
    if state == "held":
        assert found.held_until == factories.moment(f"2026-11-20 {said.strip(chr(34)).split()[-1]}")


# ------------------------------------------------------------------------------------------------- transit.md


@pytest.mark.parametrize("row", rows("transit.md", "Open amount"), ids=lambda row: " | ".join(row.values()))
def test_what_can_still_be_paid_is_as_the_page_says(row: dict[str, str]) -> None:
    customer = factories.make_customer()
    item = factories.make_charge(customer, "135.38", open_amount=amounts(row["Open amount"])[0])
    if row["Paid, being booked"] != "–":
        moving(item, customer, zloty(row["Paid, being booked"]))
    if row["Held by others"] != "–":
        moving(item, customer, zloty(row["Held by others"]), until=clock.now() + timedelta(minutes=9), key="t2")
    claim = transit.claims([item.pk]).get(item.pk, transit.Claim())
    assert claim.left_of(item.open_amount) == zloty(row["Can be paid"])


@pytest.mark.parametrize("row", rows("transit.md", "Paid"), ids=lambda row: " | ".join(row.values()))
def test_entries_with_the_reference_book_as_the_page_says(row: dict[str, str]) -> None:
    customer = factories.make_customer()
    item = factories.make_charge(customer, "204.10")
    paid = Decimal("204.10") if row["Paid"].startswith("nothing") else zloty(row["Paid"])
    sent = moving(item, customer, paid, until=clock.now() + timedelta(minutes=9))
    if not row["Paid"].startswith("nothing"):
        transit.settle(sent.reference, at=clock.now())
    entries = [
        factories.make_entry(customer, -amount, kind=LedgerEntry.Kind.PAYMENT, reference=sent.reference)
        for amount in amounts(row["Entries with the reference"])
    ]
    book_entries(entries)
    if "taken back" in row["Entries with the reference"]:
        LedgerEntry.objects.filter(pk=entries[0].pk).update(is_current=False)
        book_entries(LedgerEntry.objects.filter(pk=entries[0].pk))

    sent.refresh_from_db()

    assert sent.state == row["State"]
    if "on their way" in row["And"]:
        (found,) = open_items(factories.viewer(factories.make_owner(customer))).items
        assert found.in_transit == amounts(row["And"])[0]
    assert Task.objects.filter(kind="transit_overbooked").exists() is ("task" in row["And"])


# ------------------------------------------------------------------------------------------------- history.md


def test_the_history_adds_up_as_the_page_says() -> None:
    customer = factories.make_customer()
    table = rows("history.md", "Booked")
    for row in table:
        day, month, year = (int(part) for part in row["Booked"].split("."))
        amount = zloty(row["Amount"])
        kind = "charge" if amount > 0 else "payment"
        factories.make_entry(customer, amount, kind=kind, booked_on=date(year, month, day))
    reader = factories.viewer(factories.make_owner(customer))
    told = {
        month.first: month
        for year in (2025, 2026)
        for month in getattr(history(reader, Asked(year=year)), "months", ())
    }
    for row in table:
        if row["Charged"]:
            day, month, year = (int(part) for part in row["Booked"].split("."))
            found = told.pop(date(year, month, 1))
            assert (found.charged, found.settled, found.after) == tuple(
                zloty(row[name]) for name in ("Charged", "Settled", "Balance at the month's end")
            )
    assert not told


# ------------------------------------------------------------------------------------------ messages.md, invoices.md

LETTER = {"before the due date": "invoice_due_soon", "after the due date": "invoice_overdue"}


@pytest.mark.parametrize(
    "row", rows("messages.md", "Today is 20.11.2026, 135,38 open, due"), ids=lambda row: " | ".join(row.values())
)
def test_reminders_are_written_as_the_page_says(row: dict[str, str]) -> None:
    due, in_transit, letter = row.values()
    day, month = (int(part) for part in due.split("."))
    customer = factories.make_customer()
    factories.make_owner(customer, email="anna@example.pl")
    item = factories.make_charge(customer, "135.38", due_in=(date(2026, month, day) - clock.today()).days)
    if in_transit != "–":
        moving(item, customer, zloty(in_transit))
    letters.remind()
    words, _comma, _amount = letter.partition(", ")
    written = list(Delivery.objects.all())
    assert [one.message for one in written] == ([LETTER[words]] if words in LETTER else [])
    for one in written:
        assert plain(one.body).count(f"{letter[len(words) + 2 :]} zł")


def test_the_worked_settlement_has_no_finding() -> None:
    total, plus, less, to_pay = (amounts(row["Amount"])[0] for row in rows("invoices.md", "On the invoice"))
    assert total + plus - less == to_pay
    sums = {"100.00</P_13_2>": "183.78</P_13_2>", "8.00</P_14_2>": "14.70</P_14_2>", "108.00</P_15>": f"{total}</P_15>"}
    settled = {
        "<Kwota>2.00</Kwota>": f"<Kwota>{plus}</Kwota>",
        "<SumaObciazen>2.00": f"<SumaObciazen>{plus}",
        "<Kwota>12.50</Kwota>": f"<Kwota>{less}</Kwota>",
        "<SumaOdliczen>12.50": f"<SumaOdliczen>{less}",
        "<DoZaplaty>97.50": f"<DoZaplaty>{to_pay}",
    }
    line = {
        "<P_8B>7.5</P_8B><P_9A>6.6667</P_9A><P_11>50.00</P_11>": "<P_8B>10</P_8B><P_9A>13.378</P_9A><P_11>133.78</P_11>"
    }
    assert check_substance(read_invoice(invoice_file(*(sums | settled | line).items()))) == []
    settled["<DoZaplaty>97.50"] = f"<DoZaplaty>{to_pay + Decimal('0.01')}"
    (finding,) = check_substance(read_invoice(invoice_file(*(sums | settled | line).items())))
    assert finding.code == "settlement_differs"

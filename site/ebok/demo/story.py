"""Two years of one customer: what was billed, how it was paid, what was corrected and charged beside the invoices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from ebok.demo import bills, fa3, months, papers
from ebok.demo.bills import Bill
from ebok.demo.books import Books, Charge
from ebok.demo.cast import COMMUNITY, FIRM, HOUSEHOLD, Member
from ebok.demo.meters import Flow
from ebok.demo.plan import Plan, make_ksef_number

HABITS = ("punctual", "late", "debtor", "overpayer", "halves")
HOW_OFTEN = (52, 18, 12, 12, 6)
CHANNELS = ("transfer", "transfer", "transfer", "cash", "card")
GROSZ = Decimal("0.01")
FA3_SINCE = date(2025, 9, 1)  # the schema knows no earlier invoice
KSEF_SINCE = date(2026, 2, 1)


@dataclass
class Story:
    """Everything that the delivery holds of one customer besides his own row."""

    member: Member
    books: Books
    readings: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    invoice_lines: list[dict[str, Any]] = field(default_factory=list)
    invoices_xml: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    papers: list[tuple[str, bytes]] = field(default_factory=list)


def _with_rest(periods: list[tuple[date, date]], *, is_waste: bool) -> Iterator[tuple[tuple[date, date], bool, int]]:
    """Each period, and how many follow it."""
    return ((period, is_waste, len(periods) - count - 1) for count, period in enumerate(periods))


class Teller:
    """Tells the stories of one demo's customers."""

    def __init__(self, plan: Plan, seller: fa3.Side, as_of: date) -> None:
        self.plan, self.seller, self.as_of = plan, seller, as_of
        self.pdfs_left = papers.MOST

    def tell(self, member: Member) -> Story:
        return _Life(self, member).live()


class _Life:
    def __init__(self, teller: Teller, member: Member) -> None:
        self.teller, self.member, self.as_of = teller, member, teller.as_of
        self.chance = member.chance
        self.story = Story(member, Books(member.id, member.number))
        self.books = self.story.books
        self.habit = self.chance.choices(HABITS, HOW_OFTEN)[0]
        if member.place in {HOUSEHOLD, COMMUNITY, FIRM}:
            self.habit = "known"
        self.issue_day = 3 if self.habit == "known" else self.chance.randint(2, 8)
        self.has_rows = member.place % 25 == 7  # their invoices come as rows, without XML
        self.correction_at = self.chance.randint(3, 9) if self.chance.random() < 0.07 else None
        if member.place == HOUSEHOLD:
            self.correction_at = 5
        self._numbers = 0

    def live(self) -> Story:
        odd = None if self.habit == "known" else self.chance.randint(0, 1)
        periods = months.periods(self.as_of, self.member.months, self.issue_day, odd)
        this_month = self.as_of.replace(day=1)
        flows = [Flow(self.member, point, periods[0][0], this_month) for point in self.member.points]
        for flow in flows:
            for meter in filter(None, (flow.point.main, flow.point.garden)):
                self.story.readings += flow.readings(meter, periods, self.as_of)
        # In the order of days: what is overpaid on one invoice is counted to the next.
        whole = [*_with_rest(periods, is_waste=False), *self._waste()]
        for period, is_waste, to_come in sorted(whole, key=lambda one: (one[0][1], one[1])):
            if is_waste:
                self._bill_waste(period, to_come)
            else:
                self._bill(bills.water_bill(self.member, flows, period), period, to_come)
        self._besides()
        return self.story

    # Invoices

    def _bill(self, bill: Bill, period: tuple[date, date], to_come: int) -> None:
        issued = months.on(months.add(period[1].replace(day=1), 1), self.issue_day)
        due = issued + timedelta(days=14)
        if self.habit == "known" and to_come == 0:
            due = max(due, self.as_of + timedelta(days=4))
        number = self.teller.plan.number_of_invoice(self.member.number, issued)
        charge, key = self._issue(bill, period, issued, due, number, ("water", "sewage"))
        if to_come and to_come == self.correction_at:
            self._correct(bill, period, charge, number, key, issued)
        self._pay(charge, due, to_come)

    def _waste(self) -> Iterator[tuple[tuple[date, date], bool, int]]:
        """By the quarter, on the tenth of the month after it."""
        if not self.member.has_waste:
            return
        end = months.add(self.as_of.replace(day=1), -1)
        while end.month % 3 or months.on(months.add(end, 1), 10) > self.as_of:
            end = months.add(end, -1)
        lasts = [months.add(end, -3 * back) for back in range(7, -1, -1)]
        yield from _with_rest([(months.add(last, -2), months.last_day(last)) for last in lasts], is_waste=True)

    def _bill_waste(self, period: tuple[date, date], to_come: int) -> None:
        issued = months.on(months.add(period[1].replace(day=1), 1), 10)
        due = issued + timedelta(days=14)
        number = f"{self.teller.plan.number_of_invoice(self.member.number, issued)}/O"
        charge, _key = self._issue(bills.waste_bill(self.member, period), period, issued, due, number, ("waste",))
        # Of those who are known, waste is paid: what they owe is told by their water.
        self._pay(charge, due, to_come + (2 if self.habit == "known" else 0))

    def _issue(
        self, bill: Bill, period: tuple[date, date], issued: date, due: date, number: str, services: tuple[str, ...]
    ) -> tuple[Charge, str]:
        key = self._next_key()
        deduction = min(self.books.credit, bill.gross)
        self._put(bill, key, period, issued, due, number, services, deduction=deduction)
        charge = self.books.charge("invoice", bill.gross, issued, due, number, bill.shares, invoice=key)
        return charge, key

    def _correct(
        self, bill: Bill, period: tuple[date, date], charge: Charge, number: str, key: str, issued: date
    ) -> None:
        less = bills.corrected(bill, self.chance.randint(1, 3))
        if not less.parts:
            return
        day = issued + timedelta(days=6)
        own_key, own_number = self._next_key(), f"{number}/KOR"
        before = next(row for row in (*self.story.invoices_xml, *self.story.invoices) if row["id"] == key)
        corrects = fa3.Corrected(number=number, issued_on=issued, ksef_number=before.get("ksef_number", ""))
        self._put(
            less, own_key, period, day, day + timedelta(days=14), own_number, ("water", "sewage"), corrects=corrects
        )
        self.books.correct(charge, less.gross, day, own_number, invoice=own_key)

    def _next_key(self) -> str:
        self._numbers += 1
        return f"F{self.member.number}-{self._numbers:03}"

    def _put(
        self,
        bill: Bill,
        key: str,
        period: tuple[date, date],
        issued: date,
        due: date,
        number: str,
        services: tuple[str, ...],
        *,
        deduction: Decimal = Decimal(0),
        corrects: fa3.Corrected | None = None,
    ) -> None:
        """The invoice as XML with what stands beside it; of some customers, and what is older than FA(3), as rows."""
        member = self.member
        is_waste = services == ("waste",)
        sheet = fa3.Sheet(
            seller=self.teller.seller,
            buyer=self._buyer(),
            number=number,
            issued_on=issued,
            place=member.town,
            period=period,
            due_on=due,
            lines=bill.lines,
            net=bill.net,
            vat=bill.vat,
            account=member.account,
            contract=(member.waste_contract_number if is_waste else member.contract_number, member.signed_on),
            notes=bill.notes,
            deduction=deduction,
            corrected=corrects,
        )
        contract = member.waste_contract if is_waste else member.contract
        beside = {"id": key, "customer": member.id, "contract": contract, "services": services, **self._ksef(issued)}
        if self.has_rows or issued < FA3_SINCE:
            self._put_rows(bill, sheet, beside)
            return
        name = f"xml/{member.number[-2:]}/{key}.xml"
        self.story.papers.append((name, fa3.write(sheet)))
        self.story.invoices_xml.append(beside | {"xml": name})

    def _buyer(self) -> fa3.Side:
        member = self.member
        return fa3.Side(
            name=member.buyer,
            street=member.street,
            town=f"{member.postcode} {member.town}",
            nip=member.nip,
            customer_number=member.number,
        )

    def _ksef(self, issued: date) -> dict[str, str]:
        if self.member.is_consumer or issued < KSEF_SINCE:
            return {"ksef_mode": "none"}
        number = make_ksef_number(self.chance, self.teller.seller.nip, issued)
        return {"ksef_mode": "online", "ksef_number": number}

    def _put_rows(self, bill: Bill, sheet: fa3.Sheet, beside: dict[str, Any]) -> None:
        self.story.invoices.append(
            beside
            | {
                "kind": "kor" if sheet.corrected else "vat",
                "corrects_number": sheet.corrected.number if sheet.corrected else "",
                "number": sheet.number,
                "issued_on": sheet.issued_on,
                "period_from": sheet.period[0],
                "period_to": sheet.period[1],
                "due_on": sheet.due_on,
                "net": sheet.net,
                "vat": sheet.vat,
                "gross": sheet.gross,
                "to_pay": sheet.to_pay,
                "seller_account": sheet.account,
            }
        )
        for position, part in enumerate(bill.parts, 1):
            self.story.invoice_lines.append(
                {
                    "invoice": beside["id"],
                    "position": position,
                    "description": part.line.words,
                    "unit": part.line.unit,
                    "quantity": part.line.quantity,
                    "unit_net": part.line.price,
                    "net": part.line.net,
                    "vat_rate": "8",
                    "vat": (part.line.net * Decimal("0.08")).quantize(GROSZ),
                    "is_before": part.line.is_before,
                    "point": part.key[2],
                }
            )

    # Payments

    def _pay(self, charge: Charge, due: date, to_come: int) -> None:
        """As the customer's habit has it; `to_come` invoices follow this one."""
        if charge.left > 0:
            getattr(self, f"_{self.habit}")(charge, due, to_come)

    def _in_time(self, due: date) -> date:
        return due - timedelta(days=self.chance.randint(0, 9))

    def _known(self, charge: Charge, due: date, to_come: int) -> None:
        if to_come > 1:
            self._receive(charge, charge.left, self._in_time(due))
        elif to_come == 1:
            self._receive(charge, (charge.left * Decimal("0.6")).quantize(Decimal(1)), self._in_time(due))

    def _punctual(self, charge: Charge, due: date, to_come: int) -> None:
        self._receive(charge, charge.left, self._in_time(due))

    def _late(self, charge: Charge, due: date, to_come: int) -> None:
        paid_on = due + timedelta(days=self.chance.randint(3, 38))
        self._receive(charge, charge.left, paid_on)
        self._interest(charge, due, paid_on)

    def _debtor(self, charge: Charge, due: date, to_come: int) -> None:
        if to_come > self.chance.randint(2, 4):
            self._receive(charge, charge.left, due + timedelta(days=self.chance.randint(0, 20)))

    def _overpayer(self, charge: Charge, due: date, to_come: int) -> None:
        amount = (charge.left / 10).quantize(Decimal(1), ROUND_CEILING) * 10
        self._receive(charge, amount, self._in_time(due))

    def _halves(self, charge: Charge, due: date, to_come: int) -> None:
        half = (charge.left / 2).quantize(GROSZ)
        self._receive(charge, half, self._in_time(due))
        if to_come:
            self._receive(charge, charge.left, due + timedelta(days=self.chance.randint(1, 12)))

    def _receive(self, charge: Charge, amount: Decimal, on: date) -> None:
        if amount > 0 and on < self.as_of:
            self.books.pay(charge, amount, on, self.chance.choice(CHANNELS))

    # Beside the invoices

    def _interest(self, charge: Charge, due: date, paid_on: date) -> None:
        days = (paid_on - due).days
        amount = (charge.row["amount"] * Decimal("0.1125") * days / 365).quantize(GROSZ)
        if self.chance.random() < 0.3 and amount >= Decimal("1.50") and paid_on + timedelta(days=3) < self.as_of:
            self._note("interest_note", "NO", amount, paid_on + timedelta(days=3), is_paid=self.chance.random() < 0.7)

    def _besides(self) -> None:
        if self.member.place == HOUSEHOLD:
            self._note("interest_note", "NO", Decimal("4.17"), self.as_of - timedelta(days=9), is_paid=False)
            self._note("other_sale", "SP", Decimal("98.40"), self.as_of - timedelta(days=6), is_paid=False)
            self._everything_there_is()
            return
        if self.chance.random() < 0.04:
            day = self.as_of - timedelta(days=self.chance.randint(20, 300))
            self._note("other_sale", "SP", Decimal("98.40"), day, is_paid=True)
        overdue = sum(
            (c.left for c in self.books.charges if c.row["due_on"] < self.as_of - timedelta(days=30)), Decimal(0)
        )
        if overdue > 50:
            self._demand(overdue)

    def _everything_there_is(self) -> None:
        """A refund, a note that was credited and one that was written off: each kind of booking is somebody's."""

        def day(back: int) -> date:
            return self.as_of - timedelta(days=back)

        self.books.refund(self.books.receive(Decimal("50.00"), day(200), "transfer"), day(186))
        debit = self._debit(Decimal("24.60"), day(150))
        key, credited = self._next_note(), f"NU/{self.member.number}/{day(141).year}"
        self._paper("credit_note", key, credited, day(141), day(141), Decimal("24.60"))
        self.books.credit_note(debit, Decimal("24.60"), day(141), credited, document=key)
        self.books.write_off(self._debit(Decimal("0.83"), day(120)), day(100))

    def _debit(self, amount: Decimal, day: date) -> Charge:
        """A debit note that nobody has paid yet."""
        key, due = self._next_note(), day + timedelta(days=14)
        number = f"NB/{self.member.number}/{len(self.story.documents) + 1}/{day.year}"
        self._paper("debit_note", key, number, day, due, amount)
        return self.books.charge("debit_note", amount, day, due, number, {}, document=key)

    def _next_note(self) -> str:
        return f"N{self.member.number}-{len(self.story.documents) + 1:02}"

    def _note(self, kind: str, prefix: str, amount: Decimal, day: date, *, is_paid: bool) -> None:
        number = f"{prefix}/{self.member.number}/{len(self.story.documents) + 1}/{day.year}"
        key, due = f"N{self.member.number}-{len(self.story.documents) + 1:02}", day + timedelta(days=14)
        self._paper(kind, key, number, day, due, amount)
        charge = self.books.charge(kind, amount, day, due, number, {}, document=key)
        if is_paid:
            self._receive(charge, charge.left, min(due, self.as_of - timedelta(days=1)))

    def _demand(self, amount: Decimal) -> None:
        day = self.as_of - timedelta(days=self.chance.randint(3, 20))
        number = f"WZ/{self.member.number}/{day.year}"
        key = f"N{self.member.number}-{len(self.story.documents) + 1:02}"
        self._paper("demand", key, number, day, day + timedelta(days=7), amount)

    def _paper(self, kind: str, key: str, number: str, day: date, due: date, amount: Decimal) -> None:
        row = {
            "id": key,
            "customer": self.member.id,
            "contract": self.member.contract,
            "kind": kind,
            "number": number,
            "issued_on": day,
            "due_on": due,
            "amount": amount,
        }
        if self.teller.pdfs_left:
            self.teller.pdfs_left -= 1
            row["pdf"] = f"pdf/{key}.pdf"
            self.story.papers.append((f"pdf/{key}.pdf", papers.document(self.teller.seller, self.member, row)))
        self.story.documents.append(row)

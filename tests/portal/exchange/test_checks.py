from decimal import Decimal

import pytest

from tests.portal.exchange.conftest import AS_OF, charge, payment

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lenient")]


def put(name, /, **row):
    return lambda delivery: delivery.rows(name).append(row)


def change(name, key, /, **values):
    return lambda delivery: delivery.row(name, key).update(values)


FAULTS = [
    (put("customers", id="K1", number="9", kind="person", name="X"), "customers.csv:2: The key K1 stands more than once. Send each row once."),
    (change("contracts", "U1", customer="K404"), "contracts.csv:2: customer names K404, which is not in customers.csv."),
    (change("points", "P1", contract="U2"), "points.csv:2: contract names U2, which belongs to another customer."),
    (put("ledger", **charge("L7", "K1", "-5.00")), "ledger.csv:5: A charge must not be negative; what lowers a charge is a correction."),
    (put("ledger", **payment("L7", "K1", "5.00") | {"kind": "credit_note"}), "ledger.csv:5: A credit note must not be positive."),
    (put("ledger", **charge("L7", "K1", "5.00") | {"charge_kind": ""}), "ledger.csv:5: charge_kind is empty; a charge says what it is for."),
    (put("ledger", **charge("L7", "K2", "5.00", open_amount="5.01")), "ledger.csv:5: open_amount is not between zero and the amount."),
    (put("ledger", **payment("L7", "K1", "-5.00", open_amount="5.00")), "ledger.csv:5: Only a charge can have an open_amount."),
    (put("ledger", **charge("L7", "K1", "5.00", open_amount="1.00")), "ledger.csv:2: open_amount is empty, but other charges of this customer state theirs."),
    (put("entry_shares", entry="L1", amount=Decimal(99)), "ledger.csv:2: The shares of L1 sum to 99.00, the entry is 100.00."),
    (put("entry_shares", entry="L1", contract="U2", amount=Decimal(100)), "entry_shares.csv:2: contract names U2, which belongs to another customer."),
    (put("allocations", payment="L2", charge="L3", amount=Decimal(1)), "allocations.csv:2: charge names L3, which belongs to another customer."),
    (put("allocations", payment="L2", charge="L1", amount=Decimal(-1)), "allocations.csv:2: An allocation must not be negative; zero takes it back."),
    (put("managers", customer="K1", email="a@b.example", points="P1,P2"), "managers.csv:2: points names P2, which is no point of this customer."),
    (put("documents", id="N1", customer="K1", kind="demand", number="W/1", issued_on="2026-11-01", pdf="../n.pdf"), "documents.csv:2: ../n.pdf: The file is not in the delivery."),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "fault"), FAULTS, ids=lambda case: case if isinstance(case, str) else "")
def test_a_contradiction_between_rows_leaves_its_customer_out(take, delivery, spoil, fault):
    spoil(delivery)
    outcome = take()
    assert outcome.is_merged, outcome.faults
    assert fault in outcome.faults


def test_a_row_may_refer_to_an_earlier_delivery(take, delivery):
    take()
    delivery.files = {"meters": [{"id": "M9", "point": "P2", "serial_number": "9"}]}
    outcome = take(kind="changes")
    assert (outcome.faults, outcome.counts["meters"]["new"]) == ((), 1)


def test_in_a_full_delivery_what_is_not_there_is_gone(take, delivery):
    take()
    delivery.drop("points", "P1")
    outcome = take()
    assert "meters.csv:2: point names P1, which is not in points.csv." in outcome.faults


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("points", {"id": "P1", "customer": "K2", "contract": "U2", "street": "ul. Inna"}),
        ("ledger", charge("L1", "K2", "5.00")),
        ("readings", {"id": "R1", "meter": "M2", "value": 1, "read_on": "2026-10-01", "source": "actual"}),
    ],
)
def test_an_id_stays_with_its_customer_for_ever(take, delivery, name, row):
    delivery.rows("meters").append({"id": "M2", "point": "P2", "serial_number": "2"})
    take()
    delivery.files = {name: [row]}
    outcome = take(kind="changes")
    assert outcome.faults == (f"{name}.csv:2: {row['id']} belonged to another customer until now. Give it a new id.",)


@pytest.mark.parametrize(
    ("spoil", "warning"),
    [
        (change("customers", "K1", virtual_account="1" * 26), "customers.csv:2: The check digits of virtual_account are wrong."),
        (
            put("invoices", id="F1", customer="K1", number="1", issued_on="2026-11-01", gross="1", ksef_mode="online"),
            "invoices.csv:2: ksef_mode is online, but there is no ksef_number.",
        ),
        (
            put("invoices", id="F1", customer="K1", number="1", issued_on="2026-11-01", gross="1", ksef_number="1234563218-20261103-0100001AF629-00"),
            "invoices.csv:2: The KSeF number 1234563218-20261103-0100001AF629-00 has a wrong checksum.",
        ),
    ],
    ids=["account", "no KSeF number", "wrong KSeF number"],
)  # fmt: skip
def test_an_oddity_is_written_and_told(take, delivery, spoil, warning):
    spoil(delivery)
    outcome = take(as_of=AS_OF)
    assert outcome.is_merged
    assert not outcome.faults
    assert outcome.warnings == (warning,)

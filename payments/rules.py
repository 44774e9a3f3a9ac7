"""What a utility decides about paying online."""

from dataclasses import dataclass
from decimal import Decimal

from portal.utility.rules import RuleSet, gettext_noop, register, rule

# Stripe opens sessions of half an hour and longer only, and a moment passes between our asking and its looking.
SHORTEST_SESSION = 31
TOO_SHORT = gettext_noop(
    "A started payment must hold its invoices for 31 minutes at least: gateways open no shorter ones."
)
UPSIDE_DOWN = gettext_noop("The smallest payment must be more than zero and no more than the largest.")

BELOW_ZERO = gettext_noop("A fee cannot be less than zero.")


@register
@dataclass(frozen=True)
class PaymentRules(RuleSet):
    code = "payments"
    title = gettext_noop("Paying online")

    minimum: Decimal = rule(Decimal("2.00"), gettext_noop("Smallest payment, zł"))  # noqa: RUF009 - rule() makes a field
    maximum: Decimal = rule(Decimal("20000.00"), gettext_noop("Largest payment, zł"))  # noqa: RUF009 - rule() makes a field
    session_minutes: int = rule(31, gettext_noop("How long a started payment holds its invoices, minutes"))
    methods: tuple[str, ...] = rule(
        ("blik", "p24", "card"),
        gettext_noop("Methods"),
        choices=(("blik", "BLIK"), ("p24", "Przelewy24"), ("card", gettext_noop("card"))),
    )
    parts: bool = rule(True, gettext_noop("A document may be paid in part"))
    on_account: bool = rule(False, gettext_noop("An amount may be paid on account, for no document"))
    four_eyes_above: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal("500.00"), gettext_noop("A refund above so much needs a second clerk, zł")
    )
    firms_fee: Decimal = rule(  # noqa: RUF009 - rule() makes a field
        Decimal("0.00"),
        gettext_noop("Fee that firms and communities bear for each online payment, zł"),
        help_text=gettext_noop(
            "0: the utility bears it. Persons and guests never bear one: the law forbids it on cards."
        ),
    )
    guest_holds: int = rule(
        2,
        gettext_noop("How often in an hour an invoice can be paid without signing in"),
        help_text=gettext_noop(
            "Each start keeps the invoice from its owner for a while. 0: only signed-in people pay."
        ),
    )

    def __post_init__(self) -> None:
        if self.session_minutes < SHORTEST_SESSION:
            raise ValueError(TOO_SHORT)
        if not 0 < self.minimum <= self.maximum:
            raise ValueError(UPSIDE_DOWN)
        if self.firms_fee < 0:
            raise ValueError(BELOW_ZERO)

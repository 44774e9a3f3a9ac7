"""The widgets about money and documents."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal import clock
from portal.billing import examples
from portal.billing.documents import Papers, recent_documents
from portal.billing.payments_made import Payments, payments
from portal.billing.policies import interest_to_date
from portal.billing.queries import Balance, OpenCharge, OpenCharges, balance, open_items
from portal.billing.rules import BillingRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Customer, Deed
from portal.qr import CodeWithheld, TransferCode, zbp_code
from portal.utility import identity
from portal.utility.rulebook import rules
from portal.utility.rules import Modules
from portal.widgets import Persona, Showing, Widget

SHOWN_AT_ONCE = 20


@dataclass(frozen=True)
class Due:
    """What is to pay now and by when; where nothing is, how the account stands."""

    balance: Balance | None
    charges: OpenCharges
    may_pay: bool
    account: str

    @property
    def is_in_question(self) -> bool:
        return self.charges.is_in_question or bool(self.balance and self.balance.is_in_question)

    @property
    def is_covered(self) -> bool:
        """Money on account covers all that is open: nobody is asked to pay what he has paid already."""
        found = self.balance
        return found is not None and not found.is_partial and not found.is_in_question and found.amount <= 0


class DueWidget(Widget):
    """The one thing that leads the dashboard: the sum, its date and the button that pays it."""

    deed = Deed.SEE_BALANCE
    statements = 2

    class Meta:
        icon = "decimal"
        label = _("To pay")
        group = _("Money")
        template = "widgets/due.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Due | None:
        viewer = showing.viewer
        charges, found = showing.ask(open_items), showing.ask(balance)
        if found is None and not charges.items:
            return None
        return Due(found, charges, may_pay_online(viewer, charges), account_of(viewer))

    def example(self, persona: Persona, value: dict[str, Any]) -> Due:
        charges = examples.open_charges(persona)
        return Due(examples.balance(persona), charges, rules(Modules).payments, examples.ACCOUNT)


@dataclass(frozen=True)
class OpenItems:
    charges: OpenCharges
    may_pay: bool

    @property
    def shown(self) -> tuple[Any, ...]:
        return self.charges.items[:SHOWN_AT_ONCE]

    @property
    def more(self) -> int:
        return max(0, len(self.charges.items) - SHOWN_AT_ONCE)


class OpenItemsWidget(Widget):
    """The charges still open, each to be chosen for paying."""

    deed = Deed.SEE_BALANCE

    is_choice_only = blocks.BooleanBlock(
        label=_("only when there is a choice"),
        required=False,
        default=True,
        help_text=_("One document to pay already stands above, with its button."),
    )

    class Meta:
        icon = "list-ul"
        label = _("Open items and paying")
        group = _("Money")
        template = "widgets/open_items.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> OpenItems | None:
        charges = showing.ask(open_items)
        if value["is_choice_only"] and (charges.is_in_question or len(charges.to_pay) <= 1):
            return None
        return OpenItems(charges, may_pay_online(showing.viewer, charges))

    def example(self, persona: Persona, value: dict[str, Any]) -> OpenItems:
        return OpenItems(examples.open_charges(persona), rules(Modules).payments)


@dataclass(frozen=True)
class Standing:
    """The balance with what of it is pressing; `interest` is an orientation and never payable."""

    balance: Balance
    overdue: Decimal = Decimal("0.00")
    next_due: OpenCharge | None = None
    interest: Decimal = Decimal("0.00")
    may_pay: bool = False


class BalanceWidget(Widget):
    """The balance in words, by object and contract, and what of it is due."""

    deed = Deed.SEE_BALANCE
    statements = 2

    class Meta:
        icon = "decimal"
        label = _("Balance")
        group = _("Money")
        template = "widgets/balance.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Standing | None:
        found = showing.ask(balance)
        if found is None:
            return None
        charges = showing.ask(open_items)
        if found.is_in_question or charges.is_in_question:
            return Standing(replace(found, is_in_question=True))
        viewer = showing.viewer
        may_pay = may_pay_online(viewer, charges)
        return Standing(found, charges.overdue, charges.next_due, interest_of(viewer, charges), may_pay)

    def example(self, persona: Persona, value: dict[str, Any]) -> Standing:
        charges = examples.open_charges(persona)
        may_pay = rules(Modules).payments and bool(charges.to_pay)
        return Standing(examples.balance(persona), charges.overdue, charges.next_due, may_pay=may_pay)


def interest_of(viewer: Viewer, charges: OpenCharges) -> Decimal:
    """What interest to date comes to, where the utility's rule shows it to this kind of customer."""
    limits = rules(BillingRules)
    is_person = viewer.customer is not None and viewer.customer.kind == Customer.Kind.PERSON
    percent = limits.interest_percent_persons if is_person else limits.interest_percent_firms
    overdue = ((item.payable, item.due_on) for item in charges.items if item.due_on and item.state == "overdue")
    return interest_to_date(overdue, percent, clock.today())


class PagedWidget(Widget):
    """A list that shows its newest lines, or all of them page by page."""

    count = blocks.IntegerBlock(label=_("how many lines"), default=5, min_value=1, max_value=50)
    is_paged = blocks.BooleanBlock(
        label=_("with the older ones, page by page"),
        required=False,
        help_text=_("Choose it on the page that holds them all."),
    )

    def page(self, showing: Showing, value: dict[str, Any]) -> int:
        return showing.page if value["is_paged"] else 1


class DocumentsWidget(PagedWidget):
    """Invoices, notes and other papers, the newest first."""

    shows = blocks.ChoiceBlock(
        label=_("shows"),
        choices=[("all", _("all documents")), ("invoices", _("invoices")), ("notes", _("notes and demands"))],
        default="all",
    )
    statements = 2

    class Meta:
        icon = "doc-full-inverse"
        label = _("Documents")
        group = _("Money")
        template = "widgets/documents.html"

    def is_conditional(self) -> bool:
        return True

    def is_offered_to(self, viewer: Viewer) -> bool:
        return bool(viewer.deeds & {Deed.SEE_INVOICES, Deed.SEE_NOTES})

    def facts(self, showing: Showing, value: dict[str, Any]) -> Papers | None:
        shows = value["shows"]
        if not rules(Modules).notes:
            if shows == "notes":
                return None
            shows = "invoices"
        return recent_documents(showing.viewer, shows=shows, limit=value["count"], page=self.page(showing, value))

    def example(self, persona: Persona, value: dict[str, Any]) -> Papers:
        return examples.papers(persona, value["shows"], value["count"])


class PaymentsWidget(PagedWidget):
    """Payments that came, and those being booked."""

    deed = Deed.SEE_BALANCE
    statements = 2

    class Meta:
        icon = "history"
        label = _("Payments")
        group = _("Money")
        template = "widgets/payments.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> Payments:
        return payments(showing.viewer, limit=value["count"], page=self.page(showing, value))

    def example(self, persona: Persona, value: dict[str, Any]) -> Payments:
        return examples.payments(persona)


@dataclass(frozen=True)
class KsefTitle:
    """What the transfer for one invoice must be titled, and how much it is for."""

    number: str
    title: str
    amount: Decimal


@dataclass(frozen=True)
class TransferDetails:
    """What one types into a bank's form, and the code that types it for one. Without an amount there is no code.

    `by_invoice`: each of these invoices is paid by a transfer of its own, titled with its number in KSeF.
    """

    account: str
    recipient: str
    address: str
    title: str
    amount: Decimal | None = None
    code: TransferCode | None = None
    why_no_code: str = ""
    by_invoice: tuple[KsefTitle, ...] = ()


class TransferWidget(Widget):
    """The account to pay to by bank transfer, with the code for what is open now."""

    deed = Deed.SEE_BALANCE

    class Meta:
        icon = "clipboard-list"
        label = _("Transfer details")
        group = _("Money")
        template = "widgets/transfer.html"

    def facts(self, showing: Showing, value: dict[str, Any]) -> TransferDetails | None:
        viewer = showing.viewer
        return transfer_details(viewer, account_of(viewer), showing.ask(open_items))

    def example(self, persona: Persona, value: dict[str, Any]) -> TransferDetails:
        return _details(examples.ACCOUNT, persona.number, examples.open_charges(persona))


def transfer_details(viewer: Viewer, account: str, charges: OpenCharges | None = None) -> TransferDetails | None:
    """With `charges` also how much to pay, and the code for exactly that."""
    if viewer.customer is None or not account:
        return None
    details = _details(account, viewer.customer.number, charges or OpenCharges())
    return _with_ksef_titles(details, charges) if viewer.customer.nip and charges else details


def _details(account: str, customer_number: str, charges: OpenCharges) -> TransferDetails:
    utility = identity.current()
    to_pay = charges.to_pay
    by_customer = gettext("customer %(number)s") % {"number": customer_number}
    title = (len(to_pay) == 1 and to_pay[0].number) or by_customer
    details = TransferDetails(account, utility.legal_name or utility.name, _address(), title)
    if charges.is_in_question or not to_pay:
        return details
    details = replace(details, amount=charges.payable)
    if not rules(BillingRules).shows_transfer_code:
        return details
    try:
        code = zbp_code(
            account=account,
            amount=charges.payable,
            name=utility.legal_name or utility.name,
            title=title,
            nip=utility.nip,
        )
    except CodeWithheld as why:
        return replace(details, why_no_code=str(why))
    return replace(details, code=code)


def _with_ksef_titles(details: TransferDetails, charges: OpenCharges) -> TransferDetails:
    """From the day of the rule, firms give the number in KSeF of each invoice that they pay; a code has no room for it."""
    known = [one for one in charges.to_pay if one.ksef_number]
    if details.amount is None or not known or clock.today() < rules(BillingRules).ksef_titles_from:
        return details
    why = gettext(
        "There is no code: it cannot carry the KSeF number, which a firm's transfer has to give. Copy the title."
    )
    shown = replace(details, code=None, why_no_code=why if rules(BillingRules).shows_transfer_code else "")
    if len(charges.to_pay) == 1:
        return replace(shown, title=known[0].ksef_number)
    return replace(shown, by_invoice=tuple(KsefTitle(one.number, one.ksef_number, one.payable) for one in known))


def _address() -> str:
    utility = identity.current()
    return ", ".join(part for part in (utility.street, f"{utility.postcode} {utility.city}".strip()) if part)


def account_of(viewer: Viewer) -> str:
    """The customer's own account; the utility's for those who have none."""
    return (viewer.customer.virtual_account if viewer.customer else "") or identity.current().bank_account


def may_pay_online(viewer: Viewer, charges: OpenCharges) -> bool:
    """Whether a Pay button belongs here: the module runs, the viewer may, and nothing is being looked into."""
    return (
        rules(Modules).payments and access.may(viewer, Deed.PAY) and not charges.is_in_question and bool(charges.to_pay)
    )

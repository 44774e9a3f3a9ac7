"""Where a customer stands with e-invoices: what is on, since when, what it saves, what was before."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from portal.accounts.models import TermsVersion
from portal.accounts.queries import terms_in_force
from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.e_invoice import FACT, waiting_withdrawals
from portal.billing.policies import FeeEffect, fee_effect
from portal.billing.rules import EInvoiceRules
from portal.customers import access
from portal.customers.access import Viewer
from portal.customers.models import Contract, Deed
from portal.outbox.queries import published
from portal.utility.rulebook import rules

HISTORY_SHOWN = 20


@dataclass(frozen=True)
class Coverage:
    """One thing that a consent may cover: the customer, or a contract. `state`: on, office, off or ksef.

    `office`: e-invoices are on by arrangement with the office, and the portal holds no consent.
    """

    contract: UUID | None
    number: str
    state: str
    consent: EInvoiceConsent | None = None


@dataclass(frozen=True)
class EInvoiceStanding:
    coverages: tuple[Coverage, ...]
    effect: FeeEffect | None
    has_ksef: bool

    @property
    def is_offered(self) -> bool:
        return any(one.state in ("off", "office") for one in self.coverages)

    @property
    def is_by_contract(self) -> bool:
        return any(one.contract for one in self.coverages)

    @property
    def is_on(self) -> bool:
        """Everything that could be electronic is."""
        return any(one.state in ("on", "office") for one in self.coverages) and not any(
            one.state == "off" for one in self.coverages
        )

    @property
    def is_ksef_only(self) -> bool:
        return bool(self.coverages) and all(one.state == "ksef" for one in self.coverages)


def e_invoice_standing(viewer: Viewer, *, is_for_offer: bool = False) -> EInvoiceStanding | None:
    """None when the viewer may not decide about e-invoices, or there is no contract. Two statements.

    For an offer one is enough: it goes without the consents themselves.
    """
    if not access.may(viewer, Deed.MANAGE_E_INVOICE):
        return None
    consents = access.visible(EInvoiceConsent.objects.filter(ended_at=None), viewer, Deed.MANAGE_E_INVOICE)
    by_rule = rules(EInvoiceRules)
    covers_all = by_rule.covers == "customer"
    covering = {"contract": None, "customer": OuterRef("customer")} if covers_all else {"contract": OuterRef("pk")}
    rows = access.visible(Contract.objects.order_by("number", "pk"), viewer, Deed.MANAGE_E_INVOICE).defer("text")
    left = Exists(waiting_withdrawals().filter(**covering))
    contracts = list(rows.annotate(is_agreed=Exists(consents.filter(**covering)), is_left=left))
    if not contracts:
        return None
    held = {} if is_for_offer else {one.contract_id: one for one in consents.select_related("terms")}
    own = [contract for contract in contracts if contract.e_invoice != Contract.EInvoice.KSEF]
    if not own:
        coverages: tuple[Coverage, ...] = (Coverage(None, "", "ksef"),)
    elif covers_all:
        coverages = (Coverage(None, "", _state(own), held.get(None)),)
    else:
        coverages = tuple(Coverage(one.public_id, one.number, _state([one]), held.get(one.pk)) for one in own)
    effect = fee_effect(by_rule, [contract.billing_period_months for contract in own])
    return EInvoiceStanding(coverages, effect, has_ksef=len(own) < len(contracts))


def _state(contracts: list[Any]) -> str:
    """Of contracts that one consent covers. Withdrawn is off, though billing has not followed yet."""
    if contracts[0].is_agreed:
        return "on"
    if contracts[0].is_left:
        return "off"
    return "office" if all(contract.e_invoice == Contract.EInvoice.ON for contract in contracts) else "off"


@dataclass(frozen=True)
class Past:
    """A consent, a withdrawal from it, or one without a consent; and since when billing could fetch word of each."""

    consent: EInvoiceConsent | None
    withdrawal: EInvoiceWithdrawal | None
    consent_told_at: datetime | None = None
    withdrawal_told_at: datetime | None = None

    @property
    def began_at(self) -> datetime:
        first = self.consent.given_at if self.consent else None
        return first or self.withdrawal.withdrawn_at  # type: ignore[union-attr]  # one of the two is there

    @property
    def contract(self) -> Contract | None:
        of = self.consent or self.withdrawal
        return of.contract if of else None

    @property
    def is_leaving(self) -> bool:
        """Withdrawn, and billing has not said so yet."""
        return bool(self.withdrawal and self.withdrawal.is_waiting)


def consent_history(viewer: Viewer) -> list[Past]:
    """What was agreed to and withdrawn, the newest first, with what billing knows of it. Three statements."""
    consents = access.visible(EInvoiceConsent.objects.all(), viewer, Deed.MANAGE_E_INVOICE)
    given = list(consents.select_related("terms", "contract", "withdrawal")[:HISTORY_SHOWN])
    arranged = access.visible(EInvoiceWithdrawal.objects.filter(consent=None), viewer, Deed.MANAGE_E_INVOICE)
    left = list(arranged.select_related("contract")[:HISTORY_SHOWN])
    rows = [(consent, getattr(consent, "withdrawal", None)) for consent in given] + [(None, one) for one in left]
    told = published(FACT, [one.told_as for one in chain.from_iterable(rows) if one])
    lines = [
        Past(
            consent,
            withdrawal,
            told.get(consent.told_as) if consent else None,
            told.get(withdrawal.told_as) if withdrawal else None,
        )
        for consent, withdrawal in rows
    ]
    return sorted(lines, key=lambda line: line.began_at, reverse=True)[:HISTORY_SHOWN]


def e_invoice_terms(user: Any) -> TermsVersion | None:
    """In the person's language, else in Polish. At most two statements."""
    kind = TermsVersion.Kind.E_INVOICE
    language = getattr(user, "language", "pl")
    found = terms_in_force(kind, language) if language != "pl" else None
    return found or terms_in_force(kind)

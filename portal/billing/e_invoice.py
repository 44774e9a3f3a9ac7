"""Consent to e-invoices: given, its address changed, withdrawn; the billing system is told of each."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from portal import clock
from portal.accounts.models import TermsVersion
from portal.billing.consent_model import EInvoiceConsent, EInvoiceWithdrawal
from portal.billing.policies import consent_holds_from
from portal.billing.rules import EInvoiceRules
from portal.customers.models import Contract, Customer
from portal.journal.actions import note
from portal.notifications.actions import absolute, send
from portal.outbox.actions import tell
from portal.utility.rulebook import rules
from portal.utility.templatetags.ebok import day

FACT = "e_invoice"
Channel = EInvoiceConsent.Channel
End = EInvoiceConsent.End


class ThroughKsef(Exception):
    """The invoices of this customer come through KSeF, so there is nothing to agree to."""

    def __str__(self) -> str:
        return _("Your invoices come through KSeF, so there is nothing to agree to.")


class NotTheTerms(Exception):
    """A consent to e-invoices names a version of the terms of e-invoices."""

    def __str__(self) -> str:
        return _("The terms of e-invoices are not published yet. Write to our office.")


class EndedAlready(Exception):
    """This consent has been ended already."""

    def __str__(self) -> str:
        return _("This consent has been ended already.")


@transaction.atomic
def give_consent(
    *,
    customer: Customer,
    terms: TermsVersion,
    email: str,
    by: Any,
    contracts: Iterable[Contract] | None = None,
    starts_on: date | None = None,
    channel: str = Channel.PORTAL,
) -> list[EInvoiceConsent]:
    """Turn e-invoices on. By rule one consent for the whole customer, or one for each contract (all, or those named).

    Given again with the same version and address it changes nothing. Raises ThroughKsef, NotTheTerms, and
    ValidationError for what is no e-mail address.
    """
    email = email.strip()
    validate_email(email)
    if terms.kind != TermsVersion.Kind.E_INVOICE:
        raise NotTheTerms
    Customer.objects.select_for_update().get(pk=customer.pk)  # two presses at once come one after the other
    day_rules = rules(EInvoiceRules)
    own = _electronic(customer)
    if not own:
        raise ThroughKsef
    wanted = {contract.pk for contract in contracts} if contracts is not None else {contract.pk for contract in own}
    starts = starts_on or consent_holds_from(clock.today(), day_rules)
    facts = {"terms": terms, "email": email, "starts_on": starts, "channel": channel}
    if day_rules.covers == "customer":
        return [_give(customer, None, own, by, facts)]
    return [_give(customer, contract, [contract], by, facts) for contract in own if contract.pk in wanted]


def _give(
    customer: Customer, contract: Contract | None, covered: list[Contract], by: Any, facts: dict[str, Any]
) -> EInvoiceConsent:
    held = EInvoiceConsent.objects.filter(customer=customer, contract=contract, ended_at__isnull=True).first()
    if held is not None and (held.terms_id, held.email) == (facts["terms"].pk, facts["email"]):
        return held
    if held is not None:
        _end(held, by, End.NEW_TERMS)
    user = by if hasattr(by, "pk") else None
    consent = EInvoiceConsent.objects.create(
        customer=customer, contract=contract, given_at=clock.now(), given_by=user, **facts
    )
    _replace_withdrawals(customer, contract)
    _deliver(covered, Contract.EInvoice.ON)
    _note("e_invoice_on", consent, by)
    _tell(consent, covered, is_on=True)
    _write("e_invoice_on", consent, by)
    return consent


@transaction.atomic
def change_address(consent: EInvoiceConsent, *, email: str, by: Any) -> EInvoiceConsent:
    """E-invoices go to another address from today on. Raises EndedAlready, and ValidationError for no address."""
    email = email.strip()
    validate_email(email)
    if email == consent.email:
        return consent
    _end(consent, by, End.ADDRESS_CHANGED)
    changed = EInvoiceConsent.objects.create(
        customer=consent.customer,
        contract=consent.contract,
        terms=consent.terms,
        email=email,
        starts_on=max(clock.today(), consent.starts_on),
        channel=Channel.PORTAL,
        given_at=clock.now(),
        given_by=by if hasattr(by, "pk") else None,
    )
    _note("e_invoice_address_changed", changed, by)
    _tell(changed, _covered(changed), is_on=True)
    _write("e_invoice_address", changed, by, before=consent.email)
    return changed


@transaction.atomic
def withdraw_consent(consent: EInvoiceConsent, *, by: Any) -> None:
    """Paper bills again, from today on. Raises EndedAlready."""
    _end(consent, by, End.WITHDRAWN)
    covered = _covered(consent)
    _keep_withdrawal(consent.customer, consent.contract, by, consent)
    _deliver(covered, Contract.EInvoice.NONE)
    _note("e_invoice_off", consent, by)
    _tell(consent, covered, is_on=False)
    _write("e_invoice_off", consent, by)


@transaction.atomic
def return_to_paper(*, customer: Customer, contract: Contract | None, by: Any) -> None:
    """End e-invoices that the office has arranged and of which the portal holds no consent; asked again, nothing more."""
    Customer.objects.select_for_update().get(pk=customer.pk)  # two presses at once come one after the other
    if waiting_withdrawals().filter(customer=customer, contract=contract).exists():
        return
    covered = [contract] if contract else _electronic(customer)
    withdrawal = _keep_withdrawal(customer, contract, by)
    _deliver(covered, Contract.EInvoice.NONE)
    about = f"e_invoice:{(contract or customer).public_id}"
    note("e_invoice_off", about=about, by=by, customer=customer.public_id)
    tell(
        FACT,
        about=withdrawal.told_as,
        customer=customer.external_id,
        contracts=[one.external_id for one in covered],
        is_on=False,
        starts_on=clock.today().isoformat(),
    )


def waiting_withdrawals() -> QuerySet[EInvoiceWithdrawal]:
    """Those that the billing system has not confirmed and no new consent has replaced."""
    return EInvoiceWithdrawal.objects.filter(confirmed_at=None, replaced_at=None)


def _keep_withdrawal(
    customer: Customer, contract: Contract | None, by: Any, consent: EInvoiceConsent | None = None
) -> EInvoiceWithdrawal:
    """From now on the billing system is to say paper."""
    user = by if hasattr(by, "pk") else None
    return EInvoiceWithdrawal.objects.create(
        customer=customer, contract=contract, consent=consent, withdrawn_at=clock.now(), withdrawn_by=user
    )


def _replace_withdrawals(customer: Customer, contract: Contract | None) -> None:
    """A consent given anew: nobody waits any more for billing to say paper of what it covers."""
    waiting = waiting_withdrawals().filter(customer=customer)
    if contract is not None:
        waiting = waiting.filter(contract=contract)
    waiting.update(replaced_at=clock.now())


def _end(consent: EInvoiceConsent, by: Any, how: str) -> None:
    user = by if hasattr(by, "pk") else None
    ended = EInvoiceConsent.objects.filter(pk=consent.pk, ended_at__isnull=True)
    if not ended.update(ended_at=clock.now(), ended_by=user, ending=how):
        raise EndedAlready


def _covered(consent: EInvoiceConsent) -> list[Contract]:
    if consent.contract:
        return [consent.contract]
    return _electronic(consent.customer)


def _electronic(customer: Customer) -> list[Contract]:
    """The contracts whose invoices may come by e-mail: all but those of KSeF."""
    return list(customer.contracts.exclude(e_invoice=Contract.EInvoice.KSEF).order_by("pk"))


def _deliver(covered: list[Contract], how: str) -> None:
    """The next delivery from the billing system says the same; until then this is what the screens show."""
    Contract.objects.filter(pk__in=[contract.pk for contract in covered]).update(e_invoice=how)


def _note(deed: str, consent: EInvoiceConsent, by: Any) -> None:
    note(
        deed,
        about=f"e_invoice:{consent.public_id}",
        by=by,
        customer=consent.customer.public_id,
        email=consent.email,
        version=consent.terms.version,
    )


def _tell(consent: EInvoiceConsent, covered: list[Contract], *, is_on: bool) -> None:
    tell(
        FACT,
        about=consent.told_as if is_on else consent.withdrawal.told_as,
        customer=consent.customer.external_id,
        contracts=[contract.external_id for contract in covered],
        is_on=is_on,
        email=consent.email,
        starts_on=(consent.starts_on if is_on else clock.today()).isoformat(),
        terms=consent.terms.version,
    )


def _write(code: str, consent: EInvoiceConsent, by: Any, **more: str) -> None:
    """To the address of the e-invoices, to the one before it, and to whoever did it: a deed of a stranger is seen."""
    asked = f"?k={consent.customer.public_id}"
    own = getattr(by, "email", None) or ""
    for address in sorted({consent.email, more.get("before", ""), own} - {""}):
        send(
            code,
            to=address,
            about=f"e_invoice:{consent.public_id}",
            user=by if address == own else None,
            customer=consent.customer.public_id,
            language=getattr(by, "language", "pl"),
            address=consent.email,
            starts_on=day(consent.starts_on),
            version=consent.terms.version,
            link=absolute(f"{reverse('billing:e_invoice')}{asked}"),
            **more,
        )

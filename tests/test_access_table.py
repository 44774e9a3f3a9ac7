"""Who gets what at every address of the portal, and in every widget. What is missing here fails the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.models import Locale, Page, Site

from home.models import HomePage, PortalPage
from home.portal_blocks import portal_blocks
from home.roles import PageRole
from home.staff_roles import ensure_groups
from payments import checkout
from portal import clock
from portal.accounts.actions import publish_terms
from portal.accounts.models import User
from portal.billing.e_invoice import give_consent
from portal.billing.models import Document, TariffRate
from portal.cases import actions as actions_of_cases
from portal.cases import files as files_of_cases
from portal.cases.checks import scan
from portal.cases.models import Attachment, CaseTopic, Handover, InboxItem, OfficeMessage, Outage, OutageStreet
from portal.customers.actions import open_visit
from portal.customers.invitations import invite
from portal.customers.middleware import viewer_for
from portal.customers.models import Contract, Customer, Delegation, Invitation, ServicePoint
from portal.metering import actions as actions_of_metering
from portal.metering.policies import Given
from portal.utility.kept import forget_everything
from portal.utility.models import RuleRecord, Utility
from portal.waste.models import CollectionPoint, Pickup
from tests import factories

# "without" and "with" are managers of some points: without and with the point in question.
PEOPLE = ("stranger", "unlinked", "other", "without", "with", "owner", "clerk", "visiting", "editor")

# The pages of a person's own account: everybody who is signed in has one, and nobody has a second factor here.
OWN_ACCOUNT = {
    "account_reauthenticate": 200,
    "account_terms": 302,  # there is nothing to accept
    "account_change_password": 200,
    "account_set_password": 302,  # they have one
    "mfa_index": 200,
    "mfa_reauthenticate": 302,
    "mfa_activate_totp": 302,  # the password is asked for first
    "mfa_deactivate_totp": 404,
    "mfa_view_recovery_codes": 404,
    "mfa_generate_recovery_codes": 302,
    "mfa_download_recovery_codes": 404,
    "usersessions_list": 200,
    "account_home": 200,
    "account_email": 302,  # the password is asked for first
    "account_sign_ins": 200,
    "account_consents": 200,
    "account_download": 200,
    "account_download_file": 302,  # the password is asked for first
    "account_close": 302,
    "notification_choices": 200,
}

# What an address answers: a status, or "sign in" for the way to the sign-in page.
Answers = dict[str, Any]


def all_of(answer: Any, **but: Any) -> Answers:
    return dict.fromkeys(PEOPLE, answer) | but


def signed_in(answer: Any, **but: Any) -> Answers:
    """A stranger is asked to sign in; everybody else gets the answer."""
    return all_of(answer, stranger="sign in") | but


def sight() -> Answers:
    """Of one point of one customer: for its owner, the manager of that point, a clerk on a visit; nobody else finds it."""
    return signed_in(404, owner=200, visiting=200, **{"with": 200})


def deed(answer: Any) -> Answers:
    """As a sight, but a clerk only looks."""
    return sight() | {"owner": answer, "with": answer, "visiting": 404}


def of_the_customer(seen: Answers) -> Answers:
    """Not of one point: the manager of another point gets it too."""
    return seen | {"without": seen["with"]}


# A name that begins with POST is asked by POST.
TABLE: dict[str, Answers] = {
    # documents
    "billing:invoice": sight(),
    "billing:invoice_pdf": sight(),
    "billing:invoice_xml": sight(),
    "billing:invoice_duplicate": sight() | dict.fromkeys(("owner", "with", "visiting"), 404),  # the file is no invoice
    "billing:document_file": sight(),
    # e-invoices: of the whole customer; a manager of some points is told why he cannot
    "billing:e_invoice": signed_in(404, owner=200, without=403, **{"with": 403}),
    "billing:e_invoice_address": signed_in(404, owner=200, without=403, **{"with": 403}),
    "billing:e_invoice_withdraw": signed_in(404, owner=200, without=403, **{"with": 403}),
    "POST billing:e_invoice_withdraw": signed_in(404, owner=302, without=403, **{"with": 403}),
    "billing:papers": of_the_customer(sight()),
    "POST billing:package": of_the_customer(sight()) | dict.fromkeys(("owner", "without", "with", "visiting"), 302),
    "billing:history": of_the_customer(sight()),
    "billing:history_csv": of_the_customer(sight()),
    "billing:history_xlsx": of_the_customer(sight()),
    # what one has of the utility
    "billing:card": of_the_customer(sight()),
    "billing:contract": of_the_customer(sight()),
    "billing:contract_pdf": of_the_customer(sight()),
    # forecasts
    "billing:forecast": of_the_customer(sight()),
    "billing:forecast_pdf": sight(),  # without a meter of his own there is nothing to reckon
    "POST billing:simulate": of_the_customer(sight()),
    "billing:pay_simulation": of_the_customer(sight()),
    # for whom one acts
    **dict.fromkeys(("billing:portfolio", "billing:portfolio_csv", "billing:portfolio_xlsx"), signed_in(200)),
    "customers:customers": signed_in(200),
    "customers:billing_period": signed_in(404, owner=200),
    "POST customers:customers": signed_in(404, owner=302, without=302, **{"with": 302}),
    "customers:delegations": signed_in(404, owner=200, without=200, **{"with": 200}),
    "customers:invite": signed_in(404, owner=200),
    "POST customers:end_right": signed_in(404, owner=302, **{"with": 302}),  # of the manager of the point
    "POST customers:withdraw_invitation": signed_in(404, owner=302),
    "customers:visits": signed_in(404, owner=200, without=200, **{"with": 200}),
    # one's own application: nobody here sent one
    "registration_own": signed_in(404),
    "registration_own_form": signed_in(404),
    # paying
    "payments:history": of_the_customer(sight()),
    "payments:choose": of_the_customer(deed(200)),
    "payments:payment": sight(),
    "payments:confirmation": dict.fromkeys(sight(), 404) | {"stranger": "sign in"},  # it is not paid
    "POST payments:take_over": dict.fromkeys(deed(302), 404) | {"stranger": "sign in"},  # no item is named
    "POST payments:resume": deed(302) | {"with": 404},  # a session is its payer's
    "POST payments:cancel": deed(302) | {"with": 404},
    # meters and readings
    "metering:submit": of_the_customer(deed(200)),
    "metering:sheet": of_the_customer(deed(200)),
    "metering:given": of_the_customer(sight()),
    "POST metering:withdraw": deed(302),
    "metering:photo": sight(),
    "metering:meter": sight(),
    "metering:meter_csv": sight(),
    "POST metering:alerts": sight() | dict.fromkeys(("owner", "with", "visiting"), 404),  # nobody watches here
    # waste
    "waste:calendar": of_the_customer(sight()),
    "POST waste:remind": of_the_customer(deed(302)),
    "POST waste:report": of_the_customer(deed(302)),
    # cases, the inbox, outages; a clerk meets cases in the panel, not on a visit
    "cases:cases": of_the_customer(deed(200)),
    "cases:choose": of_the_customer(deed(200)),
    "cases:new": of_the_customer(deed(200)),
    "cases:case": deed(200),
    "POST cases:case": deed(422),  # an empty line
    "cases:attachment": deed(200),
    "cases:answer_pdf": deed(200),
    "cases:change": deed(200) | {"with": 404},  # not for who acts for some points
    "cases:handover": of_the_customer(deed(200)),
    "cases:handover_papers": deed(200),
    "cases:inbox": sight() | {"with": 404},  # what is written to a customer concerns the whole of it
    "cases:inbox_message": sight() | {"with": 404},
    "cases:inbox_file": sight() | {"with": 404},
    "POST cases:inbox_archive": deed(302) | {"with": 404},
    "POST cases:inbox_copies": deed(302) | {"with": 404},
    "POST cases:outage_alert": of_the_customer(deed(302)),
    # portal pages; without a customer named a person meets his own
    "page": of_the_customer(sight()),
    "page, no customer named": signed_in(200),
    # one's own account
    **{name: signed_in(status) for name, status in OWN_ACCOUNT.items()},
}

# Addresses that tell nothing of anybody, or ask for something else than a person signed in; and why.
OPEN: dict[str, str] = {
    "waste:feed": "a signed address of one's own, which ends with the right; its own tests hold it",
    "wagtail_serve": "every page says itself whether it is public; portal pages stand in the table as “page”",
    "go": "a redirect to the page that holds a role",
    "look": "the utility's colours",
    "faq_helped": "anybody says whether an answer helped; only counts are kept",
    "robots": "what search engines may look at",
    "sitemap": "the public pages",
    "shared_picture": "the title of a public page, for links that people share",
    "search": "public pages, questions and forms",
    "download": "editors' public files",
    "javascript-catalog": "words of the panel",
    "wagtaildocs_serve": "editors' public files",
    "wagtaildocs_authenticate_with_password": "no collection has a password",
    "api:openapi-json": "what the API offers, no data",
    "api:api-root": "the same",
    "api:send_delivery": "a program's token with this scope; its own tests hold it",
    "api:send_batch": "the same",
    "api:delivery": "the same, and of this token only",
    "api:faults": "the same",
    "api:fetch": "a program's token with this scope",
    "api:acknowledge": "the same",
    "health_live": "one word",
    "health_ready": "one word",
    "metrics": "a program's token with this scope; its own tests hold it",
    "webhook": "a gateway's signature",
    "payments:sandbox": "the hosted page of the demo's gateway; production refuses it",
    "billing:check": "asks for what is printed on a letter; attempts are counted",
    "payments:guest": "asks for the number and amount of an invoice; attempts are counted",
    "payments:guest_pay": "what was proved there, kept in the session; without it back to the door",
    "payments:guest_payment": "a guest's payment by its number that nobody guesses; never a signed-in person's",
    "payments:guest_confirmation": "the same",
    "payments:guest_resume": "the same",
    "payments:guest_cancel": "the same",
    "demo_mail_list": "the demo's mail box; production has none",
    "demo_mail": "the same",
    "demo_mail_letter": "the same",
    "notification_open": "a letter's link: after signing in, on to the page that it is about, which decides itself",
    "unsubscribe": "a signed link of a letter, which only stops letters of its kind",
    "postmark_tracking_webhook": "the e-mail provider's shared secret",
    "cases:failure": "anybody reports a failure; reports of one address are counted",
    "cases:follow": "asks for the number and signature of a case; attempts are counted",
    "cases:guest_choose": "what one may write about without an account",
    "cases:guest_new": "anybody writes; messages of one address are counted",
    "cases:guest_case": "what was proved there, kept in the session; without it back to the door",
    "cases:guest_attachment": "the same; its own tests hold it",
    "cases:guest_answer_pdf": "the same",
    "cases:outages": "what does not work, told to everybody",
    "registration_challenge": "the captcha's question",
    "registration_confirm": "a signed token from a mail",
    "registration_form_pdf": "the same; Form A of one application, while it is awaited",
    "registration_answer": "the same; the answer to a clerk's question",
    "registration_letter": "asks for a letter where the rules offer one; tells nothing of anybody, and is counted",
    "account_email_confirm": "a signed token from a mail",
    "customers:invitation": "a signed token from a mail; only who is signed in or proves the e-mail accepts",
    "readings:guest": "asks for a customer number and the number of its meter; tells nothing, and attempts are counted",
    "readings:receipt": "what was given from this browser, kept in its session; without it back to the door",
    "managers:ask": "anybody may ask; a clerk decides",
    "managers:sent": "thanks, and nothing of anybody",
    "moving:move": "the same; an account of the old portal sets a password",
    "managers:object": "a signed token from a mail; it ends a right and gives none",
}


# The way in, before anybody is signed in.
WAY_IN: dict[str, str] = {
    "account_login": "signing in",
    "account_logout": "signing out; a stranger is signed out already",
    "account_inactive": "a sentence for a closed account",
    "account_reset_password": "the forgotten password",
    "account_reset_password_done": "the same",
    "account_reset_password_from_key": "a signed token from a mail",
    "account_reset_password_from_key_done": "the same",
    "mfa_authenticate": "the second step of signing in",
}


def names(patterns: list[Any], space: str = "", way: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner, way + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name and not way.startswith("panel/"):
            yield f"{space}{pattern.name}"


def test_every_address_is_in_the_table():
    known = {name.removeprefix("POST ") for name in TABLE if not name.startswith("page")} | set(OPEN) | set(WAY_IN)
    assert set(names(get_resolver().url_patterns)) == known


# ------------------------------------------------------------------------------------------------------ the situation


@dataclass
class Situation:
    """One customer with two points; an invoice, a note and a payment of the first point; and everybody."""

    customer: Customer
    people: dict[str, Any]
    about: dict[str, Any]

    def ask(self, name: str, who: str) -> Any:
        client = Client()
        if self.people[who] is not None:
            client.force_login(self.people[who])
        address, k = name.removeprefix("POST "), str(self.customer.public_id)
        path = "/pulpit/" if name.startswith("page") else self.path(address)
        asked = {} if name in ("page, no customer named", *OWN_ACCOUNT) else {"k": k}
        is_post = name.startswith("POST ")
        answer = client.post(path, asked | {"customer": k}) if is_post else client.get(path, asked)
        if answer.status_code == 302 and answer.url.startswith(reverse("account_login")):
            return "sign in"
        return answer.status_code

    def path(self, address: str) -> str:
        about = self.about.get(address)
        args = [] if about is None else [about if isinstance(about, str) else about.public_id]
        return reverse(address, args=args)


def an_invitation(customer: Customer, owner: User) -> Invitation:
    viewer = factories.viewer(owner)
    until = clock.today() + timedelta(days=30)
    return invite(viewer=viewer, by=owner, email="ksiegowa@example.pl", deeds=["see_invoices"], until=until)


def a_photo() -> str:
    return storages["private"].save("readings/access-table.jpg", ContentFile(b"a picture"))


def staff(group: str) -> User:
    user = factories.make_staff()
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def home(db: None) -> HomePage:
    """A site whose one portal page holds every widget."""
    locale = Locale.objects.get(language_code="pl")
    front = Page.get_first_root_node().add_child(instance=HomePage(title="Start", slug="start", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=front, is_default_site=True)
    body = [(name, widget.to_python({"width": "full", "is_choice_only": False})) for name, widget in portal_blocks()]
    page = front.add_child(instance=PortalPage(title="Pulpit", slug="pulpit", locale=locale, body=body))
    PageRole.objects.create(role="dashboard", page=page)
    ensure_groups(front)
    forget_everything()
    return front


@pytest.fixture
def situation(home: HomePage) -> Situation:
    customer = factories.make_customer(
        number="098765", name="Wiśniewska Halina", email="halina@example.pl", services=["water", "waste"]
    )
    RuleRecord.objects.create(
        rule_set="modules", effective_from=date(2020, 1, 1), values={"waste": True, "forecast": True}
    )
    contract = factories.make_contract(customer, number="U/98765", text="Strony umawiają się.")
    TariffRate.objects.create(
        external_id="T1",
        group="",
        component="water",
        unit="m3",
        effective_from=date(2020, 1, 1),
        net_price=Decimal("6.27"),
    )
    Contract.objects.filter(pk=contract.pk).update(services=["water"])
    point, other_point = factories.make_point(contract), factories.make_point(contract)
    meter = factories.make_meter(point, serial_number="55512345")
    reading = actions_of_metering.record_reading(
        meter=meter, given=Given(Decimal(504), clock.today(), is_confirmed=True), by=None, photo=a_photo()
    ).reading
    place = CollectionPoint.objects.create(external_id="OD1", contract=contract, point=point, address="ul. Zielna 77")
    Pickup.objects.create(point=place, stream="papier", day=clock.today())
    item = factories.make_charge(customer, "135.38", contract=contract, point=point, number="098765/11/2026")
    invoice = item.entry.invoice
    invoice.received_pdf.save("f.pdf", ContentFile(b"%PDF-"))
    invoice.original.save("f.xml", ContentFile(b"<Faktura/>"))
    note = Document.objects.create(
        external_id="D1", customer=customer, kind="interest_note", number="NO/1", issued_on=clock.today()
    )
    note.file.save("nota.pdf", ContentFile(b"%PDF-"))
    factories.make_entry(customer, "4.17", contract=contract, point=point, document=note)
    factories.make_entry(customer, "-77.11", kind="payment", contract=contract, point=point)
    owner = factories.make_owner(customer)
    payment = checkout.start_payment(
        viewer=factories.viewer(owner), by=owner, items={item.public_id: Decimal("35.38")}, press=uuid4()
    )
    terms = publish_terms(
        kind="e_invoice", language="pl", version="1", effective_from=date(2026, 1, 1), title="E-faktura", text="Zgoda."
    )
    (consent,) = give_consent(customer=customer, terms=terms, email="e-faktury@example.pl", by=owner)
    RuleRecord.objects.create(
        rule_set="billing_period", effective_from=date(2020, 1, 1), values={"may_ask_for": [1, 2, 3]}
    )
    visiting = staff("bok")
    open_visit(staff=visiting, customer=customer, reason="Reklamacja 14/2026")
    people = {
        "stranger": None,
        "unlinked": factories.make_user(),
        "other": factories.make_owner(),
        "without": factories.make_manager(customer, [other_point]),
        "with": factories.make_manager(customer, [point]),
        "owner": owner,
        "clerk": staff("bok"),
        "visiting": visiting,
        "editor": staff("redakcja"),
    }
    about = dict.fromkeys(
        ("billing:invoice", "billing:invoice_pdf", "billing:invoice_xml", "billing:invoice_duplicate"), invoice
    )
    about |= {"billing:document_file": note, "billing:e_invoice_address": consent, "customers:billing_period": contract}
    about |= {"billing:document_file": note}
    about |= dict.fromkeys(("billing:contract", "billing:contract_pdf"), contract)
    about |= dict.fromkeys(("metering:withdraw", "metering:photo"), reading)
    about |= dict.fromkeys(("metering:meter", "metering:meter_csv"), meter)
    about |= _written(customer, point, owner)
    about |= {"customers:end_right": Delegation.objects.get(user=people["with"])}
    about |= {"customers:withdraw_invitation": an_invitation(customer, owner)}
    about |= dict.fromkeys(("payments:payment", "payments:confirmation", "payments:resume", "payments:cancel"), payment)
    return Situation(customer, people, about)


def _written(customer: Customer, point: ServicePoint, owner: User) -> dict[str, Any]:
    """A case of the first point with a file and an answer, a message in the inbox, an outage where the point lies."""
    locale = Locale.objects.get(language_code="pl")
    for kind in ("other", "details", "party"):
        CaseTopic.objects.create(slug=kind, kind=kind, name=kind, locale=locale)
    topic = CaseTopic.objects.get(slug="other")
    sender = actions_of_cases.Sender(user=owner, customer=customer, point=point, name=str(owner))
    kept = files_of_cases.store(b"%PDF-", name="f.pdf", content_type="application/pdf")
    said = actions_of_cases.Content(subject="Zalana piwnica", text="Leje się.", files=(kept,))
    case = actions_of_cases.open_case(topic=topic, sender=sender, content=said)
    attached = Attachment.objects.get(entry__case=case)
    scan(attached.pk)
    answer = actions_of_cases.answer(case, text="Ekipa jedzie.", by=owner, version=case.version)
    Handover.objects.create(case=case, way="out", point=point, other_party="Jan", on=clock.today(), papers=kept.path)
    message = OfficeMessage.objects.create(
        subject="Wymiana wodomierza",
        text="Przyjedziemy.",
        written_at=clock.now(),
        file=kept.path,
        file_name="f.pdf",
        file_type="application/pdf",
    )
    item = InboxItem.objects.create(message=message, customer=customer, arrived_at=clock.now())
    outage = Outage.objects.create(
        title="Pęknięta rura",
        starts_at=clock.now(),
        ends_at=clock.now() + timedelta(hours=4),
        published_at=clock.now(),
    )
    OutageStreet.objects.create(outage=outage, street=point.street, buildings=point.building)
    return {
        "cases:new": "other",
        "cases:case": case,
        "cases:handover_papers": case,
        "cases:attachment": attached,
        "cases:answer_pdf": answer,
    } | dict.fromkeys(("cases:inbox_message", "cases:inbox_file", "cases:inbox_archive"), item)


@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_what_the_table_says(situation, name):
    assert {who: situation.ask(name, who) for who in PEOPLE} == TABLE[name]


# ------------------------------------------------------------------------------------------------------------- widgets

# What in a widget would give the customer away, and who may meet it there.
WHOLE = {"owner", "visiting"}
OF_THE_POINT = WHOLE | {"with"}
GIVES_AWAY: dict[str, tuple[str, set[str]]] = {
    "due": ("100,00", OF_THE_POINT),
    "open_items": ("098765/11/2026", OF_THE_POINT),
    "balance": ("62,44", OF_THE_POINT),
    "documents": ("098765/11/2026", OF_THE_POINT),
    "payments": ("77,11", OF_THE_POINT),
    "history": ("77,11", OF_THE_POINT),
    "object_cards": ("098765", OF_THE_POINT | {"without"}),
    "transfer": ("098765", OF_THE_POINT | {"without"}),
    "e_invoice": ("e-faktury@example.pl", {"owner"}),
    "forecast": ("098765", set()),
    "meters": ("55512345", OF_THE_POINT),
    "submit_reading": ("55512345", {"owner", "with"}),
    "consumption": ("55512345", OF_THE_POINT),
    "waste_next": ("ul. Zielna 77", OF_THE_POINT),
    "waste_points": ("ul. Zielna 77", OF_THE_POINT),
    "inbox": ("Wymiana wodomierza", WHOLE),
    "cases": ("Zalana piwnica", {"owner", "with"}),
    "outages": ("Pęknięta rura", OF_THE_POINT),
    "contract": ("U/98765", OF_THE_POINT | {"without"}),
    "known_data": ("halina@example.pl", WHOLE),
    "notices": ("098765", set()),
    "actions": ("098765", set()),
    "text": ("098765", set()),
    "rules": ("098765", set()),
}


def test_every_widget_is_in_the_table():
    assert {name for name, _widget in portal_blocks()} == set(GIVES_AWAY)


@pytest.mark.parametrize("name", GIVES_AWAY)
def test_a_widget_gives_a_customer_away_to_nobody_else(situation, name, settings):
    Utility.objects.update_or_create(pk=1, defaults={"bank_account": "56102010260000042030091004"})
    forget_everything()
    widget = dict(portal_blocks())[name]
    value = widget.to_python({"is_choice_only": False})
    secret, meant_for = GIVES_AWAY[name]
    for who, user in situation.people.items():
        request = RequestFactory().get("/", {"k": str(situation.customer.public_id)})
        request.user = user or AnonymousUser()
        request.session = {}
        request.viewer = viewer_for(request)
        drawn = str(widget.render(value, {"request": request})).replace("\xa0", " ")
        assert (secret in drawn) is (who in meant_for), who

"""What lies on the desk of a demo: cases under way and done, a planned interruption, messages of the office."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from portal import clock
from portal.accounts.models import User
from portal.cases import actions, inbox, outages, queries
from portal.cases.actions import Content, Sender
from portal.cases.models import Case, CaseTopic, OfficeMessage, Outage, OutageStreet
from portal.cases.rules import CaseRules
from portal.customers.models import Delegation, ServicePoint
from portal.utility.rulebook import rules
from portal.utility.rules import Modules

Kind = CaseTopic.Kind


def settle() -> None:
    """Once: where a case or an outage stands already nothing is added. Refuses outside a demo."""
    if not settings.EBOK_DEMO:
        msg = "A demo's desk is filled in a demo only."
        raise ImproperlyConfigured(msg)
    own = Delegation.objects.filter(user__email="klient@demo.example", role=Delegation.Role.OWNER).first()
    clerk = User.objects.filter(email="bok@demo.example").first()
    if own is None or clerk is None or not rules(Modules).cases or Case.objects.exists() or Outage.objects.exists():
        return
    point = ServicePoint.objects.filter(customer=own.customer, is_closed=False).order_by("external_id").first()
    sender = Sender(
        user=own.user, customer=own.customer, point=point, name=str(own.user), email=own.user.email or "", language="pl"
    )
    if rules(CaseRules).customers_write:
        _cases(sender, clerk)
    if rules(CaseRules).guests_report:
        _failure()
    if rules(CaseRules).office_writes:
        _messages(sender, clerk)
    if point is not None:
        _interruption(point, clerk)


def _ago(**span: int) -> datetime:
    return clock.now() - timedelta(**span)


def _opened(kind: str, sender: Sender, subject: str, text: str, when: datetime, place: str = "") -> Case | None:
    topic = queries.topic_of_kind(kind)
    if topic is None:
        return None
    with clock.stopped(when):
        return actions.open_case(topic=topic, sender=sender, content=Content(subject=subject, text=text, place=place))


def _cases(sender: Sender, clerk: User) -> None:
    """A complaint that has been asked about and is due soon, a question that waits for the customer, an answer."""
    complaint = _opened(
        Kind.COMPLAINT,
        sender,
        "Rachunek za październik jest za wysoki",
        "Zużywamy tyle co zawsze, a kwota jest dwa razy większa. Proszę o sprawdzenie odczytu.",
        _ago(days=11),
    )
    if complaint is not None:
        with clock.stopped(_ago(days=9)):
            text = "Prosimy o aktualny stan wodomierza albo jego zdjęcie."
            actions.ask(complaint, text=text, by=clerk, version=complaint.version)
        with clock.stopped(_ago(days=8)):
            actions.write(complaint, text="Dziś rano było 504 m³.", by=sender.user)
        actions.note_inside(complaint, text="Odczyt z października wygląda na pomyłkę o 100 m³.", by=clerk)
    answered = _opened(
        Kind.WATER_QUALITY,
        sender,
        "Woda z kranu jest mętna",
        "Od dwóch dni woda jest mętna i pachnie chlorem.",
        _ago(days=20),
    )
    if answered is not None:
        with clock.stopped(_ago(days=17)):
            text = (
                "Płukaliśmy sieć w Państwa ulicy. Próbka pobrana następnego dnia spełnia wymagania: mętność 0,3 NTU, "
                "chlor 0,1 mg/l. Wystarczy puścić zimną wodę przez kilka minut."
            )
            actions.answer(answered, text=text, by=clerk, version=answered.version)
    waiting = _opened(Kind.METER, sender, "Zaparowany wodomierz", "Szybka zaparowała i nie widać cyfr.", _ago(days=3))
    if waiting is not None:
        with clock.stopped(_ago(days=2)):
            text = "Kiedy możemy przyjść wymienić wodomierz? Pracujemy od 7 do 19."
            actions.ask(waiting, text=text, by=clerk, version=waiting.version)


def _failure() -> None:
    """Reported this morning by somebody without an account; nobody has taken it yet."""
    neighbour = Sender(name="Jan Nowak", email="jan.nowak@example.pl", phone="600 100 200")
    subject, text = "Awaria: ul. Lipowa 5", "Woda wypływa spod studzienki na jezdnię."
    _opened(Kind.FAILURE, neighbour, subject, text, _ago(hours=3), place="ul. Lipowa 5")


def _messages(sender: Sender, clerk: User) -> None:
    """One read by nobody yet, and one to a street that waits for a second clerk."""
    with clock.stopped(_ago(days=1)):
        message = OfficeMessage.objects.create(
            subject="Wymiana wodomierza w grudniu",
            text="Wodomierz traci legalizację z końcem roku. Wymienimy go bezpłatnie; zadzwonimy, żeby ustalić dzień.",
            customer=sender.customer,
            counted=1,
            written_by=clerk,
            written_at=clock.now(),
        )
        inbox.send(message, by=clerk, counted=1)
    if sender.point is not None:
        draft = OfficeMessage(
            subject="Płukanie sieci",
            text="W przyszłym tygodniu płuczemy sieć. Woda może być przez kilka godzin mętna, ale jest zdatna do picia.",
            audience=[("streets", {"streets": sender.point.street})],
            written_by=clerk,
            written_at=clock.now(),
        )
        draft.counted = inbox.concerned(draft).count()
        draft.save()


def _interruption(point: ServicePoint, clerk: User) -> None:
    """Announced in time, at the customer's own street."""
    begins = clock.at(clock.today() + timedelta(days=5), 8)
    outage = Outage.objects.create(
        kind=Outage.Kind.PLANNED,
        title="Przerwa w dostawie wody",
        text="Wymieniamy zasuwę. Beczkowóz stanie przy skrzyżowaniu.",
        starts_at=begins,
        ends_at=begins + timedelta(hours=6),
    )
    OutageStreet.objects.create(outage=outage, street=point.street)
    outages.publish(outage, by=clerk)

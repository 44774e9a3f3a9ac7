"""What an import says when it is done: how many rows of what changed, and every fault with its place."""

import csv
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from portal.exchange.actions import MOST_SHOWN, Outcome
from portal.exchange.differences import MOST
from portal.exchange.faults import Weight, place
from portal.exchange.models import BillingDelivery


def lines(outcome: Outcome) -> Iterator[str]:
    if outcome.counts:
        heads = (_("new"), _("changed"), _("unchanged"), _("gone"), _("left out"))
        yield f"{'':<20}" + "".join(f"{head:>12}" for head in heads)
        for stage, found in outcome.counts.items():
            yield f"{stage:<20}" + "".join(
                f"{found[verdict]:>12}" for verdict in ("new", "changed", "same", "gone", "out")
            )
    yield from _differences(outcome)
    yield from _listed(_("Faults:"), outcome.faults, _count(outcome, Weight.FILE, Weight.ROW))
    yield from _listed(_("Figures withheld until a clerk has looked:"), outcome.doubts, _count(outcome, Weight.DOUBT))
    yield from _listed(_("Warnings:"), outcome.warnings, _count(outcome, Weight.WARNING))
    if outcome.is_dry_run and not outcome.is_refused:
        yield _("This was a dry run: nothing was written.")
    elif outcome.is_merged and not outcome.has_changes:
        yield _("Nothing has changed since the last delivery.")
    elif outcome.is_merged:
        yield _("The delivery is taken over.")


def _differences(outcome: Outcome) -> Iterator[str]:
    """Of what would be otherwise some rows, by their keys."""
    words = {"new": _("new"), "changed": _("changed"), "gone": _("gone")}
    if outcome.differences:
        yield _("Some of the rows that would be otherwise, at most %(count)d of a kind:") % {"count": MOST}
    for here, rows in outcome.differences.items():
        yield f"  {here}"
        for row in rows:
            at = f"  {place(row.file, row.line)}" if row.file else ""
            columns = f"  {', '.join(row.columns)}" if row.columns else ""
            yield f"    {words[row.verdict]:<12}{row.key}{at}{columns}"


def csv_of(delivery: BillingDelivery) -> Iterator[str]:
    """Every fault that is kept, as a spreadsheet reads it; without customers, whose ids are the billing system's own."""
    pen = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + pen.writerow([_("Weight"), _("File"), _("Line"), _("Sentence")])
    for fault in delivery.faults.order_by("weight", "pk").iterator():
        sentence = "'" + fault.sentence if fault.sentence[:1] in "=+-@" else fault.sentence
        yield pen.writerow([fault.get_weight_display(), fault.file, fault.line or "", sentence])


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def mail(delivery: BillingDelivery) -> None:
    """The same to the operators, when a delivery was refused or its import stopped."""
    if not settings.EBOK_OPERATORS:
        return
    faults = [str(fault) for fault in delivery.faults.order_by("pk")[:MOST_SHOWN]]
    said = {"name": delivery.name, "state": delivery.get_state_display()}
    send_mail(
        _("Delivery %(name)s: %(state)s") % said,
        "\n".join([_("Nothing of the delivery %(name)s was taken over.") % said, "", *faults]) + "\n",
        settings.DEFAULT_FROM_EMAIL,
        settings.EBOK_OPERATORS,
    )


def _count(outcome: Outcome, *weights: Weight) -> int:
    return sum(outcome.fault_counts.get(weight.value, 0) for weight in weights)


def _listed(head: str, sentences: tuple[str, ...], count: int) -> Iterator[str]:
    if not sentences:
        return
    yield head
    yield from (f"  {sentence}" for sentence in sentences)
    if count > len(sentences):
        yield "  " + _("… and %(count)d more.") % {"count": count - len(sentences)}

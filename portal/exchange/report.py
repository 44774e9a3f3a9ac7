"""What an import says when it is done: how many rows of what changed, and every fault with its place."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.exchange.actions import Outcome
from portal.exchange.faults import Weight


def lines(outcome: Outcome) -> Iterator[str]:
    if outcome.counts:
        heads = (_("new"), _("changed"), _("unchanged"), _("gone"), _("left out"))
        yield f"{'':<20}" + "".join(f"{head:>12}" for head in heads)
        for stage, found in outcome.counts.items():
            yield f"{stage:<20}" + "".join(
                f"{found[verdict]:>12}" for verdict in ("new", "changed", "same", "gone", "out")
            )
    yield from _listed(_("Faults:"), outcome.faults, _count(outcome, Weight.FILE, Weight.ROW))
    yield from _listed(_("Figures withheld until a clerk has looked:"), outcome.doubts, _count(outcome, Weight.DOUBT))
    yield from _listed(_("Warnings:"), outcome.warnings, _count(outcome, Weight.WARNING))
    if outcome.is_dry_run and not outcome.is_refused:
        yield _("This was a dry run: nothing was written.")
    elif outcome.is_merged and not outcome.has_changes:
        yield _("Nothing has changed since the last delivery.")
    elif outcome.is_merged:
        yield _("The delivery is taken over.")


def _count(outcome: Outcome, *weights: Weight) -> int:
    return sum(outcome.fault_counts.get(weight.value, 0) for weight in weights)


def _listed(head: str, sentences: tuple[str, ...], count: int) -> Iterator[str]:
    if not sentences:
        return
    yield head
    yield from (f"  {sentence}" for sentence in sentences)
    if count > len(sentences):
        yield "  " + _("… and %(count)d more.") % {"count": count - len(sentences)}

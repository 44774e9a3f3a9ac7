"""Taking a delivery of the billing system over: read, check, merge, report."""

from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.exchange import checks, leaving_out, staging
from portal.exchange.faults import AlreadyRunning, FileFault, Weight
from portal.exchange.format import MANIFEST
from portal.exchange.manifest import Manifest, read_manifest
from portal.exchange.merge import Merge
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.package import Package, opened, read
from portal.exchange.sql import Counts
from portal.exchange.staging import Faults, Progress

LEASE = "import"
MOST_SHOWN = 200


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery; of a dry run, what would have."""

    is_merged: bool
    is_dry_run: bool
    counts: dict[str, Counts]  # by stage: new, changed, same, gone, out
    fault_counts: dict[str, int]  # by weight
    faults: tuple[str, ...]  # "file:line: sentence", the first of them
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    delivery_id: int | None

    @property
    def is_refused(self) -> bool:
        return (not self.is_merged and not self.is_dry_run) or bool(self.fault_counts.get(Weight.FILE.value))

    @property
    def has_changes(self) -> bool:
        return any(found["new"] or found["changed"] or found["gone"] for found in self.counts.values())


def _no_progress(rows: int, file: str, promised: int) -> None:
    """Nobody watches."""


def import_delivery(path: Path, *, dry_run: bool = False, progress: Progress = _no_progress) -> Outcome:
    """Take a delivery over, whole or not at all; the same delivery again changes nothing.

    Raises AlreadyRunning. A refused delivery is an outcome, not an exception, and is kept with its faults.
    """
    try:
        with jobs.lease(LEASE):
            _tidy_up()
            try:
                return _Import(path, dry_run=dry_run, progress=progress).run()
            finally:
                staging.empty()
    except jobs.Busy:
        raise AlreadyRunning from None


def _tidy_up() -> None:
    """After an import that was killed: its rows are thrown away, its delivery says so."""
    staging.empty()
    BillingDelivery.objects.filter(state=BillingDelivery.State.STAGING).update(
        state=BillingDelivery.State.ABANDONED, finished_at=clock.now()
    )


class _Import:
    def __init__(self, path: Path, *, dry_run: bool, progress: Progress) -> None:
        self.path, self.dry_run, self.progress = path, dry_run, progress
        self.delivery = BillingDelivery.objects.create(name=path.name[:250], started_at=clock.now())
        self.faults = Faults(self.delivery)
        self.counts: dict[str, Counts] = {}

    def run(self) -> Outcome:
        try:
            with opened(self.path) as package:
                is_merged = self._take(package)
        except FileFault as refusal:
            fault = refusal.fault
            self.faults.add(fault.weight, fault.file, fault.line, fault.sentence)
            is_merged = False
        self.faults.flush()
        outcome = self._outcome(is_merged=is_merged)
        if self.dry_run:
            self.delivery.delete()
        elif not is_merged:
            self._refuse()
        return outcome

    def _take(self, package: Package) -> bool:
        manifest = read_manifest(read(package, MANIFEST))
        self._enter(manifest)
        self._is_not_older(manifest)
        staging.fill(package, manifest, self.faults, keeps_files=not self.dry_run, progress=self.progress)
        checks.check(manifest, self.faults)
        share = leaving_out.leave_out(self.delivery, manifest, self.faults)
        merge = Merge(self.delivery, manifest, self.faults)
        self.counts = merge.weigh()
        if share.is_too_large:
            raise FileFault(
                MANIFEST, _("%(share)s That is more than the rule allows; nothing was taken over.") % {"share": share}
            )
        if not self.dry_run:
            merge.carry_out(self.counts)
        return not self.dry_run

    def _enter(self, manifest: Manifest) -> None:
        self.delivery.source, self.delivery.kind = manifest.source, manifest.kind
        self.delivery.as_of, self.delivery.made_at = manifest.as_of, manifest.made_at
        self.delivery.manifest_sha256 = manifest.digest
        self.delivery.save()

    def _is_not_older(self, manifest: Manifest) -> None:
        merged = BillingDelivery.objects.filter(source=manifest.source, state=BillingDelivery.State.MERGED)
        latest = merged.order_by("-as_of").first()
        if latest is not None and latest.as_of is not None and manifest.as_of < latest.as_of:
            moments = {
                "this": f"{manifest.as_of.astimezone(clock.WARSAW):%d.%m.%Y %H:%M}",
                "last": f"{latest.as_of.astimezone(clock.WARSAW):%d.%m.%Y %H:%M}",
            }
            raise FileFault(
                MANIFEST, _("The delivery is as of %(this)s, older than the last one, of %(last)s.") % moments
            )

    def _refuse(self) -> None:
        self.delivery.state = BillingDelivery.State.REFUSED
        self.delivery.finished_at = clock.now()
        self.delivery.counts, self.delivery.fault_counts = self.counts, self.faults.counts
        self.delivery.save()

    def _outcome(self, *, is_merged: bool) -> Outcome:
        kept = DeliveryFault.objects.filter(delivery=self.delivery).order_by("pk")
        return Outcome(
            is_merged=is_merged,
            is_dry_run=self.dry_run,
            counts=self.counts,
            fault_counts=dict(self.faults.counts),
            faults=_shown(kept, Weight.FILE, Weight.ROW),
            doubts=_shown(kept, Weight.DOUBT),
            warnings=_shown(kept, Weight.WARNING),
            delivery_id=None if self.dry_run else self.delivery.pk,
        )


def _shown(kept: QuerySet[DeliveryFault], *weights: Weight) -> tuple[str, ...]:
    return tuple(str(fault) for fault in kept.filter(weight__in=[weight.value for weight in weights])[:MOST_SHOWN])

"""Taking a delivery of the billing system over: read, check, merge, report."""

import contextlib
import logging
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import clock, jobs
from portal.exchange import checks, leaving_out, ndjson, resuming, staging
from portal.exchange import dialect as dialects
from portal.exchange.dialect import Dialect, WrongMap
from portal.exchange.differences import Differences, as_kept, differences
from portal.exchange.faults import AlreadyRunning, FileFault, Stopped, Weight
from portal.exchange.format import MANIFEST
from portal.exchange.manifest import Manifest, read_manifest
from portal.exchange.merge import Merge, first_verdicts
from portal.exchange.models import BillingDelivery, DeliveryFault
from portal.exchange.package import Package, opened, read
from portal.exchange.sql import Counts
from portal.exchange.staged import FirstVerdicts
from portal.exchange.staging import Faults, Progress

log = logging.getLogger("portal.exchange")

LEASE = "import"
# The machine, not the delivery and not the code: full, unreachable, out of memory, a helper shot down.
MACHINE = (OSError, OperationalError, InterfaceError, MemoryError, BrokenExecutor)
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
    delivery_id: int
    differences: Differences = field(default_factory=dict)  # of a dry run

    @property
    def is_refused(self) -> bool:
        return (not self.is_merged and not self.is_dry_run) or bool(self.fault_counts.get(Weight.FILE.value))

    @property
    def has_changes(self) -> bool:
        return any(found["new"] or found["changed"] or found["gone"] for found in self.counts.values())


def _opened(path: Path) -> AbstractContextManager[Package]:
    return ndjson.opened(path) if path.suffix.lower() == ndjson.ENDING and path.is_file() else opened(path)


def _no_progress(rows: int, file: str, promised: int) -> None:
    """Nobody watches."""


def import_delivery(
    path: Path, *, dry_run: bool = False, column_map: Path | None = None, progress: Progress = _no_progress
) -> Outcome:
    """Take a delivery over, whole or not at all; the same delivery again changes nothing.

    Raises AlreadyRunning, WrongMap, and Stopped when the machine failed: started again it goes on from what was read.
    Anything else that is raised is a fault of the portal; nothing is taken over then either. A refused delivery is an
    outcome, not an exception, and is kept with its faults.
    """
    dialect = dialects.dialect(column_map)
    taking = _Import(path, dialect, dry_run=dry_run, progress=progress)
    try:
        with jobs.lease(LEASE), _much_memory():
            return taking.run()
    except jobs.Busy:
        raise AlreadyRunning from None
    except MACHINE as failure:  # it may be the database itself, which then cannot be left in order either
        raise taking.stopped(failure) from failure
    except Exception:
        taking.tell_operators()
        raise


def import_unattended(path: Path) -> Outcome | None:
    """The same for what comes by itself; None when the portal itself failed on it.

    It would fail again a minute later, and what came after it would wait behind it for ever.
    """
    try:
        return import_delivery(path)
    except (AlreadyRunning, Stopped, WrongMap):
        raise
    except Exception:
        log.exception("The portal failed on the delivery %s; nothing of it is taken over.", path.name)
        return None


@contextmanager
def _much_memory() -> Iterator[None]:
    """Whole tables are joined in memory instead of on disk, and read to their end. An import runs alone."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '128MB'")
        cursor.execute("SET cursor_tuple_fraction = 1")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET work_mem")
                cursor.execute("RESET cursor_tuple_fraction")


class _Import:
    def __init__(self, path: Path, dialect: Dialect, *, dry_run: bool, progress: Progress) -> None:
        self.path, self.dialect, self.dry_run, self.progress = path, dialect, dry_run, progress
        self.delivery = BillingDelivery(name=path.name[:250], started_at=clock.now(), is_dry_run=dry_run)
        self.faults = Faults(self.delivery)
        self.counts: dict[str, Counts] = {}
        self.differences: Differences = {}

    def run(self) -> Outcome:
        try:
            with _opened(self.path) as package:
                is_merged = self._take(package)
        except FileFault as refusal:
            if self.delivery.pk is None:
                self._begin_anew()
            fault = refusal.fault
            self.faults.add(fault.weight, fault.file, fault.line, fault.sentence)
            is_merged = False
        self.faults.flush()
        outcome = self._outcome(is_merged=is_merged)
        if self.dry_run:
            self._end(BillingDelivery.State.TRIED)
        elif not is_merged:
            self._end(BillingDelivery.State.REFUSED)
            jobs.later("portal.exchange.tasks.mail_report", self.delivery.pk)
        staging.empty()
        return outcome

    def _take(self, package: Package) -> bool:
        manifest = read_manifest(read(package, MANIFEST), package.dialect or self.dialect)
        first = first_verdicts(manifest.source)
        if not self._goes_on(manifest, first):
            self._begin_anew()
            for remark in package.remarks:
                self.faults.add(remark.weight, remark.file, remark.line, remark.sentence)
        self._enter(manifest)
        self._comes_in_time(manifest)
        if self.delivery.read_until is None:
            staging.fill(package, manifest, self.faults, first, keeps_files=not self.dry_run, progress=self.progress)
            self._all_is_read()
        merge = Merge(self.delivery, manifest, self.faults, first)
        merge.weigh()
        checks.check(manifest, self.faults)
        share = leaving_out.leave_out(self.delivery, manifest, self.faults)
        self.counts = merge.count()
        if self.dry_run:
            self.differences = differences(merge, self.counts)
        if share.is_too_large:
            raise FileFault(
                MANIFEST, _("%(share)s That is more than the rule allows; nothing was taken over.") % {"share": share}
            )
        if not self.dry_run:
            merge.carry_out(self.counts)
        return not self.dry_run

    # After an import that was killed

    def _goes_on(self, manifest: Manifest, first: FirstVerdicts) -> bool:
        """Whether the same delivery was being read when an import was killed, and what it read is still there."""
        broken = BillingDelivery.objects.filter(state=BillingDelivery.State.STAGING).order_by("-pk").first()
        if (
            broken is None
            or not manifest.is_vouched_for
            or broken.manifest_sha256 != manifest.digest
            or broken.is_dry_run != self.dry_run
            or not resuming.is_staged(broken)
        ):
            return False
        self.delivery = broken
        self.faults = resuming.reset(broken, first)
        return True

    def _begin_anew(self) -> None:
        staging.empty()
        BillingDelivery.objects.filter(state=BillingDelivery.State.STAGING).update(
            state=BillingDelivery.State.ABANDONED, finished_at=clock.now()
        )
        self.delivery.save()

    def _all_is_read(self) -> None:
        latest = DeliveryFault.objects.filter(delivery=self.delivery).order_by("-pk").values_list("pk", flat=True)
        self.delivery.read_until = latest.first() or 0
        self.delivery.fault_counts = self.faults.counts
        self.delivery.save(update_fields=["read_until", "fault_counts"])

    def stopped(self, failure: Exception) -> Stopped:
        stopped = Stopped(sum(self.delivery.rows_read.values()) if self.delivery.pk else 0, failure)
        self.tell_operators()
        log.error("An import stopped: %s", stopped, exc_info=failure)
        return stopped

    def tell_operators(self) -> None:
        if self.delivery.pk:
            with contextlib.suppress(DatabaseError, InterfaceError):  # it may be the database that failed
                jobs.later("portal.exchange.tasks.mail_report", self.delivery.pk)

    # What a manifest says

    def _enter(self, manifest: Manifest) -> None:
        self.delivery.source, self.delivery.kind = manifest.source, manifest.kind
        self.delivery.as_of, self.delivery.made_at = manifest.as_of, manifest.made_at
        self.delivery.manifest_sha256 = manifest.digest
        self.delivery.rows_promised = {name: listed.rows for name, listed in manifest.files.items()}
        self.delivery.save()

    def _comes_in_time(self, manifest: Manifest) -> None:
        """Not before the last one, and not from a day to come: the true ones after it would all be older."""
        if manifest.as_of > clock.now() + settings.EBOK_EXCHANGE_MOST_AHEAD:
            moments = {"this": _moment(manifest.as_of), "now": _moment(clock.now())}
            raise FileFault(
                MANIFEST,
                _("The delivery is as of %(this)s, and now it is %(now)s. Correct as_of, or the clock of the sender.")
                % moments,
            )
        merged = BillingDelivery.objects.filter(source=manifest.source, state=BillingDelivery.State.MERGED)
        latest = merged.order_by("-as_of").first()
        if latest is not None and latest.as_of is not None and manifest.as_of < latest.as_of:
            moments = {"this": _moment(manifest.as_of), "last": _moment(latest.as_of)}
            raise FileFault(
                MANIFEST,
                _("The delivery is as of %(this)s, older than the last one, of %(last)s. Send a newer one.") % moments,
            )

    def _end(self, state: str) -> None:
        """Keep the report of what was not taken over."""
        self.delivery.state = state
        self.delivery.finished_at = clock.now()
        self.delivery.counts, self.delivery.fault_counts = self.counts, self.faults.counts
        self.delivery.differences = as_kept(self.differences)
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
            delivery_id=self.delivery.pk,
            differences=self.differences,
        )


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(clock.WARSAW):%d.%m.%Y %H:%M}"


def _shown(kept: QuerySet[DeliveryFault], *weights: Weight) -> tuple[str, ...]:
    return tuple(str(fault) for fault in kept.filter(weight__in=[weight.value for weight in weights])[:MOST_SHOWN])

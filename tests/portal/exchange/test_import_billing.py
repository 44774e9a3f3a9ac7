import io

import pytest
from django.core.management import CommandError, call_command

from portal import jobs
from portal.customers.models import Customer

pytestmark = pytest.mark.django_db


def run(path, **options) -> str:
    out = io.StringIO()
    call_command("import_billing", str(path), stdout=out, **options)
    return out.getvalue()


def test_it_says_how_many_rows_of_what_changed(delivery):
    lines = run(delivery.write()).splitlines()
    assert lines[0].split() == ["new", "changed", "unchanged", "gone", "left", "out"]
    assert "customers                      2           0           0           0           0" in lines
    assert lines[-1] == "The delivery is taken over."


def test_again_it_says_that_nothing_has_changed(delivery):
    run(delivery.write())
    assert run(delivery.folder).endswith("Nothing has changed since the last delivery.\n")


def test_a_dry_run_prints_the_difference_and_writes_nothing(delivery):
    assert run(delivery.write(), dry_run=True).endswith("This was a dry run: nothing was written.\n")
    assert not Customer.objects.exists()


def test_a_refused_delivery_ends_with_1_and_lists_its_faults(delivery):
    delivery.row("ledger", "L1")["amount"] = "much"
    out = io.StringIO()
    with pytest.raises(CommandError, match="The delivery is refused") as refusal:
        call_command("import_billing", str(delivery.write()), stdout=out)
    assert refusal.value.returncode == 1
    assert "  ledger.csv:2: In amount, “much” is not an amount such as 1234,50." in out.getvalue()


def test_a_path_to_nothing_ends_with_1(tmp_path):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path / "nothing")
    assert refusal.value.returncode == 1


def test_a_second_import_ends_with_2(delivery):
    with jobs.lease("import"), pytest.raises(CommandError, match="Another import is running") as refusal:
        run(delivery.write())
    assert refusal.value.returncode == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_somebody_who_watches_sees_how_far_it_is(delivery):
    watched = Terminal()
    call_command("import_billing", str(delivery.write()), stdout=io.StringIO(), stderr=watched)
    assert "ledger.csv             ████████████████████████           3 / 3\n" in watched.getvalue()


def test_a_log_holds_no_progress(delivery):
    log = io.StringIO()
    call_command("import_billing", str(delivery.write()), stdout=io.StringIO(), stderr=log)
    assert log.getvalue() == ""

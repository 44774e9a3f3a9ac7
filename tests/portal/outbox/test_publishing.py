"""The order in which facts leave the house, and the files that hold each of them once."""

import hashlib
import json
import threading
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.outbox import actions, files
from portal.outbox.models import OutboxFact, OutboxReader
from portal.outbox.queries import as_told, facts_after, fetched_until


def tell(*numbers):
    for number in numbers:
        actions.tell("reading", about=f"reading:{number}", value=str(number))


def held(folder: Path) -> list[int]:
    """The positions in all files of a folder, in the order of the files."""
    lines = [line for file in sorted(folder.glob("*.ndjson")) for line in file.read_text().splitlines()]
    return [json.loads(line)["position"] for line in lines]


@pytest.mark.django_db
def test_facts_get_consecutive_positions_once():
    tell(1, 2, 3)
    assert actions.publish() == 3
    assert actions.publish() == 0
    tell(4)
    actions.publish()
    assert [fact.position for fact in facts_after(0, limit=10)] == [1, 2, 3, 4]
    assert [fact.about for fact in facts_after(2, limit=1)] == ["reading:3"]


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_is_committed_late_is_not_missed():
    """Its fact has the lower id; a reader that went by ids would have passed it."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite one transaction writes at a time, so none is committed late")
    started, finish = threading.Event(), threading.Event()

    def slow_deed():
        try:
            with transaction.atomic():
                tell("slow")
                started.set()
                finish.wait(20)
        finally:
            connection.close()

    deed = threading.Thread(target=slow_deed)
    deed.start()
    started.wait(20)
    tell("quick")
    actions.publish()
    first = list(facts_after(0, limit=10))
    assert [fact.about for fact in first] == ["reading:quick"]
    finish.set()
    deed.join()
    actions.publish()
    slow = facts_after(first[-1].position, limit=10).get()
    assert slow.about == "reading:slow"
    assert slow.pk < first[0].pk


@pytest.mark.django_db(transaction=True)
def test_publishers_at_once_give_every_position_once():
    tell(*range(50))

    def publish():
        try:
            actions.publish()
        finally:
            connection.close()

    publishers = [threading.Thread(target=publish) for _ in range(4)]
    for one in publishers:
        one.start()
    for one in publishers:
        one.join()
    assert sorted(OutboxFact.objects.values_list("position", flat=True)) == list(range(1, 51))


@pytest.mark.django_db
def test_an_acknowledgement_moves_forward_only():
    tell(1, 2, 3)
    actions.publish()
    assert actions.acknowledge("billing", 2).acknowledged == 2
    assert actions.acknowledge("billing", 1).acknowledged == 2
    assert fetched_until() == 2
    with pytest.raises(actions.TooFar, match="was not given yet"):
        actions.acknowledge("billing", 4)


@pytest.mark.django_db
def test_files_hold_every_fact_once_with_a_manifest_that_fits(tmp_path):
    tell(1, 2)
    (first,) = files.export(tmp_path)
    assert files.export(tmp_path) == []
    tell(3)
    files.export(tmp_path)
    assert held(tmp_path) == [1, 2, 3]
    manifest = json.loads((tmp_path / f"{first.path.stem}.manifest.json").read_text())
    stated = manifest["files"][first.path.name]
    assert stated == {"rows": 2, "sha256": hashlib.sha256(first.path.read_bytes()).hexdigest()}
    assert (manifest["first_position"], manifest["last_position"]) == (1, 2)
    assert json.loads(first.path.read_text().splitlines()[0]) == as_told(OutboxFact.objects.get(position=1))


@pytest.mark.django_db
def test_a_run_that_was_stopped_writes_the_same_file_again_and_no_fact_twice(tmp_path, monkeypatch):
    tell(1, 2)
    for place in ("_write", "acknowledge"):
        with monkeypatch.context() as broken:
            broken.setattr(files, place, _stops)
            with pytest.raises(OSError, match="pulled the plug"):
                files.export(tmp_path)
        tell(f"after {place}")
    files.export(tmp_path)
    assert held(tmp_path) == [1, 2, 3, 4]
    assert sorted(path.name for path in tmp_path.glob("*.ndjson")) == [
        "outbox-000000000001-000000000002.ndjson",
        "outbox-000000000003-000000000004.ndjson",
    ]
    assert OutboxReader.objects.get().acknowledged == 4


def _stops(*_args):
    raise OSError("somebody pulled the plug")


@pytest.mark.django_db
def test_the_command_says_what_it_wrote_and_that_there_is_nothing_new(tmp_path):
    tell(1)
    said = StringIO()
    call_command("export_outbox", str(tmp_path), stdout=said)
    call_command("export_outbox", str(tmp_path), stdout=said)
    assert "outbox-000000000001-000000000001.ndjson" in said.getvalue()


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    tell(1)
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError) as refused:
        call_command("export_outbox", str(tmp_path / "file"))
    assert refused.value.returncode == 2

"""What people attach: known by content, without what the camera wrote, closed until it was looked through."""

import io
import socket
import threading
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult
from PIL import Image

from portal import clock
from portal.cases import actions, checks, files, queries
from portal.cases.files import FileRefused
from portal.cases.gateways.scanner import EICAR, ClamAV, ScannerUnavailable, StandIn, scanner
from portal.cases.models import Attachment, Case, Entry
from portal.cases.models.cases import private
from portal.desk.models import Task

pytestmark = pytest.mark.django_db


def a_photo(**options) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera that knows too much"
    Image.new("RGB", (60, 40), "navy").save(drawn, "JPEG", exif=exif, **options)
    return drawn.getvalue()


def uploaded(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def attach(case: Case, content: bytes, name: str = "pismo.pdf") -> Attachment:
    kept = files.keep(uploaded(name, content), megabytes=10)
    entry = actions.write(case, text="Załączam.", by=case.user, kept=[kept])
    return entry.attachments.get()


def test_a_photo_loses_what_the_camera_wrote():
    kept = files.keep(uploaded("awaria.jpeg", a_photo()), megabytes=10)

    assert (kept.name, kept.content_type) == ("awaria.jpg", "image/jpeg")
    with private().open(kept.path) as file:
        assert b"knows too much" not in file.read()


@pytest.mark.parametrize("content", [b"MZ\x90\x00 a program", b"<html><script>", b""])
def test_a_file_that_is_not_what_it_says_is_refused_with_a_sentence(content):
    with pytest.raises(FileRefused, match=r"wyciek\.jpg.*\.$"):
        files.keep(uploaded("wyciek.jpg", content), megabytes=10)


def test_a_pdf_named_as_a_photo_is_kept_as_a_pdf():
    kept = files.keep(uploaded("skan.jpg", b"%PDF-1.7 ..."), megabytes=10)

    assert (kept.name, kept.content_type) == ("skan.pdf", "application/pdf")


def test_a_file_too_large_is_refused():
    with pytest.raises(FileRefused, match="1 MB"):
        files.keep(uploaded("skan.pdf", b"%PDF-" + b"0" * 1024 * 1024), megabytes=1)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\zdjecia\\rura.jpg", "rura.jpg"),
        ('a"b\r\nSet-Cookie: x.pdf', "abSet-Cookie x.pdf"),
        ("gpj.\u202eexe", "gpj.exe"),
    ],
)
def test_a_name_carries_no_path_and_no_tricks(name, plain):
    assert files.plain_name(name) == plain


def test_a_file_is_closed_until_it_was_looked_through(opened):
    attached = attach(opened(), b"%PDF-1.7 zwykly")
    assert queries.attachment(Case.objects.all(), attached.public_id) is None

    checks.scan(attached.pk)

    assert queries.attachment(Case.objects.all(), attached.public_id) == attached


def test_malware_is_removed_and_both_sides_are_told(opened):
    case = opened()
    attached = attach(case, b"%PDF-1.7 " + EICAR)
    path = attached.file

    checks.scan(attached.pk)
    checks.scan(attached.pk)

    attached.refresh_from_db()
    assert attached.state == Attachment.State.INFECTED
    assert not private().exists(path)
    assert case.entries.filter(kind=Entry.Kind.EVENT, text__contains="pismo.pdf").count() == 1
    assert Task.objects.get(kind=checks.MALWARE).about == f"case:{case.public_id}"
    assert queries.attachment(Case.objects.all(), attached.public_id) is None


def test_a_note_s_file_is_the_office_s_own(opened, clerk):
    case = opened()
    note = actions.note_inside(case, text="Protokół.", by=clerk)
    kept = files.store(b"%PDF-", name="protokol.pdf", content_type=files.PDF)
    attached = Attachment.objects.create(
        entry=note, name=kept.name, content_type=kept.content_type, size=5, file=kept.path, state="clean"
    )

    assert queries.attachment(Case.objects.all(), attached.public_id) is None
    assert queries.attachment(Case.objects.all(), attached.public_id, with_notes=True) == attached


def test_malware_in_a_note_s_file_is_told_to_the_office_alone(opened, clerk):
    case = opened()
    kept = files.keep(uploaded("notatka.pdf", b"%PDF-1.7 " + EICAR), megabytes=10)
    note = actions.note_inside(case, text="Od policji.", by=clerk, kept=[kept])

    checks.scan(note.attachments.get().pk)

    assert "notatka" not in " ".join(entry.text for entry in queries.thread(case).entries)
    assert "notatka.pdf" in queries.thread(case, with_notes=True).entries[-1].text


def test_files_of_forms_never_sent_are_swept(opened, monkeypatch):
    attached = attach(opened(), b"%PDF-1.7 zwykly")
    left = files.store(b"%PDF-", name="nikogo.pdf", content_type=files.PDF)
    monkeypatch.setattr(checks, "KEPT", checks.timedelta(seconds=-5))

    checks.sweep()

    assert not private().exists(left.path)
    assert private().exists(attached.file)


# The scanner: one contract for the stand-in and for the daemon


class Daemon:
    """Speaks INSTREAM as clamd does: at a socket's path, or at a port of this machine."""

    def __init__(self, path: str = "", answer: bytes = b"") -> None:
        if path:
            self.line, self.address = socket.socket(socket.AF_UNIX), path
            self.line.bind(path)
            self.line.listen()
        else:
            self.line = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self.line.getsockname()[1]}"
        self.answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                asked, _address = self.line.accept()
            except OSError:
                return
            with asked, asked.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := int.from_bytes(stream.read(4), "big"):
                    content += stream.read(size)
                found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
                asked.sendall(self.answer or found)


@pytest.fixture(params=["stand-in", "port", "socket"])
def any_scanner(request, tmp_path):
    if request.param == "stand-in":
        yield StandIn()
        return
    served = Daemon(path=str(tmp_path / "clamd.ctl") if request.param == "socket" else "")
    with closing(served.line):
        yield ClamAV(served.address)


def test_a_scanner_finds_the_test_file_wherever_it_lies(any_scanner):
    verdict = any_scanner.scan(b"0" * 200_000 + EICAR + b"0" * 50)

    assert (verdict.is_clean, verdict.found) == (False, "Eicar-Test-Signature")


def test_a_scanner_lets_an_ordinary_file_pass(any_scanner):
    assert any_scanner.scan(b"%PDF-1.7" + b"x" * 100_000).is_clean


def test_a_scanner_that_does_not_answer_leaves_the_file_closed(opened, settings):
    with closing(socket.create_server(("127.0.0.1", 0))) as line:
        settings.EBOK_CLAMAV = f"127.0.0.1:{line.getsockname()[1]}"
    attached = attach(opened(), b"%PDF-1.7")

    with pytest.raises(ScannerUnavailable):
        checks.scan(attached.pk)

    attached.refresh_from_db()
    assert attached.state == Attachment.State.WAITING


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK FOUND OK\0", b"\0"])
def test_whatever_is_no_plain_ok_opens_no_file(answer):
    served = Daemon(answer=answer)
    with closing(served.line), pytest.raises(ScannerUnavailable):
        ClamAV(served.address).scan(b"%PDF-1.7")


def test_what_waits_is_asked_about_again_and_a_clerk_is_told_until_the_scanner_answers(opened, settings, run_jobs):
    attached = attach(opened(), b"%PDF-1.7")
    DBTaskResult.objects.all().delete()  # every attempt of the first scan has failed
    assert checks.ask_again() == 0  # not yet

    with clock.stopped(clock.now() + timedelta(hours=2)):
        assert checks.ask_again() == 1
        assert Task.objects.get(kind=checks.SILENT).state == Task.State.OPEN
        run_jobs()
        checks.ask_again()

    attached.refresh_from_db()
    assert attached.state == Attachment.State.CLEAN
    assert Task.objects.get(kind=checks.SILENT).state == Task.State.DONE


def test_the_installation_names_its_scanner(settings):
    assert isinstance(scanner(), StandIn)
    settings.EBOK_CLAMAV = "/run/clamav/clamd.ctl"
    assert isinstance(scanner(), ClamAV)

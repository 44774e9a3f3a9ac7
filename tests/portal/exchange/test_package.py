import io
import json
import zipfile
from pathlib import Path

import pytest

from portal.exchange import package
from portal.exchange.actions import import_delivery
from portal.exchange.faults import FileFault


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return target


def zip_of(target: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return target


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "a\\..\\x", "C:/x", "", "a//b", "./a"])
def test_a_name_that_leads_out_is_not_safe(name):
    assert not package.is_safe(name)


@pytest.mark.django_db
def test_a_zip_is_taken_over_like_a_folder(delivery, tmp_path):
    outcome = import_delivery(zipped(delivery.write(), tmp_path / "delivery.zip"))
    assert outcome.is_merged, outcome.faults


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (("../manifest.json", b"{}"), "leads out of it"),
        (("big.csv", b"0" * 50_000_000), "unpacks to far more than it is"),
    ],
)
def test_a_zip_that_means_harm_is_refused_before_anything_is_read(member, sentence, tmp_path):
    path = zip_of(tmp_path / "bad.zip", ("manifest.json", b"{}"), member)
    with pytest.raises(FileFault, match=sentence), package.opened(path):
        pass


def test_a_link_in_a_zip_is_refused(tmp_path):
    link = zipfile.ZipInfo("xml/link.xml")
    link.external_attr = 0o120777 << 16
    path = zip_of(tmp_path / "bad.zip", ("manifest.json", b"{}"), (link, b"/etc/passwd"))
    with pytest.raises(FileFault, match="leads out of it"), package.opened(path):
        pass


def test_a_file_that_stands_twice_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zip_of(tmp_path / "bad.zip", ("manifest.json", b"{}"), ("manifest.json", b"{}"))
    with pytest.raises(FileFault, match="twice"), package.opened(path):
        pass


def test_a_link_out_of_a_folder_is_not_followed(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text("secret")
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    (folder / "link.xml").symlink_to(secret)
    with package.opened(folder) as found:
        assert not found.has("link.xml")
        with pytest.raises(FileFault, match="not in the delivery"):
            found.open("link.xml")


@pytest.mark.django_db
@pytest.mark.parametrize("cut", [40, 400, 2000])
def test_a_zip_that_was_cut_short_is_refused(delivery, tmp_path, cut):
    whole = zipped(delivery.write(), tmp_path / "delivery.zip")
    whole.write_bytes(whole.read_bytes()[:-cut])
    outcome = import_delivery(whole)
    assert outcome.is_refused
    assert outcome.faults == (
        "delivery.zip: The file is not a whole ZIP; it may have been cut short on its way. Send it again.",
    )


@pytest.mark.django_db
def test_a_damaged_file_in_a_zip_is_refused(delivery, tmp_path):
    whole = zipped(delivery.write(), tmp_path / "delivery.zip")
    content = bytearray(whole.read_bytes())
    with zipfile.ZipFile(whole) as archive:
        info = archive.getinfo("ledger.csv")
    start = info.header_offset + 30 + len("ledger.csv")
    content[start + 20 : start + 40] = bytes(20)
    whole.write_bytes(content)
    outcome = import_delivery(whole)
    assert outcome.is_refused
    assert outcome.faults[-1].startswith("ledger.csv:")


def test_where_there_is_nothing_a_sentence_says_so(tmp_path):
    with pytest.raises(FileFault, match="neither a folder nor a ZIP"), package.opened(tmp_path / "nothing"):
        pass


def test_a_paper_larger_than_a_paper_is_refused():
    class Large:
        name = "large"

        def has(self, name):
            return True

        def open(self, name):
            return io.BytesIO(bytes(2_000_000))

    with pytest.raises(FileFault, match="larger than 1 MB"):
        package.read(Large(), "x.xml", largest=1024**2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "other"}, "The manifest does not say that its format is ebok-billing."),
        ({"version": 2}, "The manifest is of version 2 of the format; this portal reads version 1."),
        ({"kind": "some"}, "The manifest's kind is neither full nor changes."),
        ({"as_of": "yesterday"}, "The manifest's as_of is not a moment such as 2026-11-20T04:00:00+01:00."),
        ({"as_of": "0001-01-01T00:00:00"}, "The manifest's as_of is not a moment such as 2026-11-20T04:00:00+01:00."),
        ({"as_of": None}, "The manifest's as_of is not a moment such as 2026-11-20T04:00:00+01:00."),
        ({"source": "Ważny!"}, "The manifest's source is not a short name of lower-case letters, digits and hyphens."),
        ({"files": {}}, "The manifest lists no files."),
        ({"files": {"secrets.csv": {"rows": 1}}}, "The manifest lists secrets.csv, which this format does not know."),
        ({"files": {"customers.csv": {}}}, "The manifest does not say how many rows customers.csv has."),
        ({"files": {"ledger.csv": {"rows": 3}}}, "A full delivery must hold customers.csv."),
    ],
)
def test_a_manifest_that_is_wrong_refuses_the_delivery(delivery, change, sentence):
    folder = delivery.write()
    manifest = json.loads((folder / "manifest.json").read_text()) | change
    (folder / "manifest.json").write_text(json.dumps(manifest))
    outcome = import_delivery(folder)
    assert outcome.is_refused
    assert outcome.faults == (f"manifest.json: {sentence}",)


@pytest.mark.django_db
def test_a_manifest_nested_without_end_is_refused_with_a_sentence(delivery):
    folder = delivery.write()
    (folder / "manifest.json").write_text("[" * 200_000)
    (fault,) = import_delivery(folder).faults
    assert fault.startswith("manifest.json: The manifest is not JSON")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ({"rows": 5}, "The manifest promises 5 rows, the file has 2. Send both as they were written together."),
        (
            {"rows": 2, "sha256": "0" * 64},
            "The file is not the one whose SHA-256 stands in the manifest. Send both as they were written together.",
        ),
    ],
)
def test_a_manifest_that_lies_refuses_the_delivery(delivery, listed, sentence):
    folder = delivery.write()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["customers.csv"] = listed
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert import_delivery(folder).faults == (f"customers.csv: {sentence}",)


@pytest.mark.django_db
def test_a_manifest_that_is_no_json_refuses_the_delivery(delivery):
    folder = delivery.write()
    (folder / "manifest.json").write_text("{")
    assert import_delivery(folder).faults[0].startswith("manifest.json: The manifest is not JSON")


@pytest.mark.parametrize("lost", [1, 40, 400])
def test_a_zip_that_lost_its_beginning_is_a_fault_of_the_file(tmp_path, lost):
    path = zip_of(tmp_path / "d.zip", ("manifest.json", b"{}" * 300), ("customers.csv", bytes(range(256)) * 9))
    path.write_bytes(path.read_bytes()[lost:])
    with pytest.raises(FileFault):
        both_of(path)


def both_of(path: Path) -> list[bytes]:
    with package.opened(path) as opened:
        return [package.read(opened, name) for name in ("manifest.json", "customers.csv")]

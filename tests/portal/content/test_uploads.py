"""Editors' files are known by what is in them."""

import io
import zipfile

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from home.staff_roles import ensure_groups
from portal.content import uploads
from tests import factories

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def package(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return packed.getvalue()


DOCX = {"[Content_Types].xml": "<x/>", "word__document.xml": "<x/>"}
GOOD = {
    "pdf": b"%PDF-1.7\n...",
    "docx": package(**DOCX),
    "xlsx": package(**{"[Content_Types].xml": "<x/>", "xl__workbook.xml": "<x/>"}),
    "odt": package(mimetype="application/vnd.oasis.opendocument.text"),
    "csv": "imię;kwota\nŁucja;3,50\n".encode(),
}
BAD = [
    ("pdf", HTML),
    ("pdf", b"MZ\x90\x00"),
    ("pdf", b""),
    ("csv", SVG),
    ("csv", b"a;b\n<script>alert(1)</script>"),
    ("csv", b"PK\x03\x04\x00"),
    ("docx", HTML),
    ("docx", b"PK\x03\x04 broken"),
    ("docx", package(**DOCX, **{"word__vbaProject.bin": "x"})),
    ("docx", GOOD["xlsx"]),
    ("odt", package(mimetype="text/html")),
    ("svg", SVG),
    ("html", HTML),
]


@pytest.mark.parametrize("extension", sorted(GOOD))
def test_an_honest_file_is_kept(extension):
    file = io.BytesIO(GOOD[extension])
    assert uploads.fault(file, extension) == ""
    assert file.tell() == 0


@pytest.mark.parametrize(("extension", "content"), BAD)
def test_a_file_that_is_not_what_its_name_says_is_refused_with_a_sentence(extension, content):
    assert uploads.fault(io.BytesIO(content), extension).endswith(".")


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10)
    assert uploads.fault(io.BytesIO(b"%PDF-1.7 and more"), "pdf")


# ------------------------------------------------------------------------------------------------------- in the panel


@pytest.fixture
def editor(db, client):
    ensure_groups(Page.get_first_root_node())
    user = factories.make_staff()
    user.groups.add(Group.objects.get(name="redakcja"))
    client.force_login(user)
    return user


def add_document(client, name, content):
    return client.post(
        reverse("wagtaildocs:add"), {"title": "Druk", "file": SimpleUploadedFile(name, content), "tags": ""}
    )


def test_the_panel_keeps_an_honest_document_and_refuses_a_page_in_disguise_at_the_field(client, editor):
    assert add_document(client, "druk.pdf", GOOD["pdf"]).status_code == 302
    for name, content in (("druk.pdf", HTML), ("druk.svg", SVG), ("druk.html", HTML), ("druk.csv", SVG)):
        answer = add_document(client, name, content)
        assert "file" in answer.context["form"].errors, name
        assert answer.context["form"]["title"].value() == "Druk"
    assert get_document_model().objects.count() == 1


def test_many_at_once_pass_the_same_door(client, editor):
    address = reverse("wagtaildocs:add_multiple")
    answer = client.post(
        address,
        {"title": "Druk", "files[]": SimpleUploadedFile("druk.pdf", HTML)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    ).json()
    assert not answer["success"]
    assert not get_document_model().objects.exists()


def picture():
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(drawn, "PNG")
    return drawn.getvalue()


def test_pictures_are_pictures_and_never_svg_or_pages(client, editor):
    def add(name, content):
        sent = {"title": "Obraz", "file": SimpleUploadedFile(name, content), "tags": "", "collection": "1"}
        return client.post(reverse("wagtailimages:add"), sent)

    assert add("obraz.png", picture()).status_code == 302
    for name, content in (("obraz.svg", SVG), ("obraz.png", SVG), ("obraz.png", HTML), ("obraz.jpg", b"GIF89a")):
        assert "file" in add(name, content).context["form"].errors, name
    assert get_image_model().objects.count() == 1

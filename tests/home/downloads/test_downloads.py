"""Forms to download: a lasting address, whatever file stands behind it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from wagtail.documents.models import Document

from home.downloads.models import Download
from home.search.queries import search


@pytest.fixture
def form(site):
    document = Document(title="Formularz A")
    document.file.save("formularz-a.pdf", ContentFile(b"%PDF-1 pierwszy"))
    document.file_size = 2048
    document.save()
    return Download.objects.create(
        locale=site.locale,
        slug="formularz-a",
        title="Formularz A",
        description="Powiązanie konta z umową.",
        category="Konto",
        version="1.2",
        day=date(2026, 1, 5),
        document=document,
    )


def test_a_form_says_its_version_date_and_size(form, client):
    page = client.get("/druki/").content.decode()
    for words in ("Formularz A", "1.2", "05.01.2026", "2,0", "PDF", "/pobierz/formularz-a/"):
        assert words in page, words


def test_a_replaced_file_keeps_its_address(form, client):
    first = client.get("/pobierz/formularz-a/")
    assert b"".join(first.streaming_content) == b"%PDF-1 pierwszy"
    assert 'attachment; filename="formularz-a.pdf"' in first.headers["Content-Disposition"]
    form.document.file.save("calkiem-inna-nazwa.pdf", ContentFile(b"%PDF-1 drugi"))
    assert b"".join(client.get("/pobierz/formularz-a/").streaming_content) == b"%PDF-1 drugi"


def test_a_form_is_found_by_searching(form):
    (group,) = search("powiązania", "pl")
    assert [one.url for one in group.found] == ["/pobierz/formularz-a/"]


def test_an_address_without_a_form_is_not_found(site, client):
    assert client.get("/pobierz/nic/").status_code == 404


def test_an_address_left_empty_is_made_from_the_title_and_a_taken_one_is_refused(form):
    other = Download(locale=form.locale, title="Formularz Ą!", document=form.document)
    other.full_clean(exclude=["locale"])
    assert other.slug == "formularz-a-2"
    other.slug = "formularz-a"
    with pytest.raises(ValidationError) as refused:
        other.full_clean(exclude=["locale"])
    assert set(refused.value.message_dict) == {"slug"}


def test_in_a_demo_pictures_of_editors_are_handed_out(db, client):
    default_storage.save("proba.txt", ContentFile(b"jest"))
    assert b"".join(client.get("/media/proba.txt").streaming_content) == b"jest"

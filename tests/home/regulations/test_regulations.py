"""Versions of documents: published once, kept word for word, each with its PDF."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from home.regulations.models import RegulationPage
from portal import clock
from portal.accounts.models import TermsVersion


@pytest.fixture
def put_version(site):
    def put(version, effective_from, text="<p>Treść regulaminu.</p>"):
        page = RegulationPage(
            title=f"Regulamin {version}",
            slug=f"regulamin-{version}",
            version=version,
            effective_from=effective_from,
            text=text,
        )
        site.add(site.regulations, page)
        page.save_revision().publish()
        page.refresh_from_db()
        return page

    return put


def test_publishing_a_version_hands_its_words_and_pdf_to_the_accounts(client, put_version):
    page = put_version("1", date(2026, 1, 1))
    terms = TermsVersion.objects.get()
    assert page.terms == terms
    assert "Treść regulaminu." in terms.text
    with terms.pdf.open() as pdf:
        assert pdf.read(4) == b"%PDF"
    assert page.pdf_bytes == terms.pdf.size
    shown = client.get("/regulamin/regulamin-1/").content.decode()
    assert terms.pdf.url in shown
    assert "KB" in shown


def test_publishing_it_again_makes_no_second_version(put_version):
    page = put_version("1", date(2026, 1, 1))
    page.save_revision().publish()
    assert TermsVersion.objects.count() == 1


def test_a_published_version_keeps_its_words(put_version):
    page = put_version("1", date(2026, 1, 1))
    page.text = "<p>Inna treść.</p>"
    with pytest.raises(ValidationError):
        page.full_clean()


def test_versions_have_names_and_days_of_their_own(site, put_version):
    put_version("1", date(2026, 1, 1))
    twin = RegulationPage(
        title="Bliźniak", slug="b", version="1", effective_from=date(2026, 1, 1), text="<p>x</p>", locale=site.locale
    )
    with pytest.raises(ValidationError) as refused:
        twin.clean()
    assert "version" in refused.value.message_dict


def test_the_list_leads_with_the_version_in_force_today(client, put_version):
    put_version("1", date(2025, 1, 1))
    put_version("2", date(2026, 6, 1))
    put_version("3", clock.today() + timedelta(days=30))
    documents = client.get("/regulamin/").context["documents"]
    assert [document["current"].version for document in documents] == ["2"]
    assert [version.version for version in documents[0]["coming"]] == ["3"]
    assert [version.version for version in documents[0]["former"]] == ["1"]

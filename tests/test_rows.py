"""After a test that wrote for all to see, the database is as it was: what came is gone, what went is back."""

import pytest
from django.contrib.auth.models import Group
from wagtail.models import Page

from tests import beginnings, rows
from tests.factories import make_customer


@pytest.mark.django_db
def test_what_was_written_is_gone_and_what_was_there_is_as_it_was():
    before = rows.remember()
    groups = list(Group.objects.order_by("pk").values())
    make_customer()
    Group.objects.filter(name=groups[0]["name"]).update(name="changed")
    Group.objects.order_by("pk").last().delete()
    Page.objects.update(title="Changed")
    assert not rows.as_kept(before)
    rows.put_back(before)
    assert rows.as_kept(before)
    assert list(Group.objects.order_by("pk").values()) == groups
    assert not Page.objects.filter(title="Changed").exists()


@pytest.mark.django_db
def test_a_beginning_put_back_is_the_one_that_was_made_files_and_all(settings, tmp_path):
    made = beginnings.begin(settings, tmp_path / "one", "gryfino", customers=3)
    stood = rows.remember()
    rows.put_back(beginnings.EMPTY[0])
    assert beginnings.begin(settings, tmp_path / "other", "gryfino", customers=3) == made
    assert rows.as_kept(stood)
    one, other = (sorted(path.name for path in (tmp_path / folder).rglob("*")) for folder in ("one", "other"))
    assert one == other != []


@pytest.mark.django_db
def test_who_has_written_before_keeps_it():
    customer = make_customer()
    beginnings.load_preset("warszawa")
    customer.refresh_from_db()
    assert Page.objects.count() > 10

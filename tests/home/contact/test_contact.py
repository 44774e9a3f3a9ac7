"""The contact page: by matter, with the address for registered electronic delivery, and nothing fetched from elsewhere."""

import re

import pytest
from django.core.exceptions import ValidationError

from portal.utility.models import ContactTopic, Utility


def test_a_matter_leads_to_the_department_that_deals_with_it(site, client):
    ContactTopic.objects.create(name="Reklamacja rachunku", department=site.department, locale=site.locale)
    page = client.get("/kontakt/").content.decode()
    assert '<a href="#bok">Reklamacja rachunku</a>' in page
    assert 'id="bok"' in page


def test_a_new_matter_is_seen_at_once_on_the_kept_page(site, client, django_assert_max_num_queries):
    client.get("/kontakt/")
    with django_assert_max_num_queries(0):
        client.get("/kontakt/")
    ContactTopic.objects.create(name="Reklamacja rachunku", department=site.department, locale=site.locale)
    assert "Reklamacja rachunku" in client.get("/kontakt/").content.decode()


def test_the_e_delivery_address_stands_there_and_its_form_is_checked(site, client):
    utility = Utility.load()
    utility.e_delivery = "AE:PL-12345-67890-ABCDE-12"
    utility.full_clean()
    utility.street, utility.city = "ul. Wodna 1", "Gryfino"
    utility.save()
    page = client.get("/kontakt/").content.decode()
    assert "AE:PL-12345-67890-ABCDE-12" in page
    utility.e_delivery = "AE:PL-1"
    with pytest.raises(ValidationError) as refused:
        utility.full_clean()
    assert set(refused.value.message_dict) == {"e_delivery"}


def test_the_map_is_a_link_and_no_request_to_others(site, client):
    Utility.objects.update_or_create(pk=Utility.load().pk, defaults={"street": "ul. Wodna 1", "city": "Gryfino"})
    page = client.get("/kontakt/").content.decode()
    assert 'href="https://www.openstreetmap.org/search?query=ul.%20Wodna%201%2C%20Gryfino" rel="noreferrer"' in page
    assert not re.findall(r'(?:src|srcset|action)="https?://', page)


def test_the_skip_link_has_the_words_that_the_utility_gave(site, client):
    assert ">Przejdź do treści</a>" in client.get("/kontakt/").content.decode()
    utility = Utility.load()
    utility.skip_words = "Pomiń zawartość"
    utility.save()
    assert '<a class="skip" href="#main">Pomiń zawartość</a>' in client.get("/kontakt/").content.decode()

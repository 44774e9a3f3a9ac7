"""How long requests take, told to Prometheus by the names of routes."""

import json
import os

import pytest
from django.http import Http404, HttpResponse
from django.urls import reverse

from ebok import request_times
from portal.exchange import tokens


@pytest.fixture(autouse=True)
def _begun_anew(settings, tmp_path, monkeypatch):
    settings.EBOK_REQUEST_TIMES = tmp_path / "times"
    monkeypatch.setattr(request_times, "COUNTED", request_times.Counted())


def told(client) -> str:
    _token, secret = tokens.make("prometheus", scopes=[tokens.METRICS], by=None)
    return client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).content.decode()


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_route_and_nothing_that_was_typed(client):
    client.get("/health/live")
    client.get("/health/live")
    client.get("/nic/kowalska-anna@example.pl")
    client.get(reverse("account_login"), {"next": "/x/?who=Kowalska"})
    client.get("/panel/pages/")
    said = told(client)
    assert 'ebok_request_seconds_count{route="health_live",status="2xx"} 2\n' in said
    assert 'ebok_request_seconds_bucket{route="health_live",status="2xx",le="+Inf"} 2\n' in said
    assert 'ebok_request_seconds_count{route="account_login",status="2xx"} 1\n' in said
    assert 'ebok_request_seconds_count{route="panel",status="3xx"} 1\n' in said
    assert "kowalska" not in said.lower()


def test_each_request_stands_in_every_bucket_that_it_fits():
    for seconds in (0.004, 0.01, 0.3, 60):
        request_times.COUNTED.add("page", 200, seconds)
    said = "".join(request_times.told())
    counts = [line.rpartition(" ")[2] for line in said.splitlines() if "_bucket" in line]
    assert counts == ["2", "2", "2", "2", "2", "3", "3", "3", "3", "3", "4"]
    assert 'ebok_request_seconds_sum{route="page",status="2xx"} 60.314000' in said


def test_processes_are_added_up_and_those_that_ended_are_put_together(settings, monkeypatch):
    monkeypatch.setattr(request_times, "MOST_FILES", 2)
    request_times.COUNTED.add("page", 200, 0.1)
    folder = settings.EBOK_REQUEST_TIMES
    folder.mkdir(exist_ok=True)
    one = [0.0] * len(request_times.LIMITS) + [1.0, 30.0]
    for number in range(4):
        (folder / f"999999{number}-x.json").write_text(json.dumps({"page 2xx": one}))
    (folder / "9999998-broken.json").write_text("{")
    for _again in range(2):
        assert sum(request_times.seen()["page 2xx"][:-1]) == 5
    assert {path.name.partition("-")[0] for path in folder.glob("*.json")} == {"ended.json", str(os.getpid())}


def test_a_full_disk_costs_a_figure_and_no_page(settings, tmp_path, rf):
    (tmp_path / "file").write_text("")
    settings.EBOK_REQUEST_TIMES = tmp_path / "file" / "no folder"
    assert request_times.RequestTimes(lambda _request: HttpResponse("page"))(rf.get("/")).content == b"page"


def test_what_a_view_raises_goes_on_its_way(rf):
    def view(_request):
        raise Http404

    with pytest.raises(Http404):
        request_times.RequestTimes(view)(rf.get("/"))

import pytest
from django.core.cache import caches

from ebok import health
from portal.exchange import tokens
from portal.exchange.actions import import_delivery
from portal.exchange.writer import DeliveryWriter

pytestmark = pytest.mark.django_db


def test_a_process_that_answers_lives_whatever_else_is_wrong(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


def test_it_is_ready_while_everything_it_needs_answers(client, monkeypatch):
    assert client.get("/health/ready").json() == {"status": "ready"}
    monkeypatch.setattr(type(caches["default"]), "get", lambda *_args, **_more: 1 / 0)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "not ready"})  # which one is nobody's business
    assert list(health.wrong()) == ["cache"]


@pytest.mark.parametrize("header", [None, "Bearer no", "Basic bm8="])
def test_metrics_are_for_holders_of_a_token(client, header):
    answer = client.get("/metrics", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Unauthorized"})


def test_a_token_for_other_things_reads_no_metrics(client):
    _token, secret = tokens.make("billing", scopes=[tokens.PUSH], by=None)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


def test_prometheus_reads_numbers_and_nothing_of_a_person(client, tmp_path, django_assert_max_num_queries):
    from portal import clock  # noqa: PLC0415 - beside its use

    with DeliveryWriter(tmp_path, as_of=clock.now()) as writer:
        writer.row("customers", id="K1", number="000001", kind="person", name="Kowalska Anna")
    assert import_delivery(tmp_path).is_merged
    _token, secret = tokens.make("prometheus", scopes=[tokens.METRICS], by=None)
    with django_assert_max_num_queries(14):
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    said = answer.content.decode()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'ebok_imports_total{state="merged"} 1\n' in said
    assert 'ebok_import_age_seconds{source="billing"} ' in said
    assert "# TYPE ebok_outbox_waiting gauge\nebok_outbox_waiting 0\n" in said
    assert "Kowalska" not in said
    assert "K1" not in said

"""Whatever a client sends, the API answers by its own document and never with a fault of ours."""

import os

import pytest
import schemathesis
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from portal.exchange import tokens
from portal.outbox.actions import tell

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = int(os.environ.get("EBOK_FUZZ_EXAMPLES", "60"))
ASKED = [
    ("POST", "/api/v1/deliveries"),
    ("POST", "/api/v1/batches"),
    ("GET", "/api/v1/deliveries/{key}"),
    ("GET", "/api/v1/deliveries/{key}/faults"),
    ("GET", "/api/v1/outbox"),
    ("POST", "/api/v1/outbox/acknowledge"),
]


@schemathesis.serializer("application/x-ndjson")
def as_it_is(_context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.fixture
def document(live_server):
    tell("reading", about="reading:1", value="7")
    return schemathesis.openapi.from_url(f"{live_server.url}/api/v1/openapi.json")


def test_every_address_of_the_api_is_asked(document):
    served = {(found.ok().method.upper(), found.ok().path) for found in document.get_all_operations()}
    assert served == set(ASKED)


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_the_api_answers_as_its_document_says(document, method, path):
    _token, secret = tokens.make("fuzz", scopes=list(tokens.SCOPES), by=None)

    @given(case=document[path][method].as_strategy())
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case):
        cache.clear()  # the limit of requests is tested by itself
        headers = {"Authorization": f"Bearer {secret}"}
        # A document cannot say that a file must be a ZIP, nor that what is sent must be as long as it is said to be.
        left_out = (
            [positive_data_acceptance] if method == "POST" and path in {"/api/v1/deliveries", "/api/v1/batches"} else []
        )
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    ask()

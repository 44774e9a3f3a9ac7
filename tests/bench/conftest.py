"""What a benchmark has filled is emptied at once: to put millions of rows back as they were one by one would take hours."""

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _emptied(transactional_db: None) -> Iterator[None]:
    yield
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE customers_customer CASCADE")

"""Staff with just the rights that a test names."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from tests.factories import make_staff


@pytest.fixture
def with_rights(db: None) -> Any:
    def person(*rights: str) -> Any:
        user = make_staff()
        for right in rights:
            room, _sep, codename = right.partition(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=room, codename=codename))
        return user

    return person

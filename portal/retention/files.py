"""Files of rows: reading one when its turn comes, and taking it away once the row has let go of it."""

from collections.abc import Callable
from typing import Any

from django.db import transaction


def forget_file(field: Any) -> None:
    """Empty a file field of a row (the caller saves it); the bytes go after the transaction, unless another row names them."""
    name, storage, model, column = field.name, field.storage, type(field.instance), field.field.name
    if not name:
        return
    setattr(field.instance, column, "")

    def away() -> None:
        if not model._default_manager.filter(**{column: name}).exists():
            storage.delete(name)

    transaction.on_commit(away)


def reader_of(field: Any) -> Callable[[], bytes]:
    """Reads a row's file when it is asked for, not before."""

    def read() -> bytes:
        with field.open("rb") as opened:
            content: bytes = opened.read()
            return content

    return read

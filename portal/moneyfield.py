"""Złoty in Python, integer grosze in the database: SQLite would keep decimals as floats."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.expressions import Combinable
from django.forms import DecimalField

from portal import money


class GroszeField(models.BigIntegerField):
    """An amount in złoty (Decimal, two places), stored as whole grosze; sums of it are exact."""

    # What mypy's plugin for Django reads: the amount is a Decimal on both sides.
    _pyi_private_set_type: Decimal | int | str | Combinable  # type: ignore[assignment]  # złoty, not an integer
    _pyi_private_get_type: Decimal  # type: ignore[assignment]  # the same
    _pyi_lookup_exact_type: Decimal | int | str  # type: ignore[assignment]  # the same

    def from_db_value(self, value: int | Decimal | None, *_: object) -> Decimal | None:
        # SUM over a bigint is a numeric on PostgreSQL, hence the int().
        return None if value is None else money.from_grosze(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        return Decimal(str(value))

    def get_prep_value(self, value: Any) -> int | None:
        # The base class would turn 1.50 into 1, so its preparation is left out.
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return money.to_grosze(Decimal(str(value)))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):
            return value
        return self.get_prep_value(value)

    @property
    def validators(self) -> list[Any]:
        # The range checks of an integer column speak of grosze and are meaningless for złoty.
        return list(self._validators)  # type: ignore[attr-defined]  # Django keeps the field's own ones there

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, **{"form_class": DecimalField, "max_digits": 12, "decimal_places": 2, "localize": True, **kwargs}
        )

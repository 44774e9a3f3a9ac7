"""What a rule set is: a frozen record of plain values, its words beside each value. Knows no Django."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar


def gettext_noop(message: str) -> str:
    """Mark a word for the catalogue; it is translated where it is shown."""
    return message


def rule(default: Any, label: str, *, help_text: str = "", choices: tuple[tuple[str, str], ...] = ()) -> Any:
    """One value of a rule set: its safe default and the words an editor sees beside it."""
    return field(default=default, metadata={"label": label, "help_text": help_text, "choices": choices})


@dataclass(frozen=True)
class RuleSet:
    """Values that hold from a day on. Subclasses name their set and give each value a default."""

    code: ClassVar[str]
    title: ClassVar[str]

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "RuleSet":
        """Values as JSON keeps them; what is missing takes its default, what is unknown is an error."""
        known = {f.name: f for f in fields(cls)}
        unknown = sorted(set(stored) - set(known))
        if unknown:
            msg = f"The rule set “{cls.code}” has no value named {', '.join(unknown)}."
            raise ValueError(msg)
        return cls(**{name: _revive(known[name].default, value) for name, value in stored.items()})

    def to_stored(self) -> dict[str, Any]:
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def _revive(default: Any, value: Any) -> Any:
    if default is MISSING or value is None:
        return value
    if isinstance(default, Decimal):
        return Decimal(str(value))
    if isinstance(default, tuple):
        return tuple(value)
    if isinstance(default, date):
        return date.fromisoformat(value) if isinstance(value, str) else value
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


_registry: dict[str, type[RuleSet]] = {}


def register(cls: type[RuleSet]) -> type[RuleSet]:
    """Make a room's rule set known to the rulebook, the panel and the presets."""
    _registry[cls.code] = cls
    return cls


def registered() -> dict[str, type[RuleSet]]:
    return dict(_registry)


Check = Callable[[RuleSet], list[str]]


@register
@dataclass(frozen=True)
class Modules(RuleSet):
    """Which parts of the portal a utility runs; a part that is off is nowhere visible."""

    code = "modules"
    title = gettext_noop("Modules")

    payments: bool = rule(default=True, label=gettext_noop("Paying online"))
    readings: bool = rule(default=True, label=gettext_noop("Meter readings"))
    waste: bool = rule(default=False, label=gettext_noop("Waste collection"))
    cases: bool = rule(default=True, label=gettext_noop("Messages and cases"))
    e_invoice: bool = rule(default=True, label=gettext_noop("E-invoice"))
    notes: bool = rule(default=True, label=gettext_noop("Interest, debit and credit notes"))
    forecast: bool = rule(default=False, label=gettext_noop("Invoice forecast"))

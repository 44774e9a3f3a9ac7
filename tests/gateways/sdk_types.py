"""Checks plain values against the annotations that Stripe's library ships: what we send and what the fake answers."""

import typing
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import stripe
from stripe._stripe_object import StripeObject, UntypedStripeObject
from typing_extensions import is_typeddict

NOT_FIELDS = {"OBJECT_NAME", "deleted"}


class _Names(dict):  # type: ignore[type-arg]  # a look-up of names, not data
    """Names that the library only imports for type checkers."""

    def __missing__(self, name: str) -> Any:
        found = getattr(typing, name, None) or getattr(stripe, name, None)
        if found is None and name not in {"int", "str", "bool", "float", "object"}:
            return Any
        if found is None:
            raise KeyError(name)
        return found


def hints(cls: type) -> dict[str, Any]:
    names = _Names(
        {name: value for base in reversed(cls.__mro__) for name, value in vars(base).items() if isinstance(value, type)}
    )
    module = vars(__import__(cls.__module__, fromlist=["_"]))
    names.update({name: value for name, value in module.items() if isinstance(value, type)})
    own = {}
    for base in reversed(cls.__mro__):
        if base in (object, dict) or base.__module__.startswith("stripe._stripe_object"):
            continue
        own |= get_type_hints(base, localns=names, include_extras=True) if "__annotations__" in vars(base) else {}
    return {name: kind for name, kind in own.items() if not name.startswith("_") and name not in NOT_FIELDS}


def faults(value: Any, kind: Any, path: str = "") -> list[str]:
    """What of a value does not fit its annotation, each as a sentence."""
    origin = get_origin(kind)
    if origin in (typing.NotRequired, typing.Required):
        found = faults(value, get_args(kind)[0], path)
    elif origin in (typing.Union, UnionType):
        found = _union(value, get_args(kind), path)
    elif origin is typing.Literal:
        found = [] if value in get_args(kind) else [f"{path} is {value!r}, which is none of the values that there are."]
    elif origin is list and isinstance(value, list):
        found = [
            fault for place, one in enumerate(value) for fault in faults(one, get_args(kind)[0], f"{path}[{place}]")
        ]
    elif origin is not None:  # a mapping, a list of objects and the like
        expected = list if origin is list else dict
        found = [] if isinstance(value, expected) else [f"{path} is no {expected.__name__}."]
    else:
        found = _plain(value, kind, path)
    return found


def _plain(value: Any, kind: Any, path: str) -> list[str]:
    if kind is Any or kind is UntypedStripeObject or not isinstance(kind, type):
        return []
    if is_typeddict(kind) or issubclass(kind, StripeObject):
        return _fields(value, kind, path)
    is_right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    return (
        [] if is_right or (kind is float and isinstance(value, int)) else [f"{path} is {value!r}, not {kind.__name__}."]
    )


def _union(value: Any, kinds: tuple[Any, ...], path: str) -> list[str]:
    if value is None:
        return [] if NoneType in kinds else [f"{path} is missing."]
    words = [kind for kind in kinds if get_origin(kind) is typing.Literal]
    if words and isinstance(value, str):
        # The library admits any other string for values to come; we hold ourselves to those that there are.
        return faults(value, words[0], path)
    # An id or the thing itself, when expanded: an object is held to the object's fields.
    fitting = [kind for kind in kinds if kind is not NoneType and not (kind is str and isinstance(value, dict))]
    tried = [faults(value, kind, path) for kind in fitting]
    return min(tried, key=len) if tried else []


def _fields(value: Any, kind: type, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path} is no object of {kind.__name__}."]
    known = hints(kind)
    found = [f"{path}.{name} is nothing that {kind.__name__} has." for name in value if name not in known]
    for name, one in known.items():
        if name in value:
            found += faults(value[name], one, f"{path}.{name}")
        elif _is_needed(one, kind, name):
            found.append(f"{path}.{name} is missing from {kind.__name__}.")
    return found


def _is_needed(annotation: Any, kind: type, name: str) -> bool:
    if is_typeddict(kind):
        return get_origin(annotation) is not typing.NotRequired
    return not (get_origin(annotation) is typing.Union and NoneType in get_args(annotation)) and annotation is not Any


def from_form(text: str) -> dict[str, Any]:
    """`a[b][0][c]=d` as nested mappings and lists, still all strings."""
    nested: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        first, *rest = key.replace("]", "").split("[")
        place = nested
        for name, following in zip([first, *rest], [*rest, None], strict=True):
            if following is None:
                place[name] = value
            else:
                place = place.setdefault(name, {})
    return _lists(nested)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(one) for name, one in value.items()}


def typed(value: Any, kind: Any) -> Any:
    """Strings of a form as what their annotation says: numbers and booleans travel as text."""
    origin = get_origin(kind)
    made = value
    if origin in (typing.NotRequired, typing.Required):
        made = typed(value, get_args(kind)[0])
    elif origin in (typing.Union, UnionType):
        kinds = [one for one in get_args(kind) if one is not NoneType]
        made = next((read for one in kinds if type(read := typed(value, one)) is not str), value)
    elif origin is list and isinstance(value, list):
        made = [typed(one, get_args(kind)[0]) for one in value]
    elif is_typeddict(kind) and isinstance(value, dict):
        known = hints(kind)
        made = {name: typed(one, known[name]) if name in known else one for name, one in value.items()}
    elif kind in READERS and isinstance(value, str):
        made = READERS[kind](value)
    return made


READERS: dict[Any, Any] = {
    int: lambda text: int(text) if text.lstrip("-").isdigit() else text,
    bool: lambda text: {"true": True, "false": False}.get(text, text),
    Decimal: Decimal,
}

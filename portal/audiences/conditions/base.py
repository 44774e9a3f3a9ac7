"""What a condition is: asked of one reader and of many rows at once, with the same answer."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self, TypeVar

from django.db.models import Q
from django.utils.functional import Promise
from wagtail import blocks

from portal.audiences.reader import Reader, Rows


class Condition(ABC):
    """One thing that must be true of a customer.

    `code` is stored and never given to another condition. `needs` is the right that somebody must have to use it;
    who has it may also be told any figure of it.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    needs: ClassVar[str] = ""
    is_group: ClassVar[bool] = False

    @abstractmethod
    def among(self, rows: Rows) -> Q:
        """Of which rows it is true."""

    @abstractmethod
    def holds(self, reader: Reader) -> bool:
        """Whether it is true of this reader."""

    @abstractmethod
    def in_words(self) -> str:
        """For the one who chose it, without a full stop."""

    @classmethod
    @abstractmethod
    def block(cls) -> blocks.Block:
        """What is filled in."""

    @classmethod
    @abstractmethod
    def of(cls, value: Any) -> Self:
        """The condition that was filled in; the value is the block's."""

    def parts(self) -> "list[Condition]":
        """Itself, and what it is made of."""
        return [self]


C = TypeVar("C", bound=type[Condition])
_registry: dict[str, type[Condition]] = {}


def register(condition: C) -> C:
    _registry[condition.code] = condition
    return condition


def registered(*, with_groups: bool = True) -> dict[str, type[Condition]]:
    return {code: one for code, one in _registry.items() if with_groups or not one.is_group}


def filled_in(stream: Any) -> "tuple[Condition, ...]":
    """The conditions of a stream as it was saved."""
    return tuple(_registry[child.block_type].of(child.value) for child in stream or ())


def lines(text: str) -> tuple[str, ...]:
    """What was typed one below the other, or between commas."""
    return tuple(dict.fromkeys(part.strip() for part in text.replace(",", "\n").splitlines() if part.strip()))

"""A StreamField whose blocks are no matter for migrations: a new block or a changed help text makes none."""

from typing import Any, Self

from wagtail.fields import StreamField


class QuietStreamField(StreamField):
    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        # Past StreamField.deconstruct(), which would write every block and its words down.
        name, path, _args, kwargs = super(StreamField, self).deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [], kwargs

    def clone(self) -> Self:
        _name, _path, _args, kwargs = self.deconstruct()
        return type(self)(self.block_types_arg, **kwargs | self.block_opts_as_given())

    def block_opts_as_given(self) -> dict[str, Any]:
        """What the constructor took for the block itself ("required" follows from `blank`)."""
        return {name: value for name, value in self.block_opts.items() if name != "required"}

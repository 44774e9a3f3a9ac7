"""Which figures of a reach may be told to whom. Plain Python."""

SMALLEST_TOLD = 20


def told(count: int, *, may_see_any: bool) -> int | None:
    """The figure as it may be told; None: fewer than SMALLEST_TOLD, and so few could be recognised."""
    return count if may_see_any or count >= SMALLEST_TOLD else None

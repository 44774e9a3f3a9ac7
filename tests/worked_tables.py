"""The worked tables of docs/rules, for tests to quote."""

import re
from decimal import Decimal
from pathlib import Path

RULES = Path(__file__).resolve().parents[1] / "docs" / "rules"


def rows(page: str, first_head: str) -> list[dict[str, str]]:
    """The rows of the page's table whose first column is called so, each cell by the name of its column."""
    lines = (RULES / page).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"| {first_head} |"))
    heads = _cells(lines[at])
    found = []
    for line in lines[at + 2 :]:
        if not line.startswith("|"):
            break
        found.append(dict(zip(heads, _cells(line), strict=True)))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def zloty(cell: str) -> Decimal:
    """Of 1 234,50 or −20,00 or +5,00; a dash is nothing."""
    if cell in ("–", ""):
        return Decimal("0.00")
    return Decimal(cell.replace("\u2212", "-").replace("\xa0", "").replace(" ", "").replace(",", "."))


def amounts(cell: str) -> list[Decimal]:
    """Every amount that a cell names, in its order."""
    return [zloty(found) for found in re.findall(r"[+\u2212-]?\d[\d \xa0]*,\d\d", cell)]

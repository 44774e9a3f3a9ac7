"""What bills are decided by. Plain Python: facts in, a verdict out."""

import unicodedata
from datetime import date


def fold_number(number: str) -> str:
    """An invoice's number as it is compared: capital letters and digits only.

    People leave out or add spaces, dashes, slashes and dots; the import and every question fold alike.
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).upper() if sign.isalnum())


def first_recent_day(today: date, months: int) -> date:
    """The same day so many months ago: an invoice issued on it or later is still recent."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    first_of_next = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    last_of_month = date.fromordinal(first_of_next.toordinal() - 1)
    return last_of_month.replace(day=min(today.day, last_of_month.day))

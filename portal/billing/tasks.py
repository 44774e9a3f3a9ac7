"""What this room does later and again and again: letters about bills."""

from portal.billing import letters


def announce_new() -> None:
    letters.announce_new()


def remind() -> None:
    letters.remind()

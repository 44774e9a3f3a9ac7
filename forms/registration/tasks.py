"""What registration does by the clock."""

from forms.registration.actions import expire_links


def close_late_applications() -> None:
    expire_links()

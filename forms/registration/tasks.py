"""What registration does by the clock."""

from forms.registration.actions import expire_links
from forms.registration.waiting import close_unsent_forms, forget_mailed_passwords, remind_of_forms


def close_late_applications() -> None:
    expire_links()
    close_unsent_forms()


def remind() -> None:
    remind_of_forms()


def forget_passwords() -> None:
    forget_mailed_passwords()

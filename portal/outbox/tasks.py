"""What the outbox does again and again."""

from portal.outbox import actions


def publish() -> None:
    """Give committed facts their positions, so that those who fetch by file or feed find them."""
    actions.publish()

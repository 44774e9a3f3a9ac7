"""What `manage.py check --deploy` says of an installation's own choices here."""

from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register  # noqa: A004 - Django's name of a kind of message


@register(Tags.security, deploy=True)
def somebody_looks_files_through(app_configs: Any, **_: Any) -> list[Warning]:
    """The stand-in knows EICAR and calls everything else clean."""
    if settings.EBOK_CLAMAV:
        return []
    return [
        Warning(
            "Nobody looks for malware in what customers attach: every file is opened to clerks as clean.",
            hint="Name the socket of a ClamAV daemon in EBOK_CLAMAV.",
            id="cases.W001",
        )
    ]

"""The check that a person fills a form in: a sum for the browser, without a third party."""

import json
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_altcha import AltchaField, AltchaWidget


class PersonWidget(AltchaWidget):
    template_name = "forms/captcha.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["words"] = json.dumps(
            {
                "label": gettext("I am a person"),
                "verifying": gettext("Checking…"),
                "verified": gettext("Checked"),
                "error": gettext("The check did not succeed. Try again."),
                "expired": gettext("The check is too old. Do it again."),
                "waitAlert": gettext("Wait a moment: the check is running."),
            }
        )
        return context


class PersonField(AltchaField):
    """A sum that a browser works out by itself. Left out, it is no error: then a clerk looks at the application."""

    widget = PersonWidget
    default_error_messages: ClassVar[dict[str, Any]] = {
        name: _("The check that a person fills this in did not succeed. Send the form once more.")
        for name in ("error", "invalid", "required", "replay")
    }

    def validate(self, value: str) -> None:
        if value:
            super().validate(value)

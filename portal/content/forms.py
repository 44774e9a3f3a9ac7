"""The panel's form of a file, which looks into it."""

from typing import Any

from wagtail.documents.forms import BaseDocumentForm

from portal.content import uploads


class DocumentForm(BaseDocumentForm):
    """Named in the settings, so that single uploads, many at once and choosers all pass here."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        chosen = cleaned.get("file")
        if chosen is not None and "file" in self.changed_data and "file" not in self.errors:
            extension = chosen.name.rpartition(".")[2]
            if words := uploads.fault(chosen.file, extension):
                self.add_error("file", words)
        return cleaned

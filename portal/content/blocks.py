"""Text that editors compose a page from: headings, paragraphs, pictures, steps, notes, files."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
SHORT_TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    """A heading that can be linked to."""

    class Meta:
        icon = "title"
        label = _("Heading")
        template = "content/blocks/heading.html"

    def get_context(self, value: str, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["anchor"] = slugify(value.replace("ł", "l").replace("Ł", "L"))
        return context


class TextBlock(blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "content/blocks/text.html"


class FigureBlock(blocks.StructBlock):
    picture = ImageBlock(label=_("picture"))
    caption = blocks.CharBlock(label=_("caption"), required=False, max_length=250)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "content/blocks/figure.html"


class FoldBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("title"), max_length=150)
    text = blocks.RichTextBlock(label=_("text"), features=SHORT_TEXT_FEATURES)


class AccordionBlock(blocks.StructBlock):
    folds = blocks.ListBlock(FoldBlock(), label=_("parts to unfold"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Parts to unfold")
        template = "content/blocks/accordion.html"


class NoteBlock(blocks.StructBlock):
    kind = blocks.ChoiceBlock(
        label=_("kind"),
        choices=[("info", _("Good to know")), ("warn", _("Warning")), ("done", _("Good news")), ("wrong", _("Danger"))],
        default="info",
    )
    title = blocks.CharBlock(label=_("title"), required=False, max_length=120)
    text = blocks.RichTextBlock(label=_("text"), features=SHORT_TEXT_FEATURES)

    class Meta:
        icon = "warning"
        label = _("Note")
        template = "content/blocks/note.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("what to do"), max_length=150)
    text = blocks.RichTextBlock(label=_("how"), features=SHORT_TEXT_FEATURES, required=False)
    picture = ImageBlock(label=_("picture"), required=False)


class StepsBlock(blocks.StructBlock):
    steps = blocks.ListBlock(StepBlock(), label=_("steps"), min_num=1)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "content/blocks/steps.html"


class DownloadBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("file"))
    label = blocks.CharBlock(label=_("words of the link"), required=False, max_length=120)

    class Meta:
        icon = "download"
        label = _("File to download")
        template = "content/blocks/download.html"


class ButtonBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("words of the button"), max_length=60)
    page = blocks.PageChooserBlock(label=_("page"), required=False)
    address = blocks.CharBlock(
        label=_("or address"),
        required=False,
        max_length=300,
        help_text=_("Within the portal from the slash on, for example /go/registration/; elsewhere with https://."),
    )

    class Meta:
        icon = "link"
        label = _("Button")
        template = "content/blocks/button.html"

    def clean(self, value: dict[str, Any]) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean(value)
        wrong = {}
        if not cleaned.get("page") and not cleaned.get("address"):
            wrong["page"] = ValidationError(_("Choose a page or write an address."))
        elif cleaned.get("address") and not cleaned["address"].startswith(("/", "https://")):
            wrong["address"] = ValidationError(_("Begin the address with / or https://."))
        if wrong:
            raise blocks.StructBlockValidationError(block_errors=wrong)
        return cleaned


def text_blocks() -> list[tuple[str, blocks.Block]]:
    """The blocks of a page of text, in the order in which an editor chooses them."""
    return [
        ("heading", HeadingBlock()),
        ("text", TextBlock(features=TEXT_FEATURES)),
        ("steps", StepsBlock()),
        ("accordion", AccordionBlock()),
        ("note", NoteBlock()),
        ("figure", FigureBlock()),
        ("download", DownloadBlock()),
        ("button", ButtonBlock()),
    ]

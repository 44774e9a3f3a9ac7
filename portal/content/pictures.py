"""The pictures of a page's text, cut to their sizes when the page is published, so that no reader waits for it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from wagtail.blocks import ListBlock, StreamBlock, StructValue
from wagtail.fields import StreamField
from wagtail.images.models import SourceImageIOError
from wagtail.models import Page

from portal.content.blocks import FigureBlock, StepBlock

# As the templates of the blocks ask for them.
SIZES = {FigureBlock: "width-900", StepBlock: "width-700"}


def cut(page: Page) -> None:
    for field in page._meta.get_fields():
        if isinstance(field, StreamField):
            value = getattr(page, field.name)
            for picture, size in _pictures(value.stream_block, value):
                with suppress(SourceImageIOError):  # its file is gone: the page says so by a missing picture
                    picture.get_rendition(size)


def _pictures(block: Any, value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(block, StreamBlock | ListBlock):
        for child in value if isinstance(block, StreamBlock) else value.bound_blocks:
            yield from _pictures(child.block, child.value)
    elif isinstance(value, StructValue):
        size = SIZES.get(type(block))
        if size and value.get("picture"):
            yield value["picture"], size
        for name, child in block.child_blocks.items():
            yield from _pictures(child, value.get(name))

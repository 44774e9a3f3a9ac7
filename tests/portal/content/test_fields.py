"""A stream whose blocks are no matter for migrations."""

from portal.content.blocks import text_blocks
from portal.content.fields import QuietStreamField


def test_blocks_are_left_out_of_migrations():
    field = QuietStreamField(text_blocks(), blank=True, max_num=6, verbose_name="text")
    field.set_attributes_from_name("body")
    _, path, args, kwargs = field.deconstruct()
    assert path == "portal.content.fields.QuietStreamField"
    assert args == []
    assert kwargs == {"blank": True, "verbose_name": "text"}


def test_a_clone_keeps_its_blocks():
    field = QuietStreamField(text_blocks(), blank=True, max_num=6)
    clone = field.clone()
    assert list(clone.stream_block.child_blocks) == [name for name, _ in text_blocks()]
    assert clone.stream_block.meta.max_num == 6
    assert clone.stream_block.required is False

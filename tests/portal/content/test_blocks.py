"""Text blocks as they are drawn."""

import pytest
from django.core.exceptions import ValidationError
from wagtail import blocks

from portal.content.blocks import ButtonBlock, text_blocks

STREAM = blocks.StreamBlock(text_blocks())


def drawn(kind, value):
    return str(STREAM.render(STREAM.to_python([{"type": kind, "value": value}])))


def test_a_heading_can_be_linked_to(db):
    assert '<h2 id="zolte-lozko">Żółte łóżko</h2>' in drawn("heading", "Żółte łóżko")


def test_steps_are_an_ordered_list(db):
    page = drawn("steps", {"steps": [{"title": "Spisz", "text": "<p>Cyfry</p>", "picture": None}]})
    assert page.count("<li>") == 1
    assert "<ol" in page


def test_parts_unfold_without_scripts(db):
    page = drawn("accordion", {"folds": [{"title": "Więcej", "text": "<p>Treść</p>"}]})
    assert "<details" in page
    assert "<summary>Więcej</summary>" in page


def test_a_note_says_its_kind_by_its_colour_and_its_words(db):
    assert "note-wrong" in drawn("note", {"kind": "wrong", "title": "Uwaga", "text": "<p>Woda</p>"})


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "http://example.org"])
def test_a_button_leads_somewhere_safe(address):
    block = ButtonBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"label": "Dalej", "page": None, "address": address}))


def test_a_button_leads_to_its_address(db):
    assert 'href="/go/registration/"' in drawn(
        "button", {"label": "Dalej", "page": None, "address": "/go/registration/"}
    )

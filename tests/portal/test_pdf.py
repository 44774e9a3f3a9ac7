"""The door to paper: what a document always has, and what it may never fetch."""

import os
from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.pdf import SheetMissing, render


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def test_a_document_is_tagged_and_has_its_title_and_language():
    reader = read(render("<h1>Dzień dobry</h1>", title="List & <spis>", language="pl"))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "pl"
    assert reader.metadata is not None
    assert reader.metadata.title == "List & <spis>"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()


def test_polish_letters_come_out_as_they_went_in():
    text = read(render("<p>Zażółć gęślą jaźń, ŁÓDŹ, 12 m³ − 5</p>", title="x", language="pl")).pages[0].extract_text()
    assert "Zażółć gęślą jaźń, ŁÓDŹ, 12 m³ − 5" in text


def test_the_house_typeface_is_embedded():
    pdf = render("<p>Woda, <b>ścieki</b></p>", title="x", language="pl")
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in read(pdf).pages for font in page["/Resources"]["/Font"].values()
    }
    assert any("Atkinson" in name for name in fonts)
    assert not any("DejaVu" in name for name in fonts)


def test_neither_files_nor_the_network_are_touched(tmp_path, caplog):
    picture = tmp_path / "secret.svg"
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>TAJNE</text></svg>')
    html = f'<img src="{picture.as_uri()}" alt=""><img src="http://example.invalid/x.png" alt=""><p>Woda</p>'
    pdf = render(html, title="x", language="pl")
    text = read(pdf).pages[0].extract_text()
    assert "TAJNE" not in text
    assert "Woda" in text


def test_the_same_input_gives_the_same_bytes_and_leaves_the_environment_alone():
    before = dict(os.environ)
    first, second = (render("<p>Woda</p>", title="x", language="pl", brand="#17663a") for _time in range(2))
    assert first == second
    assert dict(os.environ) == before


def test_a_colour_is_a_colour_and_nothing_else():
    with pytest.raises(ValueError, match="colour"):
        render("<p>x</p>", title="x", language="pl", brand="red;}body{display:none")


def test_a_missing_style_sheet_is_a_sentence():
    with pytest.raises(SheetMissing, match=r"\.$"):
        render("<p>x</p>", title="x", language="pl", sheets=("pdf/nowhere.css",))

"""render_invoice: what it writes, and how it ends."""

import pytest
from django.core.management import call_command
from pypdf import PdfReader

from tests.portal.billing.ksef_files import invoice_file

KSEF_NUMBER = "1234563218-20261103-0100001AF629-FA"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "invoice.xml"
    path.write_bytes(invoice_file())
    return path


def end_of(*arguments):
    with pytest.raises(SystemExit) as end:
        call_command("render_invoice", *(str(argument) for argument in arguments))
    return end.value.code


def text_of(path):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_the_pdf_is_written_and_needs_no_database(file, tmp_path):
    output = tmp_path / "out.pdf"
    call_command("render_invoice", str(file), "--output", str(output))
    assert "000123/11/2026" in text_of(output)
    assert KSEF_NUMBER not in text_of(output)
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_with_a_number_kod_i_is_printed(file, tmp_path):
    output = tmp_path / "out.pdf"
    call_command("render_invoice", str(file), "--ksef-number", KSEF_NUMBER, "--output", str(output))
    assert KSEF_NUMBER in text_of(output)


@pytest.mark.parametrize(
    "change",
    [
        ("<P_14_2>8.00<", "<P_14_2>9.00<"),
        ("<P_15>108.00</P_15>", ""),
        ("</Fa></Faktura>", "</Fa>"),
    ],
    ids=["wrong VAT", "no total", "cut short"],
)
def test_data_in_error_is_refused_with_one(file, tmp_path, capsys, change):
    file.write_bytes(invoice_file(change))
    output = tmp_path / "out.pdf"
    assert end_of(file, "--output", output) == 1
    assert not output.exists()
    said = capsys.readouterr().err.strip().splitlines()
    assert all(line.endswith(".") and str(file) in line for line in said)


def test_a_warning_is_said_and_the_pdf_written(file, tmp_path, capsys):
    file.write_bytes(invoice_file(("<JST>2<", "<JST>1<")))
    output = tmp_path / "out.pdf"
    call_command("render_invoice", str(file), "--output", str(output))
    assert output.exists()
    assert str(file) in capsys.readouterr().err


def test_a_missing_file_or_folder_or_a_shapeless_number_ends_with_two(file, tmp_path):
    output = tmp_path / "out.pdf"
    assert end_of(tmp_path / "nowhere.xml", "--output", output) == 2
    assert end_of(file, "--output", tmp_path / "nowhere" / "out.pdf") == 2
    assert end_of(file, "--ksef-number", "12", "--output", output) == 2
    assert not output.exists()

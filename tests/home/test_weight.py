"""The first visit is light: few requests, little to carry, nothing from elsewhere."""

import gzip
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.staticfiles import finders


@pytest.mark.parametrize("path", ["/", "/pytania/"])
def test_the_first_visit_takes_at_most_eight_requests_and_150_kilobytes(site, client, path):
    response = client.get(path)
    page = BeautifulSoup(response.content, "html.parser")
    wanted = {
        tag.get("href") or tag.get("src")
        for tag in page.select("link[href]:not([rel=canonical]), script[src], img[src]")
    }
    assert len(wanted) + 1 <= 8
    assert all(address.startswith("/static/") for address in wanted)
    sent = len(response.content)
    for address in wanted:
        content = Path(finders.find(address.removeprefix("/static/"))).read_bytes()
        sent += len(content) if address.endswith(".woff2") else len(gzip.compress(content))
    assert sent <= 150_000


def test_the_house_s_style_sheet_asks_for_no_file_that_is_not_there():
    sheet = Path(finders.find("ebok/theme.css")).read_text(encoding="utf-8")
    for name in (part.split(")")[0] for part in sheet.split("url(../")[1:]):
        assert finders.find(name), name

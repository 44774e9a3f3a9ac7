"""The picture beside a shared link."""

import io

from bs4 import BeautifulSoup
from django.test import Client
from PIL import Image

from home import share_picture
from home.models import PortalPage
from portal.utility.look import Colours


def test_a_public_page_has_a_picture_of_its_own_drawn_here(site, client, settings):
    page = BeautifulSoup(client.get("/pytania/").content, "html.parser")
    address = page.select_one("meta[property='og:image']")["content"]
    assert address.startswith(f"{settings.EBOK_BASE_URL}/podglad/")
    answer = client.get(address.removeprefix(settings.EBOK_BASE_URL))
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)
    assert "public" in answer.headers["Cache-Control"]


def test_a_page_of_one_s_own_has_no_picture(site):
    own = site.add(site.home, PortalPage(title="Pulpit", slug="pulpit"))
    assert Client().get(f"/podglad/{own.pk}.png").status_code == 404
    assert Client().get("/podglad/999999.png").status_code == 404


def test_a_long_title_is_cut_and_says_so():
    face = share_picture.Typeface(76, 700)
    lines = face.lines("Bardzo długi tytuł " * 20, 1000, 4)
    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert all(face.width(line) <= 1000 + face.width("…") for line in lines)


def test_polish_letters_are_drawn_and_not_left_out():
    face = share_picture.Typeface(40, 400)
    assert all(face.width(sign) > 0 for sign in "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ–„”")
    with_tails, without = (share_picture.draw(words, "A", "B", Colours()) for words in ("łęż", "lez"))
    assert with_tails != without

"""How people are called by name."""

import pytest

from home.vocative import vocative


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Anna", "Anno"),
        ("Maria Anna", "Mario"),
        ("ZOFIA", "Zofio"),
        ("Alicja", "Alicjo"),
        ("Maja", "Maju"),
        ("Kasia", "Kasiu"),
        ("Hania", "Haniu"),
        ("Stefania", "Stefanio"),
        ("Ola", "Olu"),
        ("Kamila", "Kamilo"),
        ("Kuba", "Kubo"),
        ("Marek", "Marku"),
        ("Piotr", "Piotrze"),
        ("Aleksander", "Aleksandrze"),
        ("Paweł", "Pawle"),
        ("Michał", "Michale"),
        ("Jan", "Janie"),
        ("Tomasz", "Tomaszu"),
        ("Grzegorz", "Grzegorzu"),
        ("Wojciech", "Wojciechu"),
        ("Ernest", "Erneście"),
        ("Robert", "Robercie"),
        ("Dawid", "Dawidzie"),
        ("Karol", "Karolu"),
        ("Andrzej", "Andrzeju"),
    ],
)
def test_a_name_is_called(name, called):
    assert vocative(name) == called


@pytest.mark.parametrize("name", ["Jerzy", "Antoni", "Bruno", "Karmen", "Xavier", "Anna-Maria", "Łucja2", ""])
def test_a_name_that_does_not_change_or_is_unsure_stays(name):
    assert vocative(name) == name

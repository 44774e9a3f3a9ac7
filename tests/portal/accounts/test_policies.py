"""How identifiers are compared and devices named."""

import pytest

from portal.accounts.policies import canonical, device


@pytest.mark.parametrize("typed", ["012345", " 012 345", "012\u00a0345", "\uff10\uff11\uff12\uff13\uff14\uff15"])
def test_white_space_and_wide_digits_do_not_matter(typed):
    assert canonical(typed) == "012345"


def test_small_and_capital_letters_do_not_matter():
    assert canonical("Żółw@Example.PL") == "żółw@example.pl"


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36 Edg/156.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0", "Firefox, Linux"),
        ("curl/8.5", "curl/8.5"),
    ],
)
def test_a_device_is_named_as_people_call_it(says, name):
    assert device(says) == name

import socket

import pytest
from django.core.management import CommandError, call_command


def refusal(**options) -> CommandError:
    with pytest.raises(CommandError) as refused:
        call_command("run_demo", **options)
    return refused.value


def test_a_taken_port_is_a_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = refusal(port=str(port))
    assert str(refused).startswith(f"Port {port} is taken by another program.")
    assert refused.returncode == 2


@pytest.mark.parametrize("port", ["eight", "0", "65536", "-1", ""])
def test_what_is_no_port_is_a_sentence(port):
    refused = refusal(port=port)
    assert "is not a port." in str(refused)
    assert refused.returncode == 2


def test_an_unknown_preset_is_a_sentence_that_names_the_known_ones(settings):
    settings.EBOK_PRESET = "atlantyda"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    refused = refusal(port=str(port))
    assert str(refused).startswith("There is no preset atlantyda. Presets: ")
    assert "warszawa" in str(refused)
    assert refused.returncode == 2

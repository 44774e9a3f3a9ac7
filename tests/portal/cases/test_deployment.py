"""What an installation is told before it opens."""

import io

import pytest
from django.core.management import call_command


@pytest.mark.parametrize(("address", "is_told"), [("", True), ("/run/clamav/clamd.ctl", False)])
def test_whoever_deploys_without_a_scanner_is_told_that_files_pass_as_clean(settings, address, is_told):
    settings.EBOK_CLAMAV = address
    said = io.StringIO()
    call_command("check", deploy=True, tags=["security"], stderr=said, stdout=said)
    assert ("cases.W001" in said.getvalue()) is is_told
    assert ("Name the socket of a ClamAV daemon in EBOK_CLAMAV." in said.getvalue()) is is_told

"""A vendor's own headers, code pages, days and words are read by a map, without code."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from portal.customers.models import Customer
from portal.exchange.actions import import_delivery
from portal.exchange.dialect import WrongMap, dialect
from portal.exchange.models import DeliveryFault
from portal.metering.models import MeterReading
from tests.portal.exchange.conftest import AS_OF

MAP = """
encoding = "cp1250"
delimiter = "|"
days = ["DD-MM-YYYY"]
thousands = "."

[files.customers]
name = "KLIENCI.TXT"
columns = { id = "NR_KL", number = "NUMER", kind = "RODZAJ", name = "NAZWA" }
words.kind = { "OF" = "person", "FI" = "firm" }

[files.contracts]
columns = { id = "NR_UM", customer = "NR_KL", number = "NUMER", services = "USLUGI" }
words.services = { "W" = "water", "S" = "sewage" }

[files.points]
[files.meters]
[files.readings]
encoding = "cp852"
columns = { id = "ID", meter = "LICZNIK", value = "STAN", read_on = "DATA", source = "RODZAJ" }
words.source = { "właściwy" = "actual" }
"""


@pytest.fixture
def vendors(tmp_path):
    """A delivery as no documentation of ours says it, and the map by which it is read."""
    folder = tmp_path / "dostawa"
    folder.mkdir()
    files = {
        "KLIENCI.TXT": ("cp1250", "NR_KL|NUMER|RODZAJ|NAZWA\r\nK1|000001|OF|Żółć Łucja\r\n"),
        "contracts.csv": ("cp1250", "NR_UM|NR_KL|NUMER|USLUGI\nU1|K1|W/1|w,S\n"),
        "points.csv": ("cp1250", "id|customer|contract|street\nP1|K1|U1|Łąkowa\n"),
        "meters.csv": ("cp1250", "id|point|serial_number|installed_on\nM1|P1|123|05-03-2024\n"),
        "readings.csv": ("cp852", "ID|LICZNIK|STAN|DATA|RODZAJ\nO1|M1|1.495,5|31-10-2026|Właściwy\n"),
    }
    for name, (encoding, text) in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    stated = {"format": "ebok-billing", "version": 1, "kind": "full", "as_of": AS_OF.isoformat()}
    listed = {name: {"rows": 1} for name in files}
    (folder / "manifest.json").write_text(json.dumps(stated | {"made_at": AS_OF.isoformat(), "files": listed}))
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    return folder, tmp_path / "map.toml"


@pytest.mark.django_db
def test_a_vendors_delivery_is_read_by_the_map(vendors):
    folder, column_map = vendors
    outcome = import_delivery(folder, column_map=column_map)
    assert outcome.is_merged, outcome.faults
    customer = Customer.objects.get()
    assert (customer.name, customer.kind, customer.services) == ("Żółć Łucja", "person", ["water", "sewage"])
    assert (str(MeterReading.objects.get().value), str(MeterReading.objects.get().read_on)) == (
        "1495.500",
        "2026-10-31",
    )


@pytest.mark.django_db
def test_faults_name_the_senders_own_file_and_reach_its_customer(vendors, lenient):
    folder, column_map = vendors
    file = folder / "KLIENCI.TXT"
    file.write_bytes(file.read_bytes().replace(b"|OF|", b"|XX|"))
    import_delivery(folder, column_map=column_map)
    fault = DeliveryFault.objects.get(file="KLIENCI.TXT")
    assert (fault.line, fault.customer_key) == (2, "K1")


@pytest.mark.django_db
def test_an_installations_own_map_needs_no_option(vendors, settings):
    folder, settings.EBOK_EXCHANGE_MAP = vendors[0], str(vendors[1])
    call_command("import_billing", str(folder), stdout=io.StringIO())
    assert Customer.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("encoding = ", "is not TOML"),
        ('encoding = "utf-16"', "encoding: “utf-16” is none of: cp1250, cp852, iso8859-2, utf-8."),
        ('delimiter = ";;"', "delimiter: one sign is needed"),
        ('days = ["MM/DD/YYYY"]', "days: “MM/DD/YYYY” is none of: DD-MM-YYYY"),
        ("[files.clients]", "files.clients: the format has no such file."),
        ('[files.customers.columns]\nnip2 = "NIP"', "files.customers: the format has no column nip2."),
        ('kodowanie = "cp1250"', "kodowanie is unknown; known are: days, delimiter"),
    ],
)
def test_a_wrong_map_is_told_before_anything_is_read(tmp_path, text, sentence):
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(WrongMap, match=sentence.replace("(", r"\(")):
        dialect(path)


def test_a_map_that_is_not_there_ends_the_command_with_2(tmp_path, db):
    with pytest.raises(CommandError, match="cannot be read") as refusal:
        call_command("import_billing", str(tmp_path), map=tmp_path / "no.toml", stdout=io.StringIO())
    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_the_template_is_a_delivery_without_rows(tmp_path):
    call_command("exchange_template", str(tmp_path / "empty"), stdout=io.StringIO())
    assert import_delivery(tmp_path / "empty").is_merged
    with pytest.raises(CommandError, match="is not an empty folder"):
        call_command("exchange_template", str(tmp_path / "empty"), stdout=io.StringIO())

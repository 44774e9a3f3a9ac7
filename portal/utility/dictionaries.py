"""What the billing system's short words mean, in the utility's own; a word that nobody explained stays as it came."""

from portal.utility.kept import Kept
from portal.utility.models import TariffGroup, WasteStream


def tariff_group(code: str) -> str:
    """“G1: gospodarstwa domowe”: the code stays, because it stands on invoices."""
    name = tariff_groups().get(code, "")
    return f"{code}: {name}" if name else code


def waste_stream(code: str) -> str:
    return waste_streams().get(code) or code


tariff_groups: Kept[dict[str, str]] = Kept(lambda: dict(TariffGroup.objects.values_list("code", "name")))
waste_streams: Kept[dict[str, str]] = Kept(lambda: dict(WasteStream.objects.values_list("code", "name")))

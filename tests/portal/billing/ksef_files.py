"""FA(3) files for tests: one of our own, and where the shared ones lie."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "ksef"
needs_samples = pytest.mark.skipif(
    not SHARED.exists(), reason="the Ministry's sample invoices are not beside the repository"
)

SETTLEMENT = (
    "<Rozliczenie><Obciazenia><Kwota>2.00</Kwota><Powod>Odsetki</Powod></Obciazenia><SumaObciazen>2.00</SumaObciazen>"
    "<Odliczenia><Kwota>12.50</Kwota><Powod>Nadpłata</Powod></Odliczenia><SumaOdliczen>12.50</SumaOdliczen>"
    "<DoZaplaty>97.50</DoZaplaty></Rozliczenie>"
)

INVOICE = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
<Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza><WariantFormularza>3</WariantFormularza><DataWytworzeniaFa>2026-11-03T08:00:00Z</DataWytworzeniaFa></Naglowek>
<Podmiot1><DaneIdentyfikacyjne><NIP>1234563218</NIP><Nazwa>Wodociągi Dolne Sp. z o.o.</Nazwa></DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>ul. Źródlana 1</AdresL1><AdresL2>00-001 Dolne</AdresL2></Adres></Podmiot1>
<Podmiot2><DaneIdentyfikacyjne><BrakID>1</BrakID><Nazwa>Łucja Żółć</Nazwa></DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>ul. Lipowa 5</AdresL1></Adres><NrKlienta>000123</NrKlienta><JST>2</JST><GV>2</GV></Podmiot2>
<Fa><KodWaluty>PLN</KodWaluty><P_1>2026-11-03</P_1><P_2>000123/11/2026</P_2><OkresFa><P_6_Od>2026-10-01</P_6_Od><P_6_Do>2026-10-31</P_6_Do></OkresFa>
<P_13_2>100.00</P_13_2><P_14_2>8.00</P_14_2><P_15>108.00</P_15>
<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A><Zwolnienie><P_19N>1</P_19N></Zwolnienie><NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu><P_23>2</P_23><PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy></Adnotacje>
<RodzajFaktury>VAT</RodzajFaktury>
<DodatkowyOpis><Klucz>Wodomierz</Klucz><Wartosc>8812, stan 512 m3</Wartosc></DodatkowyOpis>
<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Woda</P_7><P_8A>m3</P_8A><P_8B>8</P_8B><P_9A>6.25</P_9A><P_11>50.00</P_11><P_12>8</P_12></FaWiersz>
<FaWiersz><NrWierszaFa>2</NrWierszaFa><P_7>Ścieki</P_7><P_8A>m3</P_8A><P_8B>7.5</P_8B><P_9A>6.6667</P_9A><P_11>50.00</P_11><P_12>8</P_12></FaWiersz>
__SETTLEMENT__
<Platnosc><TerminPlatnosci><Termin>2026-11-17</Termin></TerminPlatnosci><FormaPlatnosci>6</FormaPlatnosci><RachunekBankowy><NrRB>15999123451234000000054321</NrRB><NazwaBanku>Bank Dolny</NazwaBanku></RachunekBankowy></Platnosc>
</Fa></Faktura>""".replace("__SETTLEMENT__", SETTLEMENT)


def invoice_file(*changes: tuple[str, str]) -> bytes:
    """Our invoice with pieces of its text replaced; each must be there."""
    text = INVOICE
    for old, new in changes:
        assert old in text, f"{old} is not in the invoice"
        text = text.replace(old, new)
    return text.encode()

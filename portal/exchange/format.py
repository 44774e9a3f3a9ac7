"""The exchange format: every file and column that a billing system may send, defined once for reader, writer and docs."""

from portal.exchange.columns import (
    Column,
    FileFormat,
    Kind,
    amount,
    day,
    flag,
    key,
    moment,
    number,
    ref,
    text,
    whole,
    word,
)

NAME = "ebok-billing"
VERSION = 1
MANIFEST = "manifest.json"

CUSTOMER = ref("customer", "customers", "whose it is", "K012345", is_required=True)
CONTRACT = ref("contract", "contracts", "under which contract", "U012345-1")
SERVICES = ("water", "sewage", "waste")
KSEF = (
    text(
        "ksef_number", "the number that KSeF gave, which is not in the XML", "1234563218-20261103-0100001AF629-AF", 36
    ),
    word(
        "ksef_mode",
        ("none", "online", "offline"),
        "whether the invoice is in KSeF, and how it got there",
        default="none",
    ),
    Column(
        name="kod_ii",
        kind=Kind.TEXT,
        meaning="the text of KOD II as it came, for an offline invoice",
        example="https://qr.ksef.mf.gov.pl/certificate/…",
        longest=2000,
    ),
    text("pdf", "the billing system's own PDF, a path inside the delivery", "pdf/012345-11-2026.pdf", 200),
    text("upo", "KSeF's receipt (UPO), a path inside the delivery; it gives the number and proves the file", "", 200),
)

CUSTOMERS = FileFormat(
    name="customers",
    meaning="The parties to contracts: persons, firms, housing communities.",
    owner="id",
    columns=(
        key("the customer in the billing system; never shown", "K012345"),
        text("number", "the customer number that people know", "012345", 20, is_required=True),
        word("kind", ("person", "firm", "community"), "what the customer is", is_required=True),
        text("name", "surname, or the name of the firm or community", "Kowalska Anna", 200, is_required=True),
        text("first_name", "to greet a person with", "Anna"),
        text("nip", "tax number, ten digits", "1234563218", 10),
        text("street", "street and number of the postal address", "ul. Lipowa 5/3", 150),
        text("postcode", "postcode", "00-001", 10),
        text("city", "town", "Warszawa"),
        text("email", "e-mail known to the office", "anna@example.pl", 254),
        text("phone", "phone known to the office", "600 100 200", 40),
        text("virtual_account", "the customer's individual bank account, 26 digits", "19999123451234000000012345", 26),
        flag("is_closed", "no longer a customer"),
        amount("stated_balance", "the balance as the billing system has it, to compare; positive is owed", "135,38"),
    ),
)
CONTRACTS = FileFormat(
    name="contracts",
    meaning="Contracts for services.",
    columns=(
        key("the contract in the billing system", "U012345-1"),
        CUSTOMER,
        text("number", "the number printed on the contract", "W/012345/2019", 60, is_required=True),
        day("signed_on", "day of the contract", "2019-03-04"),
        day("starts_on", "in force from", "2019-04-01"),
        day("ends_on", "in force until; empty while it runs", ""),
        Column(
            name="services",
            kind=Kind.LIST,
            words=SERVICES,
            meaning="what is delivered under it",
            example="water,sewage",
            is_required=True,
        ),
        text("tariff_group", "tariff group, as in tariffs", "G1", 40),
        whole("billing_period_months", "months between invoices", "2", unit="months", default=2),
        word("e_invoice", ("paper", "e_invoice", "ksef"), "how invoices reach the customer", default="paper"),
        Column(
            name="text", kind=Kind.LONG_TEXT, meaning="text of the contract", example="Umowa o zaopatrzenie w wodę …"
        ),
    ),
)
POINTS = FileFormat(
    name="points",
    meaning="Service points. A point belongs to one customer for ever: who takes a house over gets a new id here.",
    columns=(
        key("the point in the billing system", "PP012345-1"),
        CUSTOMER,
        ref("contract", "contracts", "under which contract", "U012345-1", is_required=True),
        text("name", "what people call it", "Dom", 120),
        text("street", "street", "ul. Lipowa", 120, is_required=True),
        text("building", "number of the building", "5", 20),
        text("unit", "number of the flat", "3", 20),
        text("postcode", "postcode", "00-001", 10),
        text("city", "town", "Warszawa"),
        flag("is_closed", "nothing is delivered here any more"),
    ),
)
METERS = FileFormat(
    name="meters",
    meaning="Water meters on service points.",
    owner="point",
    columns=(
        key("the meter in the billing system", "M012345-1"),
        ref("point", "points", "where it is mounted", "PP012345-1", is_required=True),
        text("serial_number", "factory number on the dial", "12345678", 40, is_required=True),
        word("role", ("main", "deduct", "sub"), "deduct: garden water, subtracted from sewage", default="main"),
        whole("digits", "digits of the dial", "5", default=5),
        day("installed_on", "mounted", "2023-05-10"),
        day("removed_on", "taken off", ""),
        day("verification_valid_until", "legal verification holds until", "2028-12-31"),
        flag("is_remote", "read remotely"),
        text("seals", "numbers of its seals", "PL 004512, PL 004513", 120),
    ),
)
READINGS = FileFormat(
    name="readings",
    meaning="Booked readings.",
    owner="meter",
    columns=(
        key("the reading in the billing system", "O012345-1-202610"),
        ref("meter", "meters", "of which meter", "M012345-1", is_required=True),
        number("value", "register value", "495", 3, unit="m³", is_required=True),
        day("read_on", "day of the reading; midnight is of the day that ends with it", "2026-10-31", is_required=True),
        moment("read_at", "its moment, of a meter that is read by the hour", "2026-10-31T14:00:00+01:00"),
        word(
            "source",
            ("actual", "estimated", "customer", "remote", "check"),
            "where the value comes from",
            is_required=True,
        ),
    ),
)
TARIFFS = FileFormat(
    name="tariffs",
    meaning="Prices in force, past and announced.",
    owner="",
    columns=(
        key("the price in the billing system", "T-G1-water-2026"),
        text("group", "tariff group", "G1", 40, is_required=True),
        text(
            "component",
            "water, sewage, subscription_water, subscription_sewage, settlement, waste",
            "water",
            40,
            is_required=True,
        ),
        text("unit", "what the price is for", "m3", 20, is_required=True),
        day("effective_from", "holds from", "2026-01-01", is_required=True),
        day("effective_to", "holds until, that day included", "2026-12-31"),
        number("net_price", "net price of one unit", "6,2700", 4, unit="zł", is_required=True),
        text("vat_rate", "VAT rate: 8, 23, zw", "8", 6, default="8"),
    ),
)
INVOICES = FileFormat(
    name="invoices",
    meaning="Invoices as rows, where the billing system gives no FA(3) XML. An invoice is here or in invoices_xml, not in both.",
    columns=(
        key("the invoice in the billing system", "F-012345-11-2026"),
        CUSTOMER,
        CONTRACT,
        word("kind", ("vat", "kor", "zal", "roz", "upr"), "kind, as FA(3) names it", default="vat"),
        Column(
            name="services",
            kind=Kind.LIST,
            words=(*SERVICES, "other"),
            meaning="what it is for",
            example="water,sewage",
        ),
        text("number", "the number printed on it", "012345/11/2026", is_required=True),
        day("issued_on", "day of issue", is_required=True),
        day("period_from", "first day of the period", "2026-09-01"),
        day("period_to", "last day of the period", "2026-10-31"),
        day("due_on", "to be paid by", "2026-11-17"),
        amount("net", "net", "183,78"),
        amount("vat", "VAT", "14,70"),
        amount("gross", "gross; of a correction, the difference", is_required=True),
        amount("to_pay", "to pay, as printed: never added to anything", "179,71"),
        text("currency", "currency", "PLN", 3, default="PLN"),
        text("seller_account", "account printed on it", "19999123451234000000012345", 34),
        text("corrects_number", "number of the invoice that it corrects", ""),
        *KSEF,
    ),
)
INVOICE_LINES = FileFormat(
    name="invoice_lines",
    meaning="Lines of the invoices in invoices.csv. The lines of an invoice come with it, in the same delivery.",
    key=("invoice", "position", "is_before"),
    owner="invoice",
    columns=(
        ref("invoice", "invoices", "of which invoice", "F-012345-11-2026", is_required=True),
        whole("position", "number of the line", "1", is_required=True),
        text("description", "what was delivered", "Dostarczanie wody, grupa G1", 250, is_required=True),
        text("unit", "unit", "m3", 20),
        number("quantity", "how many units", "13", 4),
        number("unit_net", "net price of a unit", "6,27", 4, unit="zł"),
        amount("net", "net value", "81,51"),
        text("vat_rate", "VAT rate", "8", 6),
        amount("vat", "VAT", "6,52"),
        flag("is_before", "the line as it was before a correction"),
        ref("point", "points", "at which point", "PP012345-1"),
    ),
)
INVOICES_XML = FileFormat(
    name="invoices_xml",
    meaning="Invoices as FA(3) XML, with what stands beside the XML. The bytes of the XML are kept unchanged.",
    staged_as="invoices",
    columns=(
        key("the invoice in the billing system", "F-012345-11-2026"),
        CUSTOMER,
        CONTRACT,
        Column(
            name="services",
            kind=Kind.LIST,
            words=(*SERVICES, "other"),
            meaning="what it is for; empty: as its contract",
            example="water,sewage",
        ),
        text("xml", "the FA(3) file, a path inside the delivery", "xml/012345-11-2026.xml", 200, is_required=True),
        text("sha256", "SHA-256 of the file, 64 hexadecimal digits; compared when given", "9f2c…", 64),
        *KSEF,
    ),
)
DOCUMENTS = FileFormat(
    name="documents",
    meaning="Papers that are not invoices.",
    columns=(
        key("the document in the billing system", "N-17-2026"),
        CUSTOMER,
        CONTRACT,
        word(
            "kind",
            ("interest_note", "debit_note", "credit_note", "demand", "other_sale", "contract", "other"),
            "what it is",
            is_required=True,
        ),
        text("number", "the number printed on it", "NO/17/2026", is_required=True),
        day("issued_on", "day of issue", is_required=True),
        day("due_on", "to be paid by", "2026-11-17"),
        amount("amount", "what it is for", "1,23"),
        text("pdf", "the PDF, a path inside the delivery", "pdf/NO-17-2026.pdf", 200),
    ),
)
LEDGER = FileFormat(
    name="ledger",
    meaning="Every booking of a customer's account. An entry that changes or is gone is reversed here, never overwritten.",
    columns=(
        key("the booking in the billing system; of one customer for ever", "L012345-88"),
        CUSTOMER,
        word(
            "kind",
            ("charge", "payment", "credit_note", "correction", "refund", "write_off"),
            "charge and refund are not negative, a credit note is not positive",
            is_required=True,
        ),
        word(
            "charge_kind",
            ("invoice", "interest_note", "debit_note", "other_sale"),
            "what a charge is for",
            default="",
        ),
        day("booked_on", "day of booking", is_required=True),
        amount("amount", "what the customer owes more (positive) or less (negative)", is_required=True),
        day("due_on", "to be paid by", "2026-11-17"),
        text("document_number", "number of the paper behind it", "012345/11/2026"),
        ref("invoice", "invoices", "the invoice; when empty it is found by document_number", "F-012345-11-2026"),
        ref("document", "documents", "the other paper; when empty it is found by document_number", "N-17-2026"),
        text("reference", "our reference of a payment made online, as the outbox gave it", "", 80),
        text("channel", "how a payment came: transfer, cash, card, blik, p24 …", "transfer", 20),
        amount(
            "open_amount",
            "what of a charge is still open; in all charges of a customer or in none of them",
            "0,00",
        ),
    ),
)
ENTRY_SHARES = FileFormat(
    name="entry_shares",
    meaning="What of a booking falls on which contract, service and point. The shares of an entry come with it and sum to it.",
    key=("entry", "contract", "service", "point"),
    owner="entry",
    columns=(
        ref("entry", "ledger", "of which booking", "L012345-88", is_required=True),
        CONTRACT,
        word("service", (*SERVICES, "other"), "for which service", default=""),
        ref("point", "points", "at which point", "PP012345-1"),
        amount("amount", "part of the entry's amount", "110,25", is_required=True),
    ),
)
ALLOCATIONS = FileFormat(
    name="allocations",
    meaning="Which payment (or credit, or correction) settled how much of which charge. Zero takes an allocation back.",
    key=("payment", "charge"),
    owner="payment",
    columns=(
        ref("payment", "ledger", "the booking that settles", "L012345-91", is_required=True),
        ref("charge", "ledger", "the charge that is settled", "L012345-88", is_required=True),
        amount("amount", "how much", "198,48", is_required=True),
    ),
)
MANAGERS = FileFormat(
    name="managers",
    meaning="Property managers, by the e-mail of their account in the portal. Without an account a clerk gets a task.",
    key=("customer", "email"),
    columns=(
        CUSTOMER,
        text("email", "the manager's e-mail in the portal", "zarzadca@example.pl", 254, is_required=True),
        Column(
            name="points",
            kind=Kind.LIST,
            meaning="the points he manages; empty: the whole customer",
            example="PP054321-1,PP054321-2",
            refers_to="points",
        ),
        day("until", "the mandate ends, that day included", "2027-12-31"),
    ),
)
COLLECTION_POINTS = FileFormat(
    name="collection_points",
    meaning="Where waste is collected.",
    owner="contract",
    columns=(
        key("the collection point in the billing system", "OD012345-1"),
        ref("contract", "contracts", "under which contract", "U012345-2", is_required=True),
        ref("point", "points", "of which service point; empty: of the whole contract", "PP012345-1"),
        text("address", "address", "ul. Lipowa 5", 200, is_required=True),
    ),
)
CONTAINERS = FileFormat(
    name="containers",
    meaning="Containers at a collection point.",
    key=("collection_point", "stream", "litres"),
    owner="collection_point",
    columns=(
        ref("collection_point", "collection_points", "where", "OD012345-1", is_required=True),
        text("stream", "what is collected in it", "papier", 40, is_required=True),
        whole("litres", "volume", "240", unit="litres", is_required=True),
        whole("count", "how many", "1", default=1),
    ),
)
PICKUPS = FileFormat(
    name="pickups",
    meaning="The days on which a stream is collected.",
    key=("collection_point", "stream", "day"),
    owner="collection_point",
    columns=(
        ref("collection_point", "collection_points", "where", "OD012345-1", is_required=True),
        text("stream", "what is collected", "papier", 40, is_required=True),
        day("day", "when", "2026-11-24", is_required=True),
    ),
)

# In the order in which rows may refer to one another.
FILES: tuple[FileFormat, ...] = (
    TARIFFS,
    CUSTOMERS,
    CONTRACTS,
    POINTS,
    METERS,
    READINGS,
    INVOICES,
    INVOICE_LINES,
    INVOICES_XML,
    DOCUMENTS,
    LEDGER,
    ENTRY_SHARES,
    ALLOCATIONS,
    MANAGERS,
    COLLECTION_POINTS,
    CONTAINERS,
    PICKUPS,
)
BY_FILE_NAME = {file.file_name: file for file in FILES}
BY_NAME = {file.name: file for file in FILES}

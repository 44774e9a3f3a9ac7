"""Whether a file keeps to the FA(3) schema of the Ministry of Finance."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from django.utils.translation import gettext as _
from lxml import etree

from portal.billing.ksef.invoice import Finding
from portal.billing.ksef.safe_xml import NotAnInvoice, open_invoice

SCHEMA = "schemat_FA(3)_v1-0E.xsd"
_one_at_a_time = Lock()  # a compiled schema keeps its last verdict in itself, so threads must not share it


class _Beside(etree.Resolver):
    """The schemas name one another by addresses on the web; they lie side by side on our disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def resolve(self, system_url: str, public_id: str, context: object) -> object:  # type: ignore[override]  # lxml's stubs forget the context
        beside = self._folder / system_url.rsplit("/", 1)[-1]
        return self.resolve_filename(str(beside), context)  # type: ignore[attr-defined]  # the same


def _schema_folder() -> Path:
    # Found, not imported: the package's client for KSeF would bring its HTTP stack into every process.
    found = find_spec("ksef_client")
    if found is None or not found.submodule_search_locations:
        msg = "The package ksef-client, which carries the FA(3) schemas, is not installed."
        raise RuntimeError(msg)
    return Path(found.submodule_search_locations[0]) / "documents" / "fa3" / "schemas"


@cache
def _schema() -> etree.XMLSchema:
    folder = _schema_folder()
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Beside(folder))
    return etree.XMLSchema(etree.parse(str(folder / SCHEMA), parser))


def check_structure(data: bytes) -> list[Finding]:
    """Every place where the file leaves the schema, first to last; empty when it keeps to it."""
    try:
        root = open_invoice(data)
    except NotAnInvoice as refusal:
        return [Finding(code="not_an_invoice", severity="error", sentence=str(refusal), line=refusal.line)]
    with _one_at_a_time:
        schema = _schema()
        if schema.validate(root):
            return []
        faults = [(entry.line, entry.message) for entry in schema.error_log]  # type: ignore[attr-defined]  # the same
    return list(_findings(faults))


def _findings(faults: list[tuple[int, str]]) -> Iterator[Finding]:
    seen: set[tuple[int, str]] = set()
    for line, message in faults:
        element, fault = _plain(message)
        if (line, element) in seen:  # libxml2 reports a wrong value twice: by its pattern and by its type
            continue
        seen.add((line, element))
        sentence = _("The invoice leaves the FA(3) schema at %(element)s: %(fault)s.")
        yield Finding(
            code="schema",
            severity="error",
            sentence=sentence % {"element": element, "fault": fault},
            line=line,
        )


def _plain(message: str) -> tuple[str, str]:
    """libxml2's message without namespaces, and the element it is about."""
    text = re.sub(r"\{[^}]*\}", "", message)
    text = re.sub(r"\[facet '[^']*'\] ", "", text)
    text = re.sub(r"\. Expected is (?:one of )?\( (.*) \)", r"; expected: \1", text)
    element, _colon, fault = text.partition(": ")
    fault = " ".join(fault.split()).rstrip(" .")
    return element.removeprefix("Element ").strip("'"), fault[:1].lower() + fault[1:]

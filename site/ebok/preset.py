"""Filling an installation from a preset: who the utility is, its dated rules, its pages and sample content.

A preset is a TOML file. Each object in it has a key; loading again updates what nobody touched, and keeps and
lists what an editor changed or removed.
"""

import hashlib
import io
import json
import tomllib
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.db import models, transaction
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from ebok import papers, pictures
from home.roles import PageRole
from home.staff_roles import ensure_groups
from portal.utility.models import PresetStamp, RuleRecord, Utility
from portal.utility.rules import registered

PRESETS = Path(__file__).parent / "presets"
SHARED = "_shared.toml"
NAMESPACE = uuid.UUID("5b3d1f0a-6c1e-4f0e-9a55-0b0c6b8f7e11")


class NoSuchPreset(Exception):
    """There is no preset of this name."""

    def __str__(self) -> str:
        return f"There is no preset “{self.args[0]}”. Choose one of: {', '.join(names())}; or the path of a TOML file."


class PresetFault(Exception):
    """A preset says something that the house does not know."""


@dataclass
class Outcome:
    """What a load did, by the names of the objects."""

    made: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def read(name: str) -> dict[str, Any]:
    """A preset upon what all presets share: its rows replace the shared ones of the same key. Raises NoSuchPreset.

    Named like one that ships, or by the path of a file of one's own that ends with “.toml”.
    """
    path = Path(name) if name.endswith(".toml") else PRESETS / f"{name}.toml"
    if not path.exists() or name.startswith("_"):
        raise NoSuchPreset(name)
    text = path.read_text(encoding="utf-8")
    utility = tomllib.loads(text)["utility"]
    own = tomllib.loads(_spelled(text, utility))
    shared = tomllib.loads(_spelled((PRESETS / SHARED).read_text(encoding="utf-8"), utility))
    for kind in ("paper", "picture", "object", "page"):
        rows = is_shared = _by_key(shared.get(kind, []))
        for key, row in _by_key(own.get(kind, [])).items():
            rows = rows | {key: rows.get(key, {}) | row}
        # What all presets share may name the preset's own objects (a topic its department), so these come first.
        own[kind] = sorted(rows.values(), key=lambda row: kind == "object" and row["key"] in is_shared)
    return own


def _by_key(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows of one file by their keys; of two with one key the second would hide the first. Raises PresetFault."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["key"] in found:
            msg = f"Two rows of a preset have the key “{row['key']}”. Give one of them another, or join them."
            raise PresetFault(msg)
        found[row["key"]] = row
    return found


def names() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("[a-z]*.toml"))


def _spelled(text: str, utility: dict[str, Any]) -> str:
    """Texts with the utility's own name and numbers in them. Raises PresetFault where a sentence would lack its word."""
    for word in ("name", "legal_name", "product_name", "email", "phone", "emergency_phone"):
        place = "{" + word + "}"
        if place in _without_comments(text) and not utility.get(word):
            msg = f"A text of the preset speaks of {place}, and its utility has none. Reword the text, or give it."
            raise PresetFault(msg)
        text = text.replace(place, utility.get(word, ""))
    return text


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


@transaction.atomic
def load(name: str) -> Outcome:
    """Load a preset; loading it again changes nothing that stands as it was loaded."""
    return _Loading(Path(name).stem, read(name)).run()


class _Loading:
    def __init__(self, name: str, preset: dict[str, Any]) -> None:
        self.name = name
        self.preset = preset
        self.outcome = Outcome()
        self.stamps = {stamp.key: stamp for stamp in PresetStamp.objects.filter(preset=name)}
        self.locale = self._locale("pl")

    def run(self) -> Outcome:
        self._utility()
        self._rules()
        for row in self.preset.get("paper", []):
            self._paper(dict(row))
        for row in self.preset.get("picture", []):
            self._picture(row["key"], row["title"], pictures.PICTURES[row["drawn"]], row["drawn"])
        for row in self.preset.get("object", []):
            self._object(dict(row))
        for row in self.preset.get("page", []):
            self._page(dict(row))
        self._name_site()
        site = Site.objects.get(is_default_site=True)
        ensure_groups(site.root_page)
        return self.outcome

    # The parts of a preset

    def _utility(self) -> None:
        utility = Utility.objects.first() or Utility()
        self._settle("utility", utility, self.preset["utility"])

    def _name_site(self) -> None:
        """The panel greets its people with the portal's name; one that an editor gave stays."""
        utility = self.preset["utility"]
        Site.objects.filter(is_default_site=True, site_name="").update(
            site_name=f"{utility['product_name']} – {utility['name']}"
        )

    def _rules(self) -> None:
        for code, records in self.preset.get("rules", {}).items():
            if code not in registered():
                msg = f"The preset “{self.name}” has rules “{code}”, and no room knows such a set."
                raise PresetFault(msg)
            for record in records if isinstance(records, list) else [records]:
                values = dict(record)
                since = values.pop("effective_from", date(2020, 1, 1))
                row = RuleRecord.objects.filter(rule_set=code, effective_from=since).first()
                row = row or RuleRecord(rule_set=code, effective_from=since)
                stored = registered()[code].from_stored(values).to_stored()
                self._settle(f"rules:{code}:{since}", row, {"values": stored})

    def _paper(self, row: dict[str, Any]) -> None:
        """A file to download drawn from its page of HTML, and the picture of it under the same key and “:picture”."""
        html = _spelled(papers.source(row["html"]), self.preset["utility"])
        key, title, name = row["key"], row["title"], Path(row["html"]).stem
        document = self._found(key, get_document_model()) or get_document_model()()

        def put_document() -> None:
            drawn = papers.drawn(html, title)
            document.file_size = len(drawn)
            document.file.save(f"{name}.pdf", ContentFile(drawn), save=True)

        self._settle(key, document, {"title": title}, put_document, besides=html)
        self._picture(f"{key}:picture", title, lambda: papers.pictured(html), html)

    def _picture(self, key: str, title: str, draw: Callable[[], bytes], besides: str) -> None:
        picture = self._found(key, get_image_model()) or get_image_model()()

        def put() -> None:
            picture.file = ImageFile(io.BytesIO(draw()), f"{slugify(key)}.png")
            picture.save()

        self._settle(key, picture, {"title": title}, put, besides=besides)

    def _object(self, row: dict[str, Any]) -> None:
        key, model = row.pop("key"), apps.get_model(row.pop("model"))
        language, translates = row.pop("locale", ""), row.pop("translates", "")
        found = self._found(key, model)
        if found is None:
            found = model()
            if any(f.name == "locale" for f in model._meta.get_fields()):
                found.locale = self._locale(language)
            self._translate(found, translates)
        self._settle(key, found, row)

    def _locale(self, language: str) -> Locale:
        return Locale.objects.get_or_create(language_code=language)[0] if language else self.locale

    def _translate(self, found: Any, translates: str) -> None:
        """Make it the other language's side of what was loaded under that key."""
        if translates:
            found.translation_key = self._target(translates).translation_key

    def _page(self, row: dict[str, Any]) -> None:
        key, model, parent, role = (
            row.pop("key"),
            apps.get_model(row.pop("type")),
            row.pop("parent", ""),
            row.pop("role", ""),
        )
        language, translates = row.pop("locale", ""), row.pop("translates", "")
        row.setdefault("show_in_menus", False)
        page = self._found(key, model)
        if page is None:
            page = model(locale=self._locale(language))
            self._translate(page, translates)
            above = self._target(parent) if parent else Page.get_first_root_node()

            def put() -> None:
                above.add_child(instance=page)
                page.save_revision().publish()
                if not parent and not translates:
                    _make_front_page(page)

            self._settle(key, page, row, put)
        else:
            self._settle(key, page, row, lambda: page.save_revision().publish())
        if role:
            PageRole.objects.get_or_create(role=role, defaults={"page_id": page.pk})

    # One object

    def _settle(
        self,
        key: str,
        target: models.Model,
        values: dict[str, Any],
        put: Callable[[], None] | None = None,
        *,
        besides: str = "",
    ) -> None:
        """Write the values, unless somebody changed or removed the object since it was loaded.

        `besides` is what its file is made of: the file is watched as the values are.
        """
        stamp = self.stamps.get(self._uuid(key))
        if stamp is not None and target.pk is None:
            self.outcome.kept.append(f"{key} (removed)")
            return
        if stamp is not None and _state(target, stamp.loaded) != stamp.loaded:
            self.outcome.kept.append(key)
            return
        source = _hash([values, besides] if besides else values)
        if stamp is not None and stamp.source == source:
            self.outcome.unchanged.append(key)
            return
        for name, value in values.items():
            setattr(target, name, self._value(target, name, value))
        try:
            (put or target.save)()
        except ValidationError as refused:
            if stamp is None:
                raise
            self.outcome.kept.append(f"{key} ({' '.join(refused.messages)})")
            return
        (self.outcome.made if stamp is None else self.outcome.updated).append(key)
        fresh = type(target)._base_manager.get(pk=target.pk)
        self.stamps[self._uuid(key)], _ = PresetStamp.objects.update_or_create(
            key=self._uuid(key),
            defaults={
                "preset": self.name,
                "name": key,
                "target": f"{target._meta.label}:{target.pk}",
                "source": source,
                "loaded": _state(fresh, [*values, "file"] if besides else values),
            },
        )

    def _value(self, target: models.Model, name: str, value: Any) -> Any:
        """A value as the field wants it: streams as JSON, "@key" as the object loaded under that key."""
        try:
            described = target._meta.get_field(name)
        except FieldDoesNotExist:
            msg = f"In the preset “{self.name}”, {target._meta.label} has no field “{name}”."
            raise PresetFault(msg) from None
        if isinstance(described, models.ManyToOneRel):
            return [described.related_model(sort_order=order, **row) for order, row in enumerate(value)]
        if isinstance(described, StreamField):
            return described.to_python(json.dumps(_pages(value, self._target)))
        if isinstance(value, str) and value.startswith("@"):
            return self._target(value[1:])
        return value

    def _uuid(self, key: str) -> uuid.UUID:
        return uuid.uuid5(NAMESPACE, f"{self.name}:{key}")

    def _found(self, key: str, model: type[models.Model]) -> Any:
        """The object that an earlier load made, if it still stands."""
        stamp = self.stamps.get(self._uuid(key))
        return model._base_manager.filter(pk=stamp.target.split(":")[1]).first() if stamp else None

    def _target(self, key: str) -> Any:
        stamp = self.stamps.get(self._uuid(key))
        if stamp is None:
            msg = f"The preset “{self.name}” refers to “{key}” before it is made."
            raise PresetFault(msg)
        label, pk = stamp.target.split(":")
        return apps.get_model(label)._base_manager.get(pk=pk)


def _pages(value: Any, find: Callable[[str], Any]) -> Any:
    """A stream's raw value with each "@key" turned into the id of the page or object loaded under it."""
    if isinstance(value, dict):
        if set(value) == {"type"}:  # a block of which there is nothing more to say: TOML has no word for nothing
            return value | {"value": None}
        return {name: _pages(inner, find) for name, inner in value.items()}
    if isinstance(value, list):
        return [_pages(inner, find) for inner in value]
    if isinstance(value, str) and value.startswith("@"):
        return find(value[1:]).pk
    return value


def _state(target: models.Model, names: Iterable[str]) -> dict[str, str]:
    """A hash of each named field as it stands."""
    state = {}
    for name in names:
        described = target._meta.get_field(name)
        value: Any
        if isinstance(described, models.ManyToOneRel):
            value = _rows(target, described)
        else:
            value = getattr(target, described.attname) if described.concrete else None
        if isinstance(described, StreamField):
            # Ids are given when a stream is saved: they say nothing about its words.
            value = _without_ids(described.get_prep_value(value))
        state[name] = _hash(value)
    return state


def _rows(target: models.Model, described: models.ManyToOneRel) -> list[dict[str, Any]]:
    """What stands below a page (the questions of a form), without keys."""
    columns = [f.attname for f in described.related_model._meta.concrete_fields if not (f.primary_key or f.is_relation)]
    return list(getattr(target, described.get_accessor_name() or "").order_by("sort_order").values(*columns))


def _hash(value: Any) -> str:
    plain = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_ids(inner) for name, inner in value.items() if name != "id"}
    if isinstance(value, list):
        return [_without_ids(inner) for inner in value]
    return value


def _make_front_page(page: Page) -> None:
    """The site begins here; Wagtail's own welcome page, which a fresh installation has, goes."""
    Site.objects.update_or_create(
        is_default_site=True, defaults={"root_page": page, "hostname": "localhost", "port": 80}
    )
    for welcome in Page.objects.filter(depth=2, slug="home", content_type__model="page"):
        welcome.delete()

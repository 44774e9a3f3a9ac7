"""What must not stand in a tracked file, and what must stand beside an exception."""

import base64
import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
VENDOR = TOP / "static" / "vendor"
# Spelled apart, so that this file does not hold what it looks for.
REGISTRIES = ["pypi" + ".org", "files.pythonhosted" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com"]
A_MACHINES_PATH = re.compile(r"(?<![\w.])/(?:home/[a-z]+|Users/[A-Za-z]+|root|work)/")
AN_INDEX = re.compile(r"^\s*(--(extra-)?index-url|--find-links|--trusted-host)\b", re.MULTILINE)
EXCEPTIONS = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])(?P<reason>.*)$", re.MULTILINE)
BARE = re.compile(r"#\s*(?:noqa|type: ignore)\s*(?:$|[^:\s\[])", re.MULTILINE)


def texts(*endings: str) -> dict[str, str]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for name in listed.split("\0"):
        path = TOP / name
        if name and path.is_file() and (not endings or path.suffix in endings):
            try:
                found[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return found


@pytest.mark.parametrize("registry", REGISTRIES)
def test_no_package_registry_is_named(registry):
    assert [name for name, text in texts().items() if registry in text] == []


def test_no_lock_names_an_index():
    locks = {name: text for name, text in texts(".txt", ".in").items() if name.startswith("requirements")}
    assert [name for name, text in locks.items() if AN_INDEX.search(text)] == []


def test_no_path_of_a_machine_is_named():
    found = {name: match.group() for name, text in texts().items() if (match := A_MACHINES_PATH.search(text))}
    assert found == {}


def test_every_exception_to_a_rule_carries_its_reason():
    unexplained = [
        f"{name}: {match.group()}"
        for name, text in texts(".py").items()
        if not name.startswith("tests/architecture/") and "/migrations/" not in name
        for match in EXCEPTIONS.finditer(text)
        if len(match.group("reason").strip(" #-–")) < 4
    ]
    bare = [f"{name}: {match.group()}" for name, text in texts(".py").items() for match in BARE.finditer(text)]
    assert unexplained + [line for line in bare if "test_tracked_files" not in line] == []


def test_the_vendored_files_are_the_ones_in_the_manifest():
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    there = {str(path.relative_to(VENDOR)): path.read_bytes() for path in VENDOR.rglob("*") if path.is_file()}
    del there["manifest.json"]
    digests = {name: base64.b64encode(hashlib.sha384(content).digest()).decode() for name, content in there.items()}
    assert {name: f"sha384-{digest}" for name, digest in digests.items()} == manifest


def test_the_lock_for_tests_holds_the_lock_for_running():
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[\w.\[\]-]+==[^ \\]+", (TOP / lock).read_text(), re.MULTILINE))

    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()

"""The house's order: who may import whom, and that the house is where the design says it is."""

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
OUR_NAMES = {"ebok", "home", "payments", "forms", "portal"}
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "Containerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "docs",
    "forms",
    "home",
    "manage.py",
    "package-lock.json",
    "package.json",
    "payments",
    "portal",
    "pyproject.toml",
    "requirements-dev.in",
    "requirements-dev.txt",
    "requirements.in",
    "requirements.txt",
    "site",
    "static",
    "templates",
    "tests",
}
DRAWERS = {"utils", "helpers", "common", "misc", "core"}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=TOP, capture_output=True, text=True, check=True
    ).stdout
    return [Path(name) for name in listed.split("\0") if name]


def test_folders_look_down_never_up():
    checked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-logo",
        ],
        cwd=TOP,
        env=os.environ | {"PYTHONPATH": f".{os.pathsep}site"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_nobody_else_ships_our_names():
    shipped = importlib.metadata.packages_distributions()
    assert {name: shipped[name] for name in OUR_NAMES & set(shipped) if shipped[name] != ["ebok"]} == {}


def test_the_top_of_the_repository_is_the_designs_and_nothing_else():
    assert {path.parts[0] for path in tracked()} - TOP_LEVEL == set()


def test_site_is_a_place_and_never_a_package():
    assert not (TOP / "site" / "__init__.py").exists()


def test_there_are_no_drawers():
    assert [str(path) for path in tracked() if set(path.with_suffix("").parts) & DRAWERS] == []


def test_every_room_has_a_module_of_its_own_sort():
    """A folder of Python without __init__.py is seen neither by import-linter nor by mypy."""
    rooms = {"home", "payments", "forms", "portal"}
    folders = {path.parent for path in tracked() if path.suffix == ".py" and path.parts[0] in rooms}
    assert [str(folder) for folder in sorted(folders) if not (TOP / folder / "__init__.py").exists()] == []

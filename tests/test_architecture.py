"""The walls of the house: who may import whom, what no module is called, what no template holds."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("accounts", "agreements", "coopportal", "deliverables")
_DRAWERS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "managers",
    "misc",
    "signals",
}
_MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
_TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# A quoted attribute or an element; what stands in {# … #} or {% comment %} is never sent.
_INLINE = {
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script without src": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a javascript: address": re.compile(r"(?:href|action|src)\s*=\s*[\"']?\s*javascript:", re.I),
    "a file from elsewhere": re.compile(
        r"<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)\s*=\s*[\"']?(?:https?:)?//", re.I
    ),
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_keep_to_the_contracts() -> None:
    process = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", process.stdout)


def test_every_module_of_the_frame_has_its_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    floors = " ".join(contracts["contracts"][0]["layers"])
    named = set(re.findall(r"coopportal\.(\w+)", floors))
    there = {path.stem for path in (ROOT / "coopportal").glob("*.py")}
    assert there - named == {"__init__", "settings", "wsgi"}


def test_no_module_is_a_junk_drawer() -> None:
    assert len(_MODULES) > 20
    names = {_name(path) for path in _MODULES if {path.stem, path.parent.name} & _DRAWERS}
    assert names == set()


def test_no_signal_is_used_as_glue() -> None:
    glue = re.compile(r"\bsignals\b|django\.dispatch|@receiver")
    found = [_name(path) for path in _MODULES if glue.search(path.read_text("utf-8"))]
    # Django's own "after migrate" is no glue between parts of the portal (ADR 14).
    assert found == ["coopportal/versions/apps.py"]


@pytest.mark.parametrize("path", _MODULES, ids=_name)
def test_a_module_says_what_lives_in_it(path: Path) -> None:
    text = path.read_text("utf-8")
    if "migrations" in path.parts or (path.name == "__init__.py" and not text):
        return
    assert text.startswith('"""'), "a file opens with a line that says what lives here"


@pytest.mark.parametrize("path", _TEMPLATES, ids=_name)
def test_a_template_holds_nothing_inline_and_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    assert [what for what, pattern in _INLINE.items() if pattern.search(text)] == []


def test_the_inline_patterns_find_what_they_are_for() -> None:
    guilty = {
        "a style attribute": '<p class="a" style="color:red">',
        "a style element": "<style>p{}</style>",
        "an event handler": '<a href="/" onclick="go()">',
        "a script without src": "<script>go()</script>",
        "a javascript: address": '<a href="javascript:go()">',
        "a file from elsewhere": '<script src="https://cdn.example/x.js"></script>',
    }
    for what, markup in guilty.items():
        assert _INLINE[what].search(markup), what


def test_stylesheets_and_scripts_call_nothing_from_elsewhere() -> None:
    files = [*(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]
    assert files
    elsewhere = re.compile(r"(?:url\(|@import|fetch\(|import\()\s*[\"']?(?:https?:)?//")
    assert [_name(path) for path in files if elsewhere.search(path.read_text("utf-8"))] == []

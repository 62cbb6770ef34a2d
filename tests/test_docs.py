"""What is written for people agrees with what runs: settings, make targets, requirements."""

import re
from pathlib import Path

from django.core.management import get_commands
from django.urls import resolve

ROOT = Path(__file__).resolve().parent.parent


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _settings_read() -> set[str]:
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", _read("coopportal/settings.py")))


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):.*##", _read("Makefile"), re.MULTILINE))


def test_every_setting_is_explained_in_the_example_and_no_other() -> None:
    explained = set(re.findall(r"^#?([A-Z_]+)=", _read(".env.example"), re.MULTILINE))
    assert explained == _settings_read()
    assert {"DATABASE_URL", "SECRET_KEY", "DEBUG", "PUBLIC_READ"} <= explained


def test_the_example_holds_no_secret_and_opens_reading() -> None:
    lines = _read(".env.example").splitlines()
    assert "SECRET_KEY=" in lines
    assert "PUBLIC_READ=true" in lines


def test_every_make_target_is_in_the_readme() -> None:
    readme = _read("README.md")
    assert {target for target in _make_targets() if f"make {target}" not in readme} == set()


def test_the_readme_names_no_target_that_is_not_there() -> None:
    named = set(re.findall(r"`make ([a-z][a-z-]*)", _read("README.md")))
    assert named <= _make_targets()


def test_every_target_is_phony_and_explained() -> None:
    makefile = _read("Makefile")
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    assert phony == _make_targets()


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in _read("README.md")
    assert re.search(r"^make check$", _read(".ci/run"), re.MULTILINE)
    assert re.search(r"^check: .*\btest\b", _read("Makefile"), re.MULTILINE)


def test_every_requirement_is_pinned_once() -> None:
    names: list[str] = []
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in _read(file).splitlines():
            if not line or line.startswith(("#", "-r ")):
                continue
            pinned = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==[0-9][\w.]*", line)
            assert pinned, line
            names.append(re.sub(r"[-_.]+", "-", pinned[1]).lower())
    assert len(names) == len(set(names))
    assert "psycopg" not in names, "psycopg 3 beside psycopg2 would be taken silently"


def _controls() -> list[list[str]]:
    """The rows of the table of level-2 controls: control, by whom, where."""
    section = _read("docs/operations.md").split("## Level-2 controls")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def test_every_control_says_who_meets_it() -> None:
    rows = _controls()
    assert len(rows) > 15
    assert {who for _control, who, _where in rows} == {
        "portal",
        "office",
        "portal, office",
        "office, portal",
    }
    assert all(where for _control, _who, where in rows)


def test_what_the_controls_name_is_there() -> None:
    words = set(re.findall(r"`([^`]+)`", " ".join(where for _c, _w, where in _controls())))
    settings = {word for word in words if word.isupper()}
    pages = {word for word in words if word.startswith("/")}
    commands = words - settings - pages
    assert settings <= set(re.findall(r"^#?([A-Z_]+)=", _read(".env.example"), re.MULTILINE))
    assert commands <= set(get_commands())
    assert len(settings) >= 8
    assert len(commands) >= 6
    for page in pages:
        resolve(page)

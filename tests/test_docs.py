"""What is written for people agrees with what runs: settings, make targets, requirements."""

import re
from pathlib import Path

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

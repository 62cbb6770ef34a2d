"""docs/api.md: its commands run against a real server and say what the guide says; every address is in it."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from accounts.choices import TokenScope
from accounts.models import Token, User
from coopportal.api_urls import NOUNS
from coopportal.clock import now

GUIDE = (settings.BASE_DIR / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def server(transactional_db: None, live_server: LiveServer) -> LiveServer:
    return live_server


def run(command: list[str], server: LiveServer, folder: Path) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, "COOP": server.url, "PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return done.stdout


def commands() -> list[str]:
    found = [block.strip() for block in blocks("sh")]
    assert found[0].startswith("export COOP=")
    return found[1:]


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
def test_the_commands_of_the_guide_answer(
    server: LiveServer, tmp_path: Path, nghe_an_officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _token, key = Token.objects.issue(
        owner=nghe_an_officer,
        name="ví dụ",
        scope=TokenScope.REPORT,
        expires_at=now() + dt.timedelta(days=1),
        by=nghe_an_officer,
    )
    monkeypatch.setenv("COOP_TOKEN", key)
    told = [run(["sh", "-c", command], server, tmp_path) for command in commands()]
    vsr, in_force, phase, table, changes, not_modified, started, sent, refusal, *rest = told
    summary, late = rest
    assert [json.loads(phase)[name] for name in ("end_year", "amendments")] == [2025, []]
    assert started == ""
    assert (json.loads(sent)["state"], json.loads(sent)["coverage"]) == ("submitted", "toàn tỉnh")
    assert json.loads(sent)["figures"][0]["value"] == 43
    attached = json.loads((tmp_path / "tep.json").read_text("utf-8"))
    assert (attached["name"], attached["kind"]) == ("Biên bản.png", "png")
    assert not_modified == "304"
    assert json.loads(late)["results"] == [], "no source gives a day by which a target is due"
    (row,) = json.loads(vsr)["results"]
    assert (row["stage"], row["coverage"]) == ("piloting", "43 cơ quan, đơn vị trên địa bàn tỉnh")
    assert [row["slug"] for row in json.loads(in_force)["results"]] == [
        "nghe-an-2020-2025",
        "bac-giang-2021-2025",
        "quang-ngai-2021-2025",
    ]
    assert table == ""
    with (tmp_path / "trien-khai.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 44
    assert [row["seq"] for row in json.loads(changes)["results"]][:3] == [1, 2, 3]
    (shown,) = blocks("json")
    assert json.loads(refusal) == json.loads(shown)
    provinces = [
        row["province"] and row["province"]["code"] for row in json.loads(summary)["results"]
    ]
    assert provinces == ["24", "25", "40", "40", "51", "51", "56", "91", None]


def test_the_program_of_the_guide_runs(server: LiveServer, tmp_path: Path) -> None:
    (program,) = blocks("python")
    told = run([sys.executable, "-c", program], server, tmp_path).splitlines()
    assert "quang-ngai exact 32 trường" in told
    assert "quang-ngai over 12000 tài khoản" in told


def test_every_address_is_in_the_guide(client: Any, db: None) -> None:
    root = client.get("/api/v1/").json()
    assert set(NOUNS) < set(root)
    for noun in {*NOUNS, "summary", "me"}:
        assert f"`/api/v1/{noun}/`" in GUIDE
    for url in root.values():
        assert client.get(url).status_code in {200, 401}


def test_the_guide_names_no_address_that_is_not_there(client: Any, db: None) -> None:
    paths = set(re.findall(r"`(/api/[a-z0-9/-]*)`", GUIDE))
    assert len(paths) > 15
    for path in paths:
        assert client.get(path).status_code in {200, 401}

"""`make run` and `make setup` where something is in the way: a taken port, an old .env, no venv."""

import os
import runpy
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def start() -> dict[str, Any]:
    """The names of scripts/start.py."""
    return runpy.run_path(str(ROOT / "scripts" / "start.py"))


def test_a_taken_port_is_told_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = subprocess.run(
            [sys.executable, ROOT / "scripts" / "start.py", str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert process.returncode == 1
    assert process.stderr.startswith(f"Cổng {port} đang được dùng")
    assert "make run PORT=" in process.stderr


@pytest.mark.parametrize("port", ["0", "65536", "tám", "-1"])
def test_what_is_no_port_is_told(
    start: dict[str, Any], capsys: pytest.CaptureFixture[str], port: str
) -> None:
    with pytest.raises(SystemExit):
        start["read_port"](port)
    assert capsys.readouterr().err.startswith(f"PORT={port} không phải")


def test_env_is_made_once_with_a_secret_of_its_own(start: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    write_env = start["write_env"]
    write_env.__globals__["ROOT"] = tmp_path
    write_env()
    made = (tmp_path / ".env").read_text("utf-8")
    secret = next(line for line in made.splitlines() if line.startswith("SECRET_KEY="))
    assert len(secret) > len("SECRET_KEY=") + 50
    assert "DEBUG=true" in made.splitlines()
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600

    write_env()
    assert (tmp_path / ".env").read_text("utf-8") == made


def _setup(tmp_path: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run scripts/setup.sh in an empty project whose `python3` is the given shell script."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "setup.sh"
    script.write_text((ROOT / "scripts" / "setup.sh").read_text("utf-8"), "utf-8")
    fake = tmp_path / "python3"
    fake.write_text(f"#!/bin/sh\n{python}\n", "utf-8")
    fake.chmod(0o755)
    return subprocess.run(
        ["sh", script, "requirements.txt"],
        # Without uv: only what every machine has.
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": str(fake), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_old_python_is_told(tmp_path: Path) -> None:
    process = _setup(tmp_path, '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0; exit 1')
    assert process.returncode == 1
    assert "Python 3.9.2 quá cũ: cần Python từ 3.11 trở lên" in process.stderr
    assert "too old" in process.stderr


def test_a_python_without_venv_is_told(tmp_path: Path) -> None:
    process = _setup(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    assert process.returncode == 1
    assert "sudo apt install python3-venv" in process.stderr
    assert "lacks venv" in process.stderr

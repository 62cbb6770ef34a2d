"""The portal's own settings, read from an environment fixed here, and what only tests set.

Not from a developer's `.env`: a suite must mean the same on every machine. Only DATABASE_URL is
taken from the shell, for `make test` chooses the database by it.
"""

import os
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent

os.environ.update(
    {
        "DEBUG": "1",
        "SECRET_KEY": "only-for-tests-and-of-no-use-to-anybody-else-0123456789",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_READ": "1",
        "SECURE_SSL_REDIRECT": "0",
        "PROXY_COUNT": "0",
        "SECOND_FACTOR_REQUIRED": "0",
        "SECOND_FACTOR_KEYS": "",
        "LOCKOUT_MINUTES": "15",
        "LOCKOUT_ADDRESS_LIMIT": "5",
        "SESSION_IDLE_MINUTES": "30",
        "SESSION_HOURS": "12",
        "ADMINISTRATOR_PASSWORD_DAYS": "0",
        # As many calls as one likes, but in the tests of the rates.
        "API_RATE_TOKEN": "0",
        "API_RATE_ADDRESS": "0",
        "CACHE_URL": "locmem://",
        "EMAIL_URL": "memory://",
        "MEDIA_ROOT": str(Path(tempfile.gettempdir()) / f"coopportal-media-{os.getpid()}"),
        "TIME_ZONE": "Asia/Ho_Chi_Minh",
        # Playwright's event loop runs in the thread of the tests, which use the ORM as well.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{_ROOT / 'db.sqlite3'}")

from coopportal.settings import *  # noqa: E402, F403
from coopportal.settings import DATABASES  # noqa: E402

# A database of its own each time, so that two runs at once do not meet. For SQLite a file, since two
# writers at once and the live server need connections of their own.
DATABASES["default"]["TEST"] = {
    "NAME": str(Path(tempfile.gettempdir()) / f"coopportal-test-{os.getpid()}.sqlite3")
    if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    else f"coopportal_test_{os.getpid()}"
}

# Nothing that a test commits need outlive a power cut; PostgreSQL is told so by scripts/with_postgres.py.
if "init_command" in DATABASES["default"].get("OPTIONS", {}):
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"

# A real hash is slow on purpose, and the tests sign in a hundred times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

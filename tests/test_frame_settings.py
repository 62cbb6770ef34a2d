"""What settings refuse, and what the environment turns on; each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

_TELL = """
import json, sys, django
from django.conf import settings
django.setup()
json.dump({name: getattr(settings, name) for name in sys.argv[1:]}, sys.stdout, default=str)
"""

_PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "k" * 20 + "0123456789abcdefghijABCDEFGHIJ-_",
    "ALLOWED_HOSTS": "coopportal.example",
    "PUBLIC_READ": "0",
    "SECURE_SSL_REDIRECT": "1",
    "PROXY_COUNT": "0",
    "CACHE_URL": "db://coopportal_cache",
    "DATABASE_URL": "sqlite:///unused.sqlite3",
}


def _start(environment: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _TELL, *names],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONUTF8": "1",
            "DJANGO_SETTINGS_MODULE": "coopportal.settings",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _settings(environment: dict[str, str], *names: str) -> dict[str, Any]:
    process = _start(environment, *names)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@pytest.mark.parametrize("debug", ["0", "false"])
def test_without_debug_and_secret_key_nothing_starts(debug: str) -> None:
    process = _start({**_PRODUCTION, "SECRET_KEY": "", "DEBUG": debug})
    assert process.returncode != 0
    assert "ImproperlyConfigured: Chưa đặt SECRET_KEY" in process.stderr


@pytest.mark.parametrize("host", ["coopportal.example", "*", "0.0.0.0", "192.168.1.4", ".local"])
def test_with_debug_no_host_but_this_machine_starts(host: str) -> None:
    process = _start({**_PRODUCTION, "DEBUG": "1", "ALLOWED_HOSTS": f"localhost,{host}"})
    assert process.returncode != 0
    assert f"ALLOWED_HOSTS có tên máy không phải máy này: {host}." in process.stderr


@pytest.mark.parametrize("hosts", ["127.0.0.1,localhost", "[::1]", "127.0.0.8"])
def test_with_debug_this_machine_starts(hosts: str) -> None:
    told = _settings({**_PRODUCTION, "DEBUG": "1", "ALLOWED_HOSTS": hosts}, "ALLOWED_HOSTS")
    assert told["ALLOWED_HOSTS"] == hosts.split(",")


def test_production_falls_to_the_safe_side() -> None:
    names = (
        *("DEBUG", "PUBLIC_READ", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE"),
        *("CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "X_FRAME_OPTIONS"),
        *("SECOND_FACTOR_REQUIRED", "AXES_COOLOFF_TIME", "SESSION_IDLE", "SESSION_LONGEST"),
    )
    assert _settings(_PRODUCTION, *names) == {
        "DEBUG": False,
        "PUBLIC_READ": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "X_FRAME_OPTIONS": "DENY",
        "SECOND_FACTOR_REQUIRED": True,
        "AXES_COOLOFF_TIME": "12:00:00",
        "SESSION_IDLE": "0:30:00",
        "SESSION_LONGEST": "12:00:00",
    }


def test_forwarded_headers_are_believed_only_behind_a_proxy() -> None:
    names = ("SECURE_PROXY_SSL_HEADER", "PROXY_COUNT", "AXES_CLIENT_IP_CALLABLE")
    told_by = "coopportal.client.client_address"
    assert _settings(_PRODUCTION, *names) == {
        "SECURE_PROXY_SSL_HEADER": None,
        "PROXY_COUNT": 0,
        "AXES_CLIENT_IP_CALLABLE": told_by,
    }
    assert _settings({**_PRODUCTION, "PROXY_COUNT": "1"}, *names) == {
        "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
        "PROXY_COUNT": 1,
        "AXES_CLIENT_IP_CALLABLE": told_by,
    }


@pytest.mark.parametrize(
    ("url", "backend", "tls"),
    [
        ("", "console", False),
        ("smtp://mail.example:25", "smtp", False),
        ("submission://user:word@mail.example", "smtp", True),
    ],
)
def test_mail_is_written_to_the_log_unless_a_server_is_named(
    url: str, backend: str, tls: bool
) -> None:
    told = _settings(
        _PRODUCTION | ({"EMAIL_URL": url} if url else {}), "EMAIL_BACKEND", "EMAIL_USE_TLS"
    )
    assert told == {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_USE_TLS": tls,
    }


def test_a_mail_address_nobody_understands_does_not_start() -> None:
    process = _start({**_PRODUCTION, "EMAIL_URL": "smtp+tls://mail.example"})
    assert process.returncode != 0
    assert "EMAIL_URL có dạng không biết" in process.stderr


def test_database_url_chooses_the_database_and_how_it_is_spoken_to() -> None:
    sqlite = _settings(_PRODUCTION, "DATABASES")["DATABASES"]["default"]
    assert sqlite["ENGINE"] == "django.db.backends.sqlite3"
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in sqlite["OPTIONS"]["init_command"]
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]

    url = "postgres://u:p@db.example:5433/coop"
    postgres = _settings({**_PRODUCTION, "DATABASE_URL": url}, "DATABASES")["DATABASES"]["default"]
    assert postgres["ENGINE"] == "django.db.backends.postgresql"
    assert (postgres["HOST"], postgres["PORT"], postgres["NAME"]) == ("db.example", 5433, "coop")
    assert postgres["OPTIONS"]["options"] == (
        "-c jit=off -c max_parallel_workers_per_gather=0 "
        "-c join_collapse_limit=10 -c from_collapse_limit=10"
    )
    assert postgres["CONN_MAX_AGE"] == 600


@pytest.mark.parametrize("folder", ["static/tep", "staticfiles", "."])
def test_evidence_among_the_static_files_does_not_start(folder: str) -> None:
    process = _start({**_PRODUCTION, "MEDIA_ROOT": str(ROOT / folder)})
    assert process.returncode != 0
    assert "ImproperlyConfigured: MEDIA_ROOT" in process.stderr
    assert "thư mục riêng" in process.stderr

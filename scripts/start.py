"""`make run`: everything between an installed .venv and an open portal on this machine.

Each step looks first whether it is needed, so that a second run changes nothing. Not for a server:
that is `gunicorn coopportal.wsgi`.
"""

import os
import secrets
import socket
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def refuse(*sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    sys.exit(1)


def read_port(text: str) -> int:
    """The port asked for; stops with a clear word when it is none or somebody has it already."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        refuse(
            f"PORT={text} không phải là một cổng (1 đến 65535).",
            f"PORT={text} is no port (1 to 65535).",
        )
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            refuse(
                f"Cổng {port} đang được dùng hoặc không mở được ({error.strerror}). "
                f"Chọn cổng khác: make run PORT={port + 1 if port < 65535 else 8001}",
                f"Port {port} is taken or cannot be opened; choose another with PORT=…",
            )
    return port


def write_env() -> None:
    """Make .env from .env.example with a fresh SECRET_KEY; an existing .env is never touched."""
    target = ROOT / ".env"
    if target.exists():
        return
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    text = text.replace("SECRET_KEY=\n", f"SECRET_KEY={secrets.token_urlsafe(48)}\n", 1)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    print("Đã tạo .env với SECRET_KEY mới.")


def prepare() -> None:
    """Bring the database up to date: tables, the shipped data when there is none, accounts."""
    from django.core.management import call_command

    from agreements.models import Source

    call_command("migrate", verbosity=0)
    if not Source.objects.exists():
        print("Nạp dữ liệu từ fixtures/ …")
        call_command("loaddata", "reference", "cooperation", verbosity=0)


def main() -> None:
    port = read_port(sys.argv[1] if len(sys.argv) > 1 else "8000")
    write_env()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")
    sys.path.insert(0, str(ROOT))
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command

    try:
        django.setup()
    except ImproperlyConfigured as error:
        refuse(str(error))
    if not settings.DEBUG:
        refuse(
            "make run chỉ để dùng thử trên máy này, nên cần DEBUG=true trong .env; "
            "máy chủ thật chạy bằng gunicorn coopportal.wsgi (xem docs/operations.md).",
            "make run is for trying the portal on this machine and needs DEBUG=true in .env.",
        )
    prepare()

    print(f"\nCổng hợp tác số: http://{HOST}:{port}/    quản trị: http://{HOST}:{port}/quan-tri/")
    print("Ai đăng nhập được:")
    call_command("demo_accounts")
    print("Dừng bằng Ctrl+C.\n", flush=True)
    os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"  # said above in our own words
    call_command("runserver", f"{HOST}:{port}", use_reloader=False)


if __name__ == "__main__":
    main()

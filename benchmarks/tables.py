"""What is measured: which database, how many rows, and tidied up before it starts."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection

from deliverables.models import Deliverable, Measurement, ProgressReport


def database_name() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def rows_measured() -> dict[str, int]:
    return {
        "deliverables": Deliverable.objects.count(),
        "reports": ProgressReport.objects.count(),
        "measurements": Measurement.objects.count(),
    }


def tidy() -> None:
    """Statistics and visibility as autovacuum leaves them in a quiet hour."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM (ANALYZE)")


def filled(scale: float) -> None:
    """Bring an empty database up to date and fill it with the synthetic country; leave another as it is."""
    call_command("migrate", verbosity=0)
    # Pages name their stylesheet by its content, as in production.
    call_command("collectstatic", interactive=False, verbosity=0)
    if not ProgressReport.objects.exists():
        call_command("generate_national", scale=scale)

"""The calls of each caller in the current minute, one row a caller; shared by all workers."""

from __future__ import annotations

from django.db import OperationalError, connection, models
from django.utils.translation import gettext_lazy as _

_TABLE = "rates_callcount"
_TAKE = f"""
INSERT INTO {_TABLE} AS kept (caller, minute, calls) VALUES (%s, %s, %s)
ON CONFLICT (caller) DO UPDATE SET
    calls = CASE WHEN kept.minute = excluded.minute THEN kept.calls + excluded.calls
                 ELSE excluded.calls END,
    minute = excluded.minute
RETURNING calls
"""
#: SQLite has one writer: rather than wait for a long one, the calls go uncounted.
_PATIENCE_MS = 200


class CallCount(models.Model):
    """How many calls of a minute (counted from 1970) workers have taken for a caller."""

    caller = models.CharField(_("người gọi"), max_length=80, primary_key=True)
    minute = models.BigIntegerField(_("phút"), db_index=True)
    calls = models.BigIntegerField(_("lượt gọi"))

    class Meta:
        verbose_name = _("số lượt gọi")
        verbose_name_plural = _("số lượt gọi")

    def __str__(self) -> str:
        return f"{self.caller}: {self.calls}"

    @classmethod
    def take(cls, caller: str, minute: int, calls: int) -> int:
        """Add calls to the caller's minute in one statement; gives how many were taken in all."""
        with connection.cursor() as cursor:
            if connection.vendor != "sqlite":
                cursor.execute(_TAKE, [caller, minute, calls])
                return int(cursor.fetchone()[0])
            cursor.execute("PRAGMA busy_timeout")
            usual = int(cursor.fetchone()[0])
            cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            try:
                cursor.execute(_TAKE, [caller, minute, calls])
                return int(cursor.fetchone()[0])
            except OperationalError as error:
                if "locked" not in str(error):
                    raise
                return calls
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {usual}")

    @classmethod
    def forget_before(cls, minute: int) -> None:
        """Callers that have not called since."""
        cls.objects.filter(minute__lt=minute).delete()

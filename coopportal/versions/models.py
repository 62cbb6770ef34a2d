"""The token of the data's state; triggers write it, the API reads it."""

from __future__ import annotations

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from coopportal.versions.triggers import VERSION

_CURRENT = f"SELECT token FROM {VERSION} ORDER BY id"


class DataVersion(models.Model):
    """One of the rows, mostly the only one, whose tokens together name the state of the data.

    A write to any watched table (``triggers.py``) renews the token of one row, inside the writer's own
    transaction: a reader sees the new token exactly when it sees what was written. Tokens are random,
    so a state met before a restore is never mistaken for another one after it.
    """

    token = models.CharField(_("dấu"), max_length=32)

    class Meta:
        verbose_name = _("phiên bản dữ liệu")
        verbose_name_plural = _("phiên bản dữ liệu")

    def __str__(self) -> str:
        return f"{self.pk}: {self.token}"

    @classmethod
    def current(cls) -> str:
        """The state that a reader sees now; ask before reading what the answer is made of.

        Empty when nobody can tell, for the table was emptied by hand: then nothing may be confirmed.
        """
        # Asked with every call of the API, so in plain SQL: to compile a queryset costs more than the row.
        with connection.cursor() as cursor:
            cursor.execute(_CURRENT)
            return " ".join(token for (token,) in cursor.fetchall())

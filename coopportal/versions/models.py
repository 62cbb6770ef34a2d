"""The token of the data's state; triggers write it, the API reads it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DataVersion(models.Model):
    """One of a few rows whose tokens, together, name the state of the data.

    A write to any watched table (``triggers.py``) renews the token of one row, inside the writer's own
    transaction: a reader sees the new token exactly when it sees what was written. Tokens are random,
    so a state met before a restore is never mistaken for another one after it.
    """

    id = models.PositiveSmallIntegerField(primary_key=True)
    token = models.CharField(_("dấu"), max_length=32)

    class Meta:
        verbose_name = _("phiên bản dữ liệu")
        verbose_name_plural = _("phiên bản dữ liệu")

    def __str__(self) -> str:
        return f"{self.pk}: {self.token}"

    @classmethod
    def current(cls) -> str:
        """The state that a reader sees now. Ask before reading what the answer is made of."""
        return " ".join(cls.objects.order_by("pk").values_list("token", flat=True))

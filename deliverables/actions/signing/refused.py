"""How terms that cannot stand are refused: every row checks itself, the refusal says which one it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model


def checked(row: Model, where: str, exclude: Any = None) -> None:
    """``full_clean`` whose refusal names the row: "Lĩnh vực 3: …"."""
    try:
        row.full_clean(exclude=exclude)
    except ValidationError as refusal:
        told = []
        for name, messages in refusal.message_dict.items():
            label = "" if name == "__all__" else _label(row, name)
            told += [f"{where}{label}: {message}" for message in messages]
        raise ValidationError(told) from refusal


def _label(row: Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    return f", {field.verbose_name}"


def refuse(*messages: str) -> None:
    """Raise with all that was found, if anything was."""
    if messages:
        raise ValidationError(list(messages))

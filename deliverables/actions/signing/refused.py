"""How terms that cannot stand are refused: every row checks itself, the refusal says which one it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model


def checked(row: Model, where: str, exclude: Any = None) -> None:
    """``full_clean`` whose refusal names the row: "Lĩnh vực 3: …"."""
    with _naming(row, where):
        row.full_clean(exclude=exclude)


def checked_alone(row: Model, where: str) -> None:
    """What a row can tell of itself, without a query; what it stands beside is left to the database."""
    others = {field.name for field in row._meta.fields if field.is_relation}
    with _naming(row, where):
        row.clean_fields(exclude=others)
        row.clean()


@contextmanager
def _naming(row: Model, where: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as refusal:
        told = []
        found = ValidationError(refusal.update_error_dict({}))
        for name, messages in found.message_dict.items():
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

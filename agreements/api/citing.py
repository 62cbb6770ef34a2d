"""``citations[]``: what a row rests on, the same for every noun of the API."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import Citation
from coopportal.rest.answers import Answer, Key, Many, Scope, Word


class CitationAnswer(Answer):
    """The few words of a source on which something rests; an empty quote points at the whole place."""

    source = Key(source="source__slug", help_text=_("Mã nguồn"))  # type: ignore[assignment]
    quote = Word(help_text=_("Trích dẫn, tối đa 12 từ"))
    locator = Word(help_text=_("Vị trí trong nguồn"))


def citations(of: str) -> Many:
    """``citations[]`` of a noun; ``of`` is the name by which citations know it."""

    def rows(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
        return Citation.objects.filter(**{of: outer}).order_by("pk")

    return Many(CitationAnswer(), rows)

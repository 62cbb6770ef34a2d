"""The citations of many rows of many kinds, fetched at once; which source says what is told elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db.models import F, IntegerField, Model, QuerySet, Value

from agreements.models import Citation


def fetch_citations(*groups: Iterable[Any]) -> None:
    """Give every row its citations with their sources: one query, whatever the rows and their kinds.

    Afterwards ``row.citations.all()`` asks no more, as after ``prefetch_related``, which would ask once
    for each kind of rows. Rows may stand in several groups.
    """
    owners: dict[type[Model], dict[int, list[Any]]] = {}
    for row in (row for group in groups for row in group):
        owners.setdefault(row._meta.concrete_model, {}).setdefault(row.pk, []).append(row)
    kinds = list(owners)
    found: dict[tuple[int, int], list[Any]] = {}
    parts = [_cited_by(kind, number, owners[kind]) for number, kind in enumerate(kinds)]
    citations = parts[0].union(*parts[1:], all=True) if parts[1:] else chain(*parts)
    for citation in citations:
        found.setdefault((citation.owner_kind, citation.owner_id), []).append(citation)
    for number, kind in enumerate(kinds):
        for key, rows in owners[kind].items():
            own = sorted(found.get((number, key), ()), key=_by_day)
            for row in rows:
                remember(row, "citations", own)


def _cited_by(kind: type[Model], number: int, keys: Iterable[int]) -> QuerySet[Any]:
    """Citations of the rows of one kind; each knows whose it is."""
    field: Any = kind._meta.get_field("citations")
    path = field.related_query_name()
    return (
        Citation.objects.filter(**{f"{path}__in": list(keys)})
        .annotate(owner_kind=Value(number, IntegerField()), owner_id=F(f"{path}__pk"))
        .select_related("source")
        .order_by()
    )


def _by_day(citation: Any) -> tuple[bool, str, int]:
    """The order in which citations stand; a source without a day comes last."""
    issued_on = citation.source.issued_on
    return (issued_on is None, issued_on.iso if issued_on else "", citation.pk)


def remember(row: Any, relation: str, values: Iterable[Any]) -> None:
    """Answer ``row.<relation>.all()`` with rows in hand, as ``prefetch_related`` does after its query.

    With a list: a queryset for each of a page's thousand relations would take longer than the query. So
    nothing more can be asked of what is remembered.
    """
    row.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = list(values)

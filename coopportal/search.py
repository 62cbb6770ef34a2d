"""Search over everything that has a name: folded words, one query a group, honest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, When, Window
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from agreements.filters import (
    AgreementFilterSet,
    AreaFilterSet,
    EventFilterSet,
    PhaseFilterSet,
    SourceFilterSet,
    SystemFilterSet,
)
from agreements.models import Agreement, Person, System
from agreements.present_names import with_present_names
from coopportal.clock import Moment
from coopportal.filtersets import any_of, holding_words
from coopportal.vietnamese import fold
from deliverables.models import Deliverable
from deliverables.summaries.timeline import MERGER_DAY

#: Results shown of a group; the rest is counted, and the words can be narrowed.
SHOWN = 8


@dataclass(frozen=True)
class Group:
    """Results of one kind: at most ``SHOWN`` of ``total``."""

    key: str
    label: str
    rows: list[Any]
    total: int

    @property
    def hidden(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Answer:
    """Groups with results; ``scattered`` when no row holds the words side by side, only each of them."""

    groups: list[Group]
    scattered: bool = False

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


#: The folded columns of a row -> whether it holds what was typed.
Match = Callable[..., Q]


def is_question(text: str) -> bool:
    """Whether a letter or digit is left once marks and signs are folded away."""
    return bool(fold(text))


def search(text: str, moment: Moment) -> Answer:
    """Rows that hold the words as typed, else rows that hold each of them; as of ``moment``.

    "dien bien" thus means Điện Biên and no "biên lai điện tử", while "quang ngai vnedu" still finds it.
    """
    phrase = fold(text)
    if not phrase:
        return Answer([])
    groups = _ask(lambda *columns: any_of(columns, "__contains", phrase), moment)
    if groups or " " not in phrase:
        return Answer(groups)
    return Answer(_ask(lambda *columns: holding_words(text, columns), moment), scattered=True)


def _ask(match: Match, moment: Moment) -> list[Group]:
    groups = []
    for key, label, question in _GROUPS:
        rows = list(question(match, moment).annotate(found=Window(Count("pk")))[:SHOWN])
        if rows:
            groups.append(Group(key, str(label), rows, rows[0].found))
    return groups


def _partners(match: Match, moment: Moment) -> QuerySet[Any]:
    """Partners by any of their names and, once the map has changed, by those of the unit they joined."""
    columns = ["partner__search_text", "partner__province__search_text"]
    if moment.as_of >= MERGER_DAY:
        columns += [
            "partner__province__successor__search_text",
            "partner__province__successor__predecessors__search_text",
        ]
    matching = Agreement.objects.filter(match(*columns))
    rows = AgreementFilterSet.rows_at(moment, None).filter(pk__in=matching.values("pk"))
    found: QuerySet[Any] = with_present_names(rows.select_related("vnpt_party")).order_by(
        Length("partner__short_name"), "partner__sort_key", "slug"
    )
    return found


def _phases(match: Match, moment: Moment) -> QuerySet[Any]:
    return (
        PhaseFilterSet.rows_at(moment, None)
        .filter(match("search_text", "agreement__partner__search_text"))
        .select_related("agreement__partner")
        .order_by(
            F("parent").asc(nulls_first=True), "agreement__partner__sort_key", "start_year", "slug"
        )
    )


def _areas(match: Match, moment: Moment) -> QuerySet[Any]:
    return (
        AreaFilterSet.rows_at(moment, None)
        .filter(match("search_text"))
        .select_related("phase__agreement__partner")
        .order_by("phase__agreement__partner__sort_key", "phase__start_year", "position")
    )


def _systems(match: Match, moment: Moment) -> QuerySet[Any]:
    """Systems by name, gloss or any alias; the catalogue belongs to no day."""
    matching = System.objects.filter(match("search_text", "aliases__search_text"))
    return (
        SystemFilterSet.rows_at(moment, None)
        .filter(pk__in=matching.values("pk"))
        .order_by(Length("short_name"), "sort_key")
    )


def _deliverables(match: Match, moment: Moment) -> QuerySet[Any]:
    """By title first, then by any name of the system or the partner."""
    matching = Deliverable.objects.filter(
        match(
            "search_text",
            "system__search_text",
            "system__aliases__search_text",
            "agreement__partner__search_text",
        )
    )
    rows: QuerySet[Any] = (
        Deliverable.objects.official(moment)
        .filter(pk__in=matching.values("pk"))
        .select_related("agreement__partner", "phase", "system")
        .annotate(named=Case(When(match("search_text"), then=0), default=1))
        .order_by("named", "agreement__partner__sort_key", "sort_key")
    )
    return rows


def _events(match: Match, moment: Moment) -> QuerySet[Any]:
    return (
        EventFilterSet.rows_at(moment, None)
        .filter(match("search_text"))
        .select_related("agreement__partner", "phase__agreement__partner")
        .order_by(F("happened_on").desc(nulls_last=True), "slug")
    )


def _people(match: Match, moment: Moment) -> QuerySet[Any]:
    """People who took part in something that had happened, or who were spoken of without any event."""
    happened = EventFilterSet.rows_at(moment, None).values("pk")
    there = Person.objects.filter(
        Q(participations__isnull=True) | Q(participations__event__in=happened)
    )
    return (
        Person.objects.filter(match("search_text"), pk__in=there.values("pk"))
        .select_related("party")
        .order_by("sort_key")
    )


def _sources(match: Match, moment: Moment) -> QuerySet[Any]:
    return SourceFilterSet.rows_at(moment, None).filter(match("search_text")).order_by("sort_key")


_Question = Callable[[Match, Moment], "QuerySet[Any]"]
_GROUPS: tuple[tuple[str, Any, _Question], ...] = (
    ("partners", _("Đối tác"), _partners),
    ("systems", _("Hệ thống, dịch vụ"), _systems),
    ("deliverables", _("Hạng mục triển khai"), _deliverables),
    ("phases", _("Giai đoạn"), _phases),
    ("areas", _("Lĩnh vực hợp tác"), _areas),
    ("events", _("Sự kiện"), _events),
    ("people", _("Người"), _people),
    ("sources", _("Nguồn"), _sources),
)

"""Search over everything that has a name: folded words, one query a group, honest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Agreement,
    CooperationArea,
    Event,
    Person,
    Phase,
    Source,
    System,
)
from agreements.present_names import with_present_names
from coopportal.clock import Moment
from coopportal.vietnamese import fold
from deliverables.models import Deliverable
from deliverables.summaries.timeline import MERGER_DAY

#: Results shown of a group; the rest is counted, and the words can be narrowed.
SHOWN = 8
#: Words beyond these narrow nothing and cost a comparison each.
MOST_WORDS = 12


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


def words_of(text: str) -> list[str]:
    """The folded words of what was typed; "VNPT-iOffice" is "vnpt" and "ioffice"."""
    return fold(text).split()[:MOST_WORDS]


def holding(pieces: list[str], *columns: str) -> Q:
    """Rows where every piece stands in one of the folded columns."""
    condition = Q()
    for piece in pieces:
        either = Q()
        for column in columns:
            either |= Q(**{f"{column}__contains": piece})
        condition &= either
    return condition


def search(text: str, moment: Moment) -> Answer:
    """Rows that hold the words as typed, else rows that hold each of them; as of ``moment``.

    "dien bien" thus means Điện Biên and no "biên lai điện tử", while "vnedu quang ngai" still finds it.
    """
    words = words_of(text)
    if not words:
        return Answer([])
    groups = _ask([" ".join(words)], moment)
    if groups or len(words) == 1:
        return Answer(groups)
    return Answer(_ask(words, moment), scattered=True)


def _ask(pieces: list[str], moment: Moment) -> list[Group]:
    groups = []
    for key, label, question in _GROUPS:
        rows = list(question(pieces, moment).annotate(found=Window(Count("pk")))[:SHOWN])
        if rows:
            groups.append(Group(key, str(label), rows, rows[0].found))
    return groups


def _partners(words: list[str], moment: Moment) -> QuerySet[Agreement]:
    """Partners by any of their names and, once the map has changed, by those of the unit they joined."""
    columns = ["partner__search_text", "partner__province__search_text"]
    if moment.as_of >= MERGER_DAY:
        columns += [
            "partner__province__successor__search_text",
            "partner__province__successor__predecessors__search_text",
        ]
    matching = Agreement.objects.filter(
        holding(words, *columns), phases__begins_on__lte=moment.as_of
    )
    return (
        with_present_names(Agreement.objects.filter(pk__in=matching.values("pk")))
        .select_related("vnpt_party")
        .order_by("partner__sort_key", "slug")
    )


def _phases(words: list[str], moment: Moment) -> QuerySet[Phase]:
    return (
        Phase.objects.begun_by(moment.as_of)
        .filter(holding(words, "search_text"))
        .select_related("agreement__partner")
        .order_by("agreement__partner__sort_key", "start_year", "slug")
    )


def _areas(words: list[str], moment: Moment) -> QuerySet[CooperationArea]:
    return (
        CooperationArea.objects.filter(
            holding(words, "search_text"), phase__begins_on__lte=moment.as_of
        )
        .select_related("phase__agreement__partner")
        .order_by("phase__agreement__partner__sort_key", "phase__start_year", "position")
    )


def _systems(words: list[str], moment: Moment) -> QuerySet[System]:
    """Systems by name, gloss or any alias; the catalogue belongs to no day."""
    matching = System.objects.filter(
        holding(words, "search_text") | holding(words, "aliases__search_text")
    )
    return System.objects.filter(pk__in=matching.values("pk")).order_by(
        Length("short_name"), "sort_key"
    )


def _deliverables(words: list[str], moment: Moment) -> QuerySet[Deliverable]:
    matching = Deliverable.objects.filter(
        holding(
            words,
            "search_text",
            "system__search_text",
            "system__aliases__search_text",
            "agreement__partner__search_text",
        )
    )
    return (
        Deliverable.objects.official(moment)
        .filter(pk__in=matching.values("pk"))
        .select_related("agreement__partner", "phase", "system")
        .order_by("agreement__partner__sort_key", "sort_key")
    )


def _people(words: list[str], moment: Moment) -> QuerySet[Person]:
    return (
        Person.objects.filter(holding(words, "search_text"))
        .select_related("party")
        .order_by("sort_key")
    )


def _events(words: list[str], moment: Moment) -> QuerySet[Event]:
    """Events up to the day asked; one whose day is unknown is always told."""
    day = moment.as_of
    return (
        Event.objects.filter(
            holding(words, "search_text"),
            Q(happened_on__isnull=True) | Q(happened_on__lte=day.isoformat()),
        )
        .select_related("agreement__partner", "phase__agreement__partner")
        .order_by(F("happened_on").desc(nulls_last=True), "slug")
    )


def _sources(words: list[str], moment: Moment) -> QuerySet[Source]:
    """Sources that were out by the day asked; one without a day is always told."""
    return Source.objects.filter(
        holding(words, "search_text"),
        Q(issued_on__isnull=True) | Q(issued_on__lte=moment.as_of.isoformat()),
    ).order_by("sort_key")


_Question = Callable[[list[str], Moment], "QuerySet[Any]"]
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

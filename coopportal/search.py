"""Search over everything that has a name: folded words, one query a group, honest counts.

Suggestions while typing are the same words asked of what has a page of its own, in one query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, Concat, Length
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _

from agreements.filters import (
    AgreementFilterSet,
    AreaFilterSet,
    DiscrepancyFilterSet,
    EventFilterSet,
    PhaseFilterSet,
    SourceFilterSet,
    StatementFilterSet,
    SystemFilterSet,
)
from agreements.models import Agreement, Discrepancy, Participation, Person, System
from agreements.present_names import with_present_names
from agreements.templatetags.coop import address
from coopportal.clock import BadParameter, Moment
from coopportal.filtersets import holding_phrase, holding_words
from coopportal.vietnamese import fold
from deliverables.models import Deliverable
from deliverables.summaries.timeline import MERGER_DAY

#: Results shown of a group beside others; the rest is counted, and one group alone shows all of its own.
SHOWN = 8
#: Suggestions while typing, and from how many letters on.
SUGGESTED, SHORTEST = 8, 2
GROUP_PARAMETER = "nhom"


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
_Question = Callable[[Match, Moment], "QuerySet[Any]"]


def is_question(text: str) -> bool:
    """Whether a letter or digit is left once marks and signs are folded away."""
    return bool(fold(text))


def search(text: str, moment: Moment) -> Answer:
    """Rows that hold the words as typed, else rows that hold each of them; as of ``moment``.

    "dien bien" thus means Điện Biên and no "biên lai điện tử", while "quang ngai vnedu" still finds it.
    """
    if not is_question(text):
        return Answer([])
    groups = _ask(_side_by_side(text), moment)
    if groups or " " not in fold(text):
        return Answer(groups)
    return Answer(_ask(_each_word(text), moment), scattered=True)


def rows_of_group(key: str, text: str, moment: Moment) -> tuple[str, QuerySet[Any]]:
    """A group's label and all its results, found as :func:`search` finds them."""
    questions = {own: (label, question) for own, label, question in _GROUPS}
    if key not in questions:
        raise BadParameter(
            GROUP_PARAMETER,
            gettext("Chọn một trong: %(words)s.") % {"words": ", ".join(questions)},
            key[:40],
        )
    label, question = questions[key]
    scattered = " " in fold(text) and search(text, moment).scattered
    return str(label), question((_each_word if scattered else _side_by_side)(text), moment)


def _side_by_side(text: str) -> Match:
    return lambda *columns: holding_phrase(text, columns)


def _each_word(text: str) -> Match:
    return lambda *columns: holding_words(text, columns)


@dataclass(frozen=True)
class Suggestion:
    """Something with a page whose name holds what has been typed so far."""

    kind: str
    label: str
    hint: str
    url: str


def suggest(text: str, moment: Moment) -> list[Suggestion]:
    """The first few partners, systems, deliverables and sources that hold the words: one query."""
    if len(fold(text)) < SHORTEST:
        return []
    match = _side_by_side(text)
    merged = Q(partner__province__valid_to__lt=moment.as_of) & ~Q(
        partner__province__successor__name=F("partner__province__name")
    )
    now_in = Concat(Value(gettext("nay thuộc") + " "), F("partner__province__successor__name"))
    goes_by = Case(When(merged, then=now_in), default="partner__name", output_field=CharField())
    partners = _named(_partners(match, moment), 0, "partner__short_name", goes_by)
    systems = _named(_systems(match, moment), 1, "short_name", F("gloss"))
    titled = Deliverable.objects.official(moment).filter(match("search_text"))
    partner = F("agreement__partner__short_name")
    # Most titles end in the partner's name, which need not be told twice.
    elsewhere = Case(
        When(title__endswith=partner, then=Value("")), default=partner, output_field=CharField()
    )
    deliverables = _named(titled, 2, "title", elsewhere)
    sources = _named(_sources(match, moment), 3, "title", F("publisher"))
    found = partners.union(systems, deliverables, sources, all=True)
    return [
        Suggestion(
            str(_SUGGESTED_KINDS[kind][1]),
            label,
            "" if hint in (None, label) else hint,
            address(reverse(_SUGGESTED_KINDS[kind][0], args=[slug]), moment.query),
        )
        for kind, _length, slug, label, hint in found.order_by(
            "offered_as", "label_length", "slug"
        )[:SUGGESTED]
    ]


def _named(rows: QuerySet[Any], kind: int, label: str, hint: Any) -> QuerySet[Any]:
    return (
        rows.order_by()
        .annotate(offered_as=Value(kind), label_length=Length(label), label_hint=hint)
        .values_list("offered_as", "label_length", "slug", label, "label_hint")
    )


#: Url name and what a suggestion of the kind is called, in the order in which kinds are offered.
_SUGGESTED_KINDS = (
    ("agreement", _("Đối tác")),
    ("system", _("Hệ thống")),
    ("deliverable", _("Hạng mục")),
    ("source", _("Nguồn")),
)


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
    """People who took part in something that had happened, or who were spoken of without any event.

    ``met_at`` is the agreement whose page tells of the latest of it.
    """
    happened = EventFilterSet.rows_at(moment, None).values("pk")
    there = Person.objects.filter(
        Q(participations__isnull=True) | Q(participations__event__in=happened)
    )
    part = Participation.objects.filter(person=OuterRef("pk"), event__in=happened)
    latest = part.order_by(F("event__happened_on").desc(nulls_last=True), "pk")
    where = Coalesce("event__agreement__slug", "event__phase__agreement__slug")
    return (
        Person.objects.filter(match("search_text"), pk__in=there.values("pk"))
        .select_related("party")
        .annotate(met_at=Subquery(latest.values(where=where)[:1]))
        .order_by("sort_key")
    )


def _statements(match: Match, moment: Moment) -> QuerySet[Any]:
    return (
        StatementFilterSet.rows_at(moment, None)
        .filter(match("search_text"))
        .select_related("agreement__partner", "phase__agreement__partner", "speaker", "party")
        .order_by("position", "slug")
    )


def _discrepancies(match: Match, moment: Moment) -> QuerySet[Any]:
    """Differences between sources, by their topic, the reason of the choice or a source's own words."""
    rows = DiscrepancyFilterSet.rows_at(moment, None)
    matching = Discrepancy.objects.filter(match("search_text", "sides__citation__search_text"))
    return (
        rows.filter(pk__in=matching.values("pk"))
        .select_related("agreement__partner", "phase__agreement__partner")
        .prefetch_related("deliverables")
        .order_by("slug")
    )


def _sources(match: Match, moment: Moment) -> QuerySet[Any]:
    return SourceFilterSet.rows_at(moment, None).filter(match("search_text")).order_by("sort_key")


_GROUPS: tuple[tuple[str, Any, _Question], ...] = (
    ("partners", _("Đối tác"), _partners),
    ("systems", _("Hệ thống, dịch vụ"), _systems),
    ("deliverables", _("Hạng mục triển khai"), _deliverables),
    ("phases", _("Giai đoạn"), _phases),
    ("areas", _("Lĩnh vực hợp tác"), _areas),
    ("events", _("Sự kiện"), _events),
    ("statements", _("Mục tiêu, cam kết, nhận định"), _statements),
    ("discrepancies", _("Điểm các nguồn nói khác nhau"), _discrepancies),
    ("people", _("Người"), _people),
    ("sources", _("Nguồn"), _sources),
)

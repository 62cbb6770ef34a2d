"""The summary: how many deliverables stand where, each count with the list that it counts (docs/adr/0010)."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlencode

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agreements.choices import Qualifier
from coopportal.clock import BadParameter
from coopportal.csv_rows import csv_response
from coopportal.filtersets import NONE
from coopportal.rest import pages
from coopportal.rest.answers import (
    Answer,
    Choice,
    Day,
    Key,
    Number,
    Scope,
    Whole,
    Word,
    cells_of,
    headings_of,
    plain_number,
)
from coopportal.rest.renderers import CSVAnswer, in_one_piece
from coopportal.rest.views import AS_OF, KNOWN_ON, ReadView
from deliverables.choices import (
    Aggregation,
    DeliverableKind,
    Health,
    ProgressKind,
    ReportBasis,
    Stage,
    StageGroup,
    Standing,
)
from deliverables.filters import SummaryFilterSet, based_on
from deliverables.summaries.totals import KEYS, Group, Summary, Total, summary_of

GROUP_BY = "group_by"
MOST_KEYS = 2
#: The words as plain text: a country's summary says each a thousand times.
_NO_STAGES, _STANDINGS = dict.fromkeys(map(str, Stage.values), 0), [*map(str, Standing.values)]
_NO_HEALTH = dict.fromkeys(map(str, Health.values), 0)
_MEASURED, _NOT_COMPUTABLE = ProgressKind.MEASURED.value, ProgressKind.NOT_COMPUTABLE.value
_DEPLOYMENT = DeliverableKind.DEPLOYMENT.value
#: Standings that everybody is told; the others stand in an answer only where there are any to tell.
_PUBLIC_STANDINGS = (
    Standing.CONFIRMED.value,
    Standing.PUBLISHED.value,
    Standing.NONE.value,
)


# ---- the shape of the answer -------------------------------------------------------------------------


class GroupedProvince(Answer):
    """The unit of the ``as_of`` day's map, with all that it succeeded."""

    code = Key()
    name = Word()


class GroupedPartner(Answer):
    slug = Key()
    name = Word()
    short_name = Word()


class GroupedPhase(Answer):
    slug = Key()
    agreement = Key()
    start_year = Whole(allow_null=True)
    end_year = Whole(allow_null=True)


class GroupedArea(Answer):
    key = Key()
    phase = Key()
    position = Whole()
    name = Word()


class GroupedSystem(Answer):
    slug = Key()
    name = Word()


class GroupedKey(Answer):
    key = Key()
    name = Word()


def _counts(name: str, keys: Sequence[str], *, always: Sequence[str]) -> type[Answer]:
    """An object with one count a key."""
    return type(name, (Answer,), {key: Whole(min_value=0, required=key in always) for key in keys})


StageCounts = _counts("StageCounts", Stage.values, always=Stage.values)
StageGroupCounts = _counts("StageGroupCounts", StageGroup.values, always=StageGroup.values)
HealthCounts = _counts("HealthCounts", Health.values, always=Health.values)
StandingCounts = _counts("StandingCounts", Standing.values, always=_PUBLIC_STANDINGS)


class SummaryProgress(Answer):
    """The mean over deliverables of how far they have come towards their targets, 0 to 1."""

    mean = Number(allow_null=True)
    measured = Whole(min_value=0, help_text=_("Số hạng mục tính được"))
    not_computable = Whole(
        min_value=0, help_text=_("Số hạng mục không có mục tiêu hoặc chưa đủ số liệu")
    )


class SummaryFigure(Answer):
    """What the current figures of one indicator come to; null value: nothing may be made of them."""

    indicator = Key()
    label = Word()  # type: ignore[assignment]
    value = Number(allow_null=True)
    unit = Word()
    qualifier = Choice(choices=Qualifier.choices, allow_null=True)
    method = Choice(choices=Aggregation.choices)
    rows = Whole(min_value=0, help_text=_("Tính từ bao nhiêu số liệu"))
    not_computable = Whole(min_value=0, help_text=_("Bao nhiêu số liệu không tính vào được"))
    list = serializers.URLField(help_text=_("Danh sách các hạng mục có chỉ tiêu này"))


class _Links(serializers.DictField):
    child = serializers.URLField()


class SummaryLinks(Answer):
    """The list behind each count that is not 0; that of ``deliverables`` is ``list``."""

    deployments = serializers.URLField(required=False)
    no_report = serializers.URLField(required=False)
    stages = _Links()
    stage_groups = _Links()
    standings = _Links()
    progress = _Links()
    health = _Links()


class SummaryRow(Answer):
    """One group, or all of it: only the keys that were asked are there."""

    province = GroupedProvince(required=False, allow_null=True)
    partner = GroupedPartner(required=False, allow_null=True)
    phase = GroupedPhase(required=False, allow_null=True)
    area = GroupedArea(required=False, allow_null=True)
    theme = GroupedKey(required=False, allow_null=True)
    system = GroupedSystem(required=False, allow_null=True)
    category = GroupedKey(required=False, allow_null=True)
    deliverables = Whole(min_value=0, help_text=_("Số hạng mục, mỗi việc tiếp nối tính một lần"))
    deployments = Whole(min_value=0, help_text=_("Trong đó: dòng triển khai hệ thống"))
    stages = StageCounts()
    stage_groups = StageGroupCounts()
    no_report = Whole(min_value=0, help_text=_("Chưa có báo cáo chính thức nào"))
    standings = StandingCounts()
    progress = SummaryProgress()
    health = HealthCounts(help_text=_("Số hạng mục theo tiến độ so với kế hoạch"))
    figures = SummaryFigure(many=True)
    latest_as_of = Day(allow_null=True, help_text=_("Ngày số liệu muộn nhất"))
    list = serializers.URLField(help_text=_("Danh sách các hạng mục được đếm"))
    links = SummaryLinks()


class SummaryEnvelope(pages.Pages):
    """How a summary looks, for the description of the API: no pages, but a total."""

    parameters: ClassVar[tuple[OpenApiParameter, ...]] = (
        OpenApiParameter(
            GROUP_BY,
            {
                "type": "string",
                "pattern": f"^({'|'.join(KEYS)})(,({'|'.join(KEYS)}))?$",
                "examples": ["province,phase"],
            },
            description=format_lazy(
                _(
                    "Nhóm theo một hoặc hai khóa, cách nhau dấu phẩy: {keys}. Không ghi thì chỉ có tổng"
                ),
                keys=", ".join(KEYS),
            ),
        ),
    )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        day = {"type": "string", "format": "date"}
        return {
            "type": "object",
            "required": ["as_of", "known_on", "basis", "group_by", "results", "totals"],
            "properties": {
                "as_of": day,
                "known_on": day,
                "basis": {"type": "string", "enum": ReportBasis.values},
                "group_by": {"type": "array", "items": {"type": "string", "enum": [*KEYS]}},
                "results": schema,
                "totals": schema["items"],
            },
        }


# ---- the door ----------------------------------------------------------------------------------------


class SummaryView(ReadView):
    answer = SummaryRow
    keeps_answers = True
    filterset_class = SummaryFilterSet
    pagination_class = SummaryEnvelope
    summaries = (_("Tổng hợp hạng mục theo nhóm: trạng thái, tiến độ, số liệu"), "")
    about = _(
        "Mỗi số đếm có địa chỉ của danh sách mà nó đếm. Việc được tiếp nối chỉ tính một lần, ở hạng "
        "mục mới nhất (continued=any để đếm mọi dòng). Nhóm theo theme hoặc category có thể trùng nhau; "
        "totals đếm một lần."
    )

    def scope(self, request: Request, *allowed: str) -> Scope:
        scope = super().scope(request, *allowed)
        return replace(scope, moment=based_on(scope.moment, request.query_params.get("basis")))

    def list(self, request: Request) -> HttpResponseBase:
        scope = self.scope(request, *self.list_parameters())
        keys = _keys(request.query_params.get(GROUP_BY, ""))
        filterset = self.filterset_class(request.query_params, moment=scope.moment, user=scope.user)
        asked = {name: value for name, value in filterset.data.items() if value}
        summary = summary_of(
            filterset.qs,
            [KEYS[key] for key in keys],
            scope.moment,
            scope.user,
            only=asked,
            shape=self._shape(asked),
        )
        if not summary.total.deliverables:
            filterset.explain()
        told = _Told(request, scope, asked, keys, summary)
        if request.accepted_renderer.format == CSVAnswer.format:
            return _as_csv(keys, told)
        return Response(
            {
                "as_of": scope.moment.as_of.isoformat(),
                "known_on": scope.moment.known_on.isoformat(),
                "basis": scope.moment.basis or ReportBasis.OFFICIAL.value,
                "group_by": keys,
                "results": in_one_piece(told.results()),
                "totals": told.totals(),
            }
        )

    def _shape(self, asked: Mapping[str, str]) -> Hashable | None:
        """What is asked, where the statement depends on nothing else."""
        shape, _compared = self.filterset_class.shape_of(asked)
        return None if shape is None else tuple(sorted(asked.items()))


@lru_cache(4096)
def _quoted(value: str) -> str:
    return quote_plus(value)


def _keys(text: str) -> list[str]:
    keys = [key.strip() for key in text.split(",")] if text.strip() else []
    for key in keys:
        if key not in KEYS:
            raise BadParameter(
                GROUP_BY,
                gettext("Không nhóm theo “%(key)s” được. Chọn: %(keys)s.")
                % {"key": key[:40], "keys": ", ".join(KEYS)},
                text[:40],
            )
    if len(keys) > MOST_KEYS or len(set(keys)) < len(keys):
        raise BadParameter(GROUP_BY, gettext("Nhóm theo một hoặc hai khóa khác nhau."), text[:40])
    return keys


# ---- telling -----------------------------------------------------------------------------------------


class _Told:
    """A summary in JSON, with the address of the list behind each count."""

    def __init__(
        self,
        request: Request,
        scope: Scope,
        asked: Mapping[str, str],
        keys: Sequence[str],
        summary: Summary,
    ) -> None:
        self.path = request._request.build_absolute_uri(reverse("api:deliverables-list"))
        self.asked = {
            **asked,
            AS_OF: scope.moment.as_of.isoformat(),
            KNOWN_ON: scope.moment.known_on.isoformat(),
        }
        self.base = f"{self.path}?{urlencode(self.asked)}"
        self.keys = keys
        self.summary = summary
        self.places = {pk: place for place, pk in enumerate(summary.indicators)}

    def results(self) -> Iterator[dict[str, Any]]:
        return map(self._group, self.summary.groups)

    def totals(self) -> dict[str, Any]:
        return self._total(self.summary.total, self._narrower({}))

    def _group(self, group: Group) -> dict[str, Any]:
        pairs = list(zip(self.keys, group.members, strict=True))
        link = self._narrower({key: member.value for key, member in pairs})
        return {**{key: member.told for key, member in pairs}, **self._total(group.total, link)}

    def _narrower(self, where: Mapping[str, str]) -> Callable[..., str]:
        """The list of a group; called with one more parameter, the part of it where that holds.

        A parameter that was asked already holds for every row counted, so it stays as it is.
        """
        asked = {**self.asked, **where}
        if where.keys() & self.asked.keys():
            base = f"{self.path}?{urlencode(asked)}"
        else:
            own = "".join(f"&{key}={_quoted(value)}" for key, value in where.items())
            base = f"{self.base}{own}"

        def link(name: str = "", value: str = "") -> str:
            return base if not name or asked.get(name) == value else f"{base}&{name}={value}"

        return link

    def _total(self, total: Total, link: Callable[..., str]) -> dict[str, Any]:
        stages = {**_NO_STAGES, **total.stages}
        groups = total.stage_groups
        standings = {
            standing: count
            for standing in _STANDINGS
            if (count := total.standings.get(standing, 0)) or standing in _PUBLIC_STANDINGS
        }
        progress = {_MEASURED: total.measured, _NOT_COMPUTABLE: total.not_computable}
        health = {**_NO_HEALTH, **total.health}

        def linked(name: str, counts: Mapping[str, int]) -> dict[str, str]:
            return {key: link(name, key) for key, count in counts.items() if count}

        links: dict[str, Any] = {
            "stages": linked("stage", stages),
            "stage_groups": linked("stage_group", groups),
            "standings": linked("standing", standings),
            "progress": linked("progress", progress),
            "health": linked("health", health),
        }
        if total.deployments:
            links["deployments"] = link("kind", _DEPLOYMENT)
        if total.no_report:
            links["no_report"] = link("stage", NONE)
        latest = total.latest_as_of
        return {
            "deliverables": total.deliverables,
            "deployments": total.deployments,
            "stages": stages,
            "stage_groups": groups,
            "no_report": total.no_report,
            "standings": standings,
            "progress": {"mean": total.mean_progress, **progress},
            "health": health,
            "figures": self._figures(total, link),
            "latest_as_of": latest.isoformat() if latest else None,
            "list": link(),
            "links": links,
        }

    def _figures(self, total: Total, link: Callable[..., str]) -> list[dict[str, Any]]:
        figures = []
        for pk in sorted(total.figures, key=self.places.__getitem__):
            indicator = self.summary.indicators[pk]
            value, qualifier, rows, others = total.figures[pk].come_to()
            figures.append(
                {
                    "indicator": indicator.key,
                    "label": indicator.name,
                    "value": plain_number(value),
                    "unit": indicator.unit,
                    "qualifier": qualifier,
                    "method": indicator.aggregation,
                    "rows": rows,
                    "not_computable": others,
                    "list": link("indicator", indicator.key),
                }
            )
        return figures


def _as_csv(keys: Sequence[str], told: _Told) -> HttpResponseBase:
    """The groups as a table (the whole, where no group was asked); figures as JSON in one cell."""
    left_out = ({*KEYS} - {*keys}) | {"links"}
    headings = headings_of(SummaryRow)
    places = [
        place for place, heading in enumerate(headings) if heading.split(".")[0] not in left_out
    ]
    rows = told.results() if keys else iter([told.totals()])
    empty: dict[str, Any] = dict.fromkeys(KEYS)
    unheard = dict.fromkeys(Standing.values)
    full = (
        {**empty, **row, "standings": {**unheard, **row["standings"]}, "links": None}
        for row in rows
    )
    cells = (
        [own[place] for place in places] for own in (cells_of(SummaryRow, row) for row in full)
    )
    return csv_response("summary", [headings[place] for place in places], cells)

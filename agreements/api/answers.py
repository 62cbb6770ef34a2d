"""The JSON of the promise's nouns: field by field what design.md §6 promises, read by one query a list."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from agreements.api.citing import CitationAnswer, citations
from agreements.api.terms import (
    Amendments,
    AreasOfTheDay,
    DayThatHasCome,
    FlagOfTheDay,
    NameOfTheDay,
    YearOfTheDay,
)
from agreements.choices import (
    Basis,
    EventKind,
    Instrument,
    LineageBasis,
    ParticipationRole,
    PartyKind,
    ProvinceKind,
    Qualifier,
    Side,
    SourceScope,
    StatementKind,
    SystemFamily,
)
from agreements.models import (
    Category,
    CooperationArea,
    DiscrepancySide,
    Participation,
    Phase,
    Province,
    SystemAlias,
    Theme,
)
from coopportal.rest.answers import (
    Answer,
    Choice,
    Columns,
    Day,
    Flag,
    Key,
    Keys,
    Many,
    Number,
    PartialDay,
    Precision,
    Reader,
    Scope,
    Whole,
    Word,
    day_iso,
)

# ---- pieces that many nouns share --------------------------------------------------------------------


class AreaKey(serializers.CharField):
    """``<phase>.<position>``: the stable key of a cooperation area; null where there is none."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        path = f"{prefix}{self.source}__" if self.source not in (None, "*") else prefix
        phase = columns.take(f"{path}phase__slug")
        position = columns.take(f"{path}position")
        return lambda row: None if row[position] is None else f"{row[phase]}.{row[position]}"


def themes() -> Keys:
    def rows(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
        return Theme.objects.filter(areas=outer).order_by("position", "key")

    return Keys(Key(), rows, path="key", help_text=_("Mã chủ đề"))


class PresentProvince(Answer):
    """The unit that a province is on the map of the ``as_of`` day: itself, or who succeeded it."""

    code = Key()
    name = Word()

    #: Steps from a unit of 2014 to today's: the reform of 2025, the change of kind of 2026.
    STEPS = 3

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        places = []
        path = prefix
        for _step in range(self.STEPS):
            places.append([columns.take(f"{path}{name}") for name in ("code", "name", "valid_to")])
            path += "successor__"
        return lambda row: _present(row, places, scope.moment.as_of)


def _present(row: Any, places: list[list[int]], day: dt.date) -> dict[str, Any] | None:
    """The rule of ``Province.on``, over the columns of a unit and its successors."""
    code = name = None
    for own_code, own_name, valid_to in places:
        if row[own_code] is None:
            break
        code, name = row[own_code], row[own_name]
        until = day_iso(row[valid_to])
        if until is None or until >= day.isoformat():
            break
    return None if code is None else {"code": code, "name": name}


class ProvinceOfPartner(Answer):
    """The province as it was when the agreement was signed, and what it is on the ``as_of`` day."""

    code = Key()
    name = Word()
    present = PresentProvince(source="*")


class PartnerAnswer(Answer):
    slug = Key()
    name = Word()
    short_name = Word(help_text=_("Tên trong danh sách"))
    kind = Choice(choices=PartyKind.choices)
    province = ProvinceOfPartner(allow_null=True)


class AgreementOfPhase(Answer):
    slug = Key()
    partner = PartnerAnswer()


# ---- nouns -------------------------------------------------------------------------------------------


class NamedUnit(Answer):
    code = Key()
    name = Word()


class SucceededUnit(NamedUnit):
    valid_to = Day(allow_null=True)


def _predecessors(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Province.objects.filter(successor=outer).order_by("sort_key")


class ProvinceAnswer(Answer):
    """A provincial unit on the map of the ``as_of`` day."""

    code = Key(help_text=_("Mã theo bản đồ của ngày as_of; mã được dùng lại"))
    name = Word()
    kind = Choice(choices=ProvinceKind.choices)
    iso_code = Word(help_text="ISO 3166-2")
    valid_from = Day(allow_null=True)
    valid_to = Day(allow_null=True)
    successor = NamedUnit(allow_null=True)
    predecessors = Many(SucceededUnit(), _predecessors)
    citations = citations("provinces")


class PartyAnswer(Answer):
    slug = Key()
    name = Word()
    short_name = Word()
    kind = Choice(choices=PartyKind.choices)
    province = ProvinceOfPartner(allow_null=True)
    parent = Key(source="parent__slug", allow_null=True)  # type: ignore[assignment]
    successor_name = Word(help_text=_("Tên hiện nay, nếu đã đổi"))
    successor_from = Day(allow_null=True)
    citations = citations("parties")


def _phases(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    told = Phase.objects.told_by(scope.moment.as_of)
    return told.filter(agreement=outer).order_by("begins_on", "slug")


class AgreementAnswer(Answer):
    slug = Key()
    partner = PartnerAnswer()
    vnpt_party = PartnerAnswer()
    phases = Keys(Key(), _phases, help_text=_("Các giai đoạn, theo thời gian"))
    citations = citations("agreements")


def _areas(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    in_force = CooperationArea.objects.in_force_on(scope.moment.as_of)
    return in_force.filter(phase=outer).order_by("position")


def _continued(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return CooperationArea.objects.filter(continued_by=outer).order_by("phase__slug", "position")


class AreaOfPhase(Answer):
    position = Whole()
    name = Word()
    themes = themes()
    continues = Keys(AreaKey(), _continued, path="*", help_text=_("Mã lĩnh vực được tiếp nối"))
    lineage_basis = Choice(
        choices=LineageBasis.choices,
        allow_null=True,
        help_text=_("Ai nói rằng lĩnh vực này tiếp nối lĩnh vực trước"),
    )


class PhaseAnswer(Answer):
    """One signed term, as it was on the ``as_of`` day."""

    slug = Key()
    parent = Key(source="parent__slug", allow_null=True)  # type: ignore[assignment]
    agreement = AgreementOfPhase()
    start_year = Whole(allow_null=True)
    end_year = YearOfTheDay(allow_null=True)
    open_ended = FlagOfTheDay()
    term_basis = Choice(choices=Basis.choices)
    instrument = Choice(choices=Instrument.choices)
    number = Word()
    title = Word()
    signed_on = PartialDay()
    signed_on_precision = Precision(source="signed_on")
    areas = AreasOfTheDay(AreaOfPhase(), _areas, help_text=_("Lĩnh vực có vào ngày as_of"))
    citations = citations("phases")


class PhaseDetail(PhaseAnswer):
    """A phase with its amendments."""

    amendments = Amendments(help_text=_("Phụ lục đã có hiệu lực vào ngày as_of"))


class AreaAnswer(Answer):
    key = AreaKey(source="*")
    phase = Key(source="phase__slug")
    agreement = Key(source="phase__agreement__slug")
    position = Whole()
    name = NameOfTheDay()
    from_day = Day(allow_null=True, help_text=_("Có từ ngày, khi do phụ lục thêm"))
    until_day = DayThatHasCome(
        allow_null=True,
        help_text=_("Ngày đầu tiên không còn hiệu lực, khi phụ lục đã cho kết thúc"),
    )
    themes = themes()
    continues = Keys(AreaKey(), _continued, path="*", help_text=_("Mã lĩnh vực được tiếp nối"))
    lineage_basis = Choice(choices=LineageBasis.choices, allow_null=True)
    widened = Flag(help_text=_("Tiếp nối và thêm nội dung"))
    citations = citations("areas")


def _categories(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Category.objects.filter(systems=outer).order_by("position", "key")


def _aliases(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return SystemAlias.objects.filter(system=outer).order_by("pk")


class SystemAnswer(Answer):
    slug = Key()
    name = Word()
    short_name = Word()
    gloss = Word(help_text=_("Giải thích ngắn"))
    family = Choice(choices=SystemFamily.choices)
    categories = Keys(Key(), _categories, path="key")
    vendor = Word(help_text=_("Đơn vị cung cấp"))
    owner = Key(source="owner__slug", allow_null=True)
    aliases = Keys(Word(), _aliases, path="name", help_text=_("Tên trong các nguồn"))
    citations = citations("systems")


class PersonRef(Answer):
    slug = Key()
    name = Word()


class ParticipationAnswer(Answer):
    person = PersonRef(allow_null=True)
    group = Word(source="group_label", help_text=_("Nhóm, khi nguồn không nêu tên"))
    count = Whole(allow_null=True, help_text=_("Số người, tập thể của nhóm"))
    title = Word(help_text=_("Chức danh theo nguồn"))
    side = Choice(choices=Side.choices, allow_null=True)
    role = Choice(choices=ParticipationRole.choices)


def _participations(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Participation.objects.filter(event=outer).order_by("position")


class EventAnswer(Answer):
    slug = Key()
    kind = Choice(choices=EventKind.choices)
    title = Word()
    happened_on = PartialDay()
    happened_on_precision = Precision(source="happened_on")
    agreement = Key(source="agreement__slug", allow_null=True)
    phase = Key(source="phase__slug", allow_null=True)
    place = Word()
    note = Word()
    participations = Many(ParticipationAnswer(), _participations)
    citations = citations("events")


def _statement_themes(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Theme.objects.filter(statements=outer).order_by("position", "key")


class StatementAnswer(Answer):
    """What a side wants, promises, plans or thinks. Its figure is never summed into results."""

    slug = Key()
    kind = Choice(choices=StatementKind.choices)
    agreement = Key(source="agreement__slug", allow_null=True)
    phase = Key(source="phase__slug", allow_null=True)
    party = Key(source="party__slug", allow_null=True)
    speaker = PersonRef(allow_null=True)
    speaker_title = Word()
    text = Word()
    themes = Keys(Key(), _statement_themes, path="key")
    horizon = PartialDay()
    horizon_precision = Precision(source="horizon")
    horizon_qualifier = Choice(choices=Qualifier.choices, allow_null=True)
    value = Number(allow_null=True)
    unit = Word()
    qualifier = Choice(choices=Qualifier.choices, allow_null=True)
    value_on = PartialDay()
    value_on_precision = Precision(source="value_on")
    citations = citations("statements")


class SideOfDiscrepancy(Answer):
    citation = CitationAnswer()
    says = Word(help_text=_("Nguồn nói gì"))
    chosen = Flag(help_text=_("Cổng đang dùng ý này"))


def _sides(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return DiscrepancySide.objects.filter(discrepancy=outer).order_by("position")


class DiscrepancyAnswer(Answer):
    slug = Key()
    topic = Word()
    reason = Word(help_text=_("Vì sao chọn ý đang dùng"))
    agreement = Key(source="agreement__slug", allow_null=True)
    phase = Key(source="phase__slug", allow_null=True)
    person = PersonRef(allow_null=True)
    sides = Many(SideOfDiscrepancy(), _sides)


class SourceAnswer(Answer):
    slug = Key()
    scope = Choice(choices=SourceScope.choices)
    title = Word()
    publisher = Word()
    authors = Word()
    number = Word()
    issued_on = PartialDay()
    issued_on_precision = Precision(source="issued_on")
    issued_basis = Choice(choices=Basis.choices)
    url = Word()
    file = Word(help_text=_("Tên tệp gốc"))
    sha256 = Word(help_text=_("SHA-256 của tệp gốc"))
    note = Word()

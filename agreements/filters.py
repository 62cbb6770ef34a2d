"""What lists of the promise can be asked: one FilterSet a noun, the same for page and API."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from agreements.choices import (
    EventKind,
    Instrument,
    PartyKind,
    ProvinceKind,
    SourceScope,
    StatementKind,
    SystemFamily,
)
from agreements.models import (
    Agreement,
    CooperationArea,
    Discrepancy,
    DiscrepancySide,
    Event,
    Party,
    Phase,
    Province,
    Source,
    Statement,
    System,
)
from agreements.models.source import out_by, told_by
from coopportal.clock import BadParameter, Moment
from coopportal.filtersets import (
    NONE,
    AskedFilter,
    DayFilter,
    KeyFilter,
    ListFilterSet,
    WordFilter,
    WordsFilter,
    any_of,
    refuse_key,
)
from coopportal.partial_dates import passed_by


class ProvinceFilter(AskedFilter):
    """Rows of a provincial unit, by its code on the map of the ``as_of`` day, with all it succeeded.

    91 today is An Giang with what was Kiên Giang's; 91 on 01/01/2021 is Kiên Giang. A code that no unit
    bears on that day is refused with the name of the successor (design.md §6).
    """

    schema = {"type": "string", "pattern": r"^([0-9]{2}|none)$"}

    def __init__(self, *paths: str, optional: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault(
            "about", _("Mã tỉnh, theo bản đồ của ngày as_of, gồm cả tỉnh đã nhập vào")
        )
        kwargs.setdefault("example", "40")
        super().__init__(**kwargs)
        self.paths = paths
        self.optional = optional

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.optional and value == NONE:
            # Whoever has no province, or one that is not within the map of the day.
            units = Province.objects.within_the_map(self.moment.as_of).values("pk")
            nowhere = any_of(self.paths, "__isnull", value=True)
            return rows.filter(nowhere | ~any_of(self.paths, "__in", units))
        units = Province.objects.with_all_succeeded(value, self.moment.as_of).values("pk")
        return rows.filter(any_of(self.paths, "__in", units))

    def shape_of(self, text: str) -> str | None:
        return NONE if self.optional and text == NONE else ""

    def refuse_unknown(self, value: str) -> None:
        day = self.moment.as_of
        if (self.optional and value == NONE) or Province.objects.on(day).filter(
            code=value
        ).exists():
            return
        past = (
            Province.objects.filter(code=value, valid_to__lt=day)
            .select_related("successor__successor")
            .order_by("-valid_to")
            .first()
        )
        if past is None or past.successor is None:
            refuse_key(self.name, value, _("tỉnh, thành phố"), [])
        present = past.on(day)
        raise BadParameter(
            self.name,
            gettext(
                "Mã %(code)s (%(name)s) chỉ dùng đến hết ngày %(until)s. Dùng mã kế thừa "
                "%(successor_code)s (%(successor)s)."
            )
            % {
                "code": past.code,
                "name": past.name,
                "until": f"{past.valid_to:%d/%m/%Y}",
                "successor": present.name,
                "successor_code": present.code,
            },
            value[:40],
        )


class AreaFilter(AskedFilter):
    """Rows of one cooperation area, named ``<phase>.<position>``."""

    def __init__(self, path: str, *, optional: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("about", _("Lĩnh vực hợp tác: mã giai đoạn, dấu chấm, thứ tự"))
        kwargs.setdefault("example", "nghe-an-2020-2025.1")
        super().__init__(**kwargs)
        self.path = path
        self.optional = optional

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.optional and value == NONE:
            return rows.filter(**{f"{self.path}__isnull": True})
        phase, position = area_key(value)
        return rows.filter(
            **{f"{self.path}__phase__slug": phase, f"{self.path}__position": position}
        )

    def refuse_unknown(self, value: str) -> None:
        if self.optional and value == NONE:
            return
        phase, position = area_key(value)
        known = CooperationArea.objects.filter(phase__slug=phase)
        if not known.filter(position=position).exists():
            keys = [f"{phase}.{own}" for own in known.values_list("position", flat=True)]
            refuse_key(self.name, value, CooperationArea._meta.verbose_name, keys)


#: The largest number that the column of an area's position holds on either database.
_LAST_POSITION = 32_767


def area_key(key: str) -> tuple[str, int]:
    """``nghe-an-2020-2025.1`` as (phase, position); another form gives position 0, which none has."""
    phase, _dot, position = key.rpartition(".")
    written = (
        position.isascii() and position.isdigit() and len(position) <= len(str(_LAST_POSITION))
    )
    number = int(position) if written else 0
    return phase, number if number <= _LAST_POSITION else 0


def _partner(*paths: str, **kwargs: Any) -> KeyFilter:
    return KeyFilter(
        "agreements.Party", *paths, about=_("Đối tác"), example="ubnd-nghe-an", **kwargs
    )


def _agreement(*paths: str, **kwargs: Any) -> KeyFilter:
    return KeyFilter(
        "agreements.Agreement", *paths, about=_("Thỏa thuận"), example="nghe-an", **kwargs
    )


def _phase(*paths: str, **kwargs: Any) -> KeyFilter:
    return KeyFilter(
        "agreements.Phase", *paths, about=_("Giai đoạn"), example="nghe-an-2020-2025", **kwargs
    )


class UnderFilter(KeyFilter):
    """Agreements with a phase signed under another one; ``none`` for those with one that stands alone."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        signed = Phase.objects.told_by(self.moment.as_of).filter(agreement=OuterRef("pk"))
        if value == NONE:
            return rows.filter(Exists(signed.filter(parent__isnull=True)))
        return rows.filter(Exists(signed.filter(parent__slug=value)))


def _theme(*paths: str, **kwargs: Any) -> KeyFilter:
    return KeyFilter(
        "agreements.Theme",
        *paths,
        key="key",
        about=_("Chủ đề"),
        example="digital_government",
        **kwargs,
    )


class ProvinceFilterSet(ListFilterSet):
    """The map of the ``as_of`` day: 63 units until 30/06/2025, 34 since."""

    kind = WordFilter(ProvinceKind, "kind", about=_("Tỉnh hay thành phố"))
    q = WordsFilter("search_text", "predecessors__search_text")

    orderings = {"name": ["sort_key"], "code": ["code"]}
    default_ordering = "code"
    unique = "code"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Province.objects.on(moment.as_of)


class PartyFilterSet(ListFilterSet):
    province = ProvinceFilter("province", optional=True)
    kind = WordFilter(PartyKind, "kind", about=_("Loại cơ quan"))
    parent = KeyFilter("agreements.Party", "parent", about=_("Cơ quan cấp trên"), optional=True)
    q = WordsFilter("search_text")

    orderings = {"name": ["sort_key"], "kind": ["kind", "sort_key"]}
    default_ordering = "name"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Party.objects.all()


class AgreementFilterSet(ListFilterSet):
    province = ProvinceFilter("partner__province", optional=True)
    partner = _partner("partner")
    kind = WordFilter(PartyKind, "partner__kind", about=_("Loại đối tác"))
    parent = UnderFilter(
        "agreements.Phase",
        optional=True,
        about=_("Trong khuôn khổ giai đoạn"),
        example="quang-ngai-2015-2020",
    )
    in_force_on = DayFilter(
        question="in_force", about=_("Có giai đoạn hiệu lực vào ngày"), example="2021-06-01"
    )
    q = WordsFilter(
        "partner__search_text",
        "partner__province__search_text",
        "partner__province__successor__search_text",
    )

    orderings = {"partner": ["partner__sort_key"]}
    default_ordering = "partner"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        begun = Phase.objects.told_by(moment.as_of).filter(agreement=OuterRef("pk"))
        return Agreement.objects.filter(Exists(begun))

    def in_force(self, rows: QuerySet[Any], day: dt.date, path: str) -> QuerySet[Any]:
        running = self.rows_of_phases().in_force_on(day).filter(agreement=OuterRef("pk"))
        return rows.filter(Exists(running))

    def rows_of_phases(self) -> Any:
        return Phase.objects.told_by(self.moment.as_of)


class PhaseFilterSet(ListFilterSet):
    province = ProvinceFilter("agreement__partner__province", optional=True)
    partner = _partner("agreement__partner")
    agreement = _agreement("agreement")
    kind = WordFilter(PartyKind, "agreement__partner__kind", about=_("Loại đối tác"))
    parent = _phase("parent", optional=True)
    instrument = WordFilter(Instrument, "instrument", about=_("Loại văn bản"))
    theme = _theme("areas__themes", many=True)
    in_force_on = DayFilter(question="in_force", about=_("Hiệu lực vào ngày"), example="2021-06-01")
    expired_on = DayFilter(
        question="expired", about=_("Đã hết thời hạn vào ngày"), example="2021-06-01"
    )
    q = WordsFilter("search_text", "agreement__partner__search_text", "areas__search_text")

    orderings = {
        "partner": ["agreement__partner__sort_key", "start_year"],
        "start_year": ["start_year", "agreement__partner__sort_key"],
        "end_year": ["end_year", "agreement__partner__sort_key"],
        "signed_on": ["signed_on", "agreement__partner__sort_key"],
    }
    default_ordering = "partner"
    nullable = frozenset({"start_year", "end_year", "signed_on"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Phase.objects.told_by(moment.as_of)

    def in_force(self, rows: QuerySet[Any], day: dt.date, path: str) -> QuerySet[Any]:
        return rows.filter(pk__in=Phase.objects.in_force_on(day).values("pk"))

    def expired(self, rows: QuerySet[Any], day: dt.date, path: str) -> QuerySet[Any]:
        return rows.filter(ends_on__lt=day)


class AreaFilterSet(ListFilterSet):
    province = ProvinceFilter("phase__agreement__partner__province", optional=True)
    partner = _partner("phase__agreement__partner")
    agreement = _agreement("phase__agreement")
    phase = _phase("phase")
    theme = _theme("themes", optional=True)
    q = WordsFilter("search_text")

    orderings = {
        "partner": ["phase__agreement__partner__sort_key", "phase__start_year", "position"],
        "position": ["position", "phase__slug"],
        "phase": ["phase__slug", "position"],
    }
    default_ordering = "partner"
    nullable = frozenset({"phase__start_year"})
    unique = "pk"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        begun = Phase.objects.told_by(moment.as_of)
        areas: QuerySet[Any] = CooperationArea.objects.begun_by(moment.as_of)
        return areas.filter(phase__in=begun.values("pk"))


class SystemFilterSet(ListFilterSet):
    """The catalogue belongs to no day."""

    category = KeyFilter(
        "agreements.Category",
        "categories",
        key="key",
        optional=True,
        about=_("Nhóm chức năng"),
        example="document_management",
    )
    family = WordFilter(SystemFamily, "family", about=_("Nhóm trên trang"))
    owner = KeyFilter("agreements.Party", "owner", optional=True, about=_("Cơ quan chủ quản"))
    q = WordsFilter("search_text", "aliases__search_text")

    orderings = {"name": ["sort_key"], "family": ["family", "position", "sort_key"]}
    default_ordering = "name"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return System.objects.all()


class EventFilterSet(ListFilterSet):
    """Events that had happened by the day asked; an undated one once a source had told of it."""

    province = ProvinceFilter("agreement__partner__province", "phase__agreement__partner__province")
    partner = _partner("agreement__partner", "phase__agreement__partner")
    agreement = _agreement("agreement", "phase__agreement", optional=True)
    phase = _phase("phase", optional=True)
    kind = WordFilter(EventKind, "kind", about=_("Loại sự kiện"))
    q = WordsFilter("search_text")

    orderings = {"happened_on": ["happened_on"], "kind": ["kind", "happened_on"]}
    default_ordering = "-happened_on"
    nullable = frozenset({"happened_on"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        undated = Q(happened_on__isnull=True) & told_by(Event, moment.as_of)
        return Event.objects.filter(passed_by("happened_on", moment.as_of) | undated)


class StatementFilterSet(ListFilterSet):
    """Statements from the day on which a source that carries them was out."""

    province = ProvinceFilter("agreement__partner__province", "phase__agreement__partner__province")
    partner = _partner("agreement__partner", "phase__agreement__partner")
    agreement = _agreement("agreement", "phase__agreement", optional=True)
    phase = _phase("phase", optional=True)
    kind = WordFilter(StatementKind, "kind", about=_("Loại nội dung"))
    theme = _theme("themes", optional=True)
    party = KeyFilter("agreements.Party", "party", optional=True, about=_("Bên nêu"))
    speaker = KeyFilter("agreements.Person", "speaker", optional=True, about=_("Người nêu"))
    q = WordsFilter("search_text")

    orderings = {"position": ["position"], "kind": ["kind", "position"], "horizon": ["horizon"]}
    default_ordering = "position"
    nullable = frozenset({"horizon"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Statement.objects.filter(told_by(Statement, moment.as_of))


class DiscrepancyFilterSet(ListFilterSet):
    """Differences that one could see on the day asked: every source that takes part was out by then."""

    province = ProvinceFilter("agreement__partner__province", "phase__agreement__partner__province")
    partner = _partner("agreement__partner", "phase__agreement__partner")
    agreement = _agreement("agreement", "phase__agreement", optional=True)
    phase = _phase("phase", optional=True)
    q = WordsFilter("search_text", "sides__says")

    orderings = {"slug": ["slug"]}
    default_ordering = "slug"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        sides = DiscrepancySide.objects.filter(discrepancy=OuterRef("pk"))
        not_yet = sides.exclude(out_by("citation__source__", moment.as_of))
        return Discrepancy.objects.filter(Exists(sides), ~Exists(not_yet))


class SourceFilterSet(ListFilterSet):
    """Sources that the reader may read and that were out by the day asked; one without a day always is."""

    scope = WordFilter(SourceScope, "scope", about=_("Loại nguồn"))
    q = WordsFilter("search_text")

    orderings = {"title": ["sort_key"], "issued_on": ["issued_on", "sort_key"]}
    default_ordering = "title"
    nullable = frozenset({"issued_on"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = Source.objects.visible_to(user).filter(out_by("", moment.as_of))
        return rows


__all__ = [
    "AgreementFilterSet",
    "AreaFilter",
    "AreaFilterSet",
    "DiscrepancyFilterSet",
    "EventFilterSet",
    "PartyFilterSet",
    "PhaseFilterSet",
    "ProvinceFilter",
    "ProvinceFilterSet",
    "SourceFilterSet",
    "StatementFilterSet",
    "SystemFilterSet",
]

"""What a phase said on the ``as_of`` day, and what its amendments changed, as members of answers.

The rule is that of ``agreements.terms``: the row of a phase says what holds by all its amendments, and the
first one still to come knows how things stood until then.
"""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from agreements.api.citing import citations
from agreements.models import Amendment
from coopportal.rest.answers import (
    Answer,
    Columns,
    Day,
    Flag,
    Many,
    Open,
    PartialDay,
    Precision,
    Reader,
    Scope,
    Whole,
    Word,
    day_iso,
)


def _until_then(columns: Columns, prefix: str, scope: Scope, phase: str = "pk") -> int:
    """The column of the terms that an amendment still to come on the day will change; null without one."""
    to_come = Amendment.objects.to_come_on(scope.moment.as_of).filter(
        phase=OuterRef(f"{prefix}{phase}")
    )
    return columns.take(f"{prefix}until_then", Subquery(to_come.values("terms_before")[:1]))


class _OfTheDay:
    """A member of a phase's term as it was on the day."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        name = self.source  # type: ignore[attr-defined]
        place, then = columns.take(prefix + name), _until_then(columns, prefix, scope)
        return lambda row: (row[then] or {name: row[place]})[name]


class YearOfTheDay(_OfTheDay, Whole):
    pass


class FlagOfTheDay(_OfTheDay, Flag):
    pass


class AreasOfTheDay(Many):
    """The areas of a phase, called what they were called on the day."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        read, then = super().reader(columns, prefix, scope), _until_then(columns, prefix, scope)

        def areas(row: Any) -> list[dict[str, Any]]:
            names = row[then]["areas"] if row[then] else {}
            told: list[dict[str, Any]] = read(row)
            return [one | {"name": names.get(str(one["position"]), one["name"])} for one in told]

        return areas


class NameOfTheDay(Word):
    """What an area was called on the day."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        name, position = (columns.take(f"{prefix}{own}") for own in ("name", "position"))
        then = _until_then(columns, prefix, scope, "phase")
        return lambda row: (
            row[name] if not row[then] else row[then]["areas"].get(str(row[position]), row[name])
        )


class DayThatHasCome(Day):
    """A day, once it is not after the day asked."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        read, day = super().reader(columns, prefix, scope), scope.moment.as_of.isoformat()
        return lambda row: told if (told := day_iso(read(row))) and told <= day else None


# ---- what an amendment changed -----------------------------------------------------------------------


class ChangedYear(Answer):
    before = Whole(allow_null=True)
    after = Whole(allow_null=True)


class ChangedFlag(Answer):
    before = Flag()
    after = Flag()


class ChangedArea(Answer):
    """An area that an amendment reworded; without ``before`` it added it, without ``after`` it ended it."""

    position = Whole()
    before = Word(allow_null=True)
    after = Word(allow_null=True)


class ChangedTerms(Answer):
    """What an amendment changed of the phase; what it left alone is null, or not among the areas."""

    end_year = ChangedYear(allow_null=True)
    open_ended = ChangedFlag(allow_null=True)
    areas = Many(ChangedArea(), lambda outer, scope: Amendment.objects.none())

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        """The terms before; what they became only the phase with all its amendments can tell."""
        place = columns.take(f"{prefix}terms_before")
        return lambda row: Open.convert(row[place])


class AmendmentAnswer(Answer):
    """A signed change of a phase that had taken effect by the day."""

    position = Whole(help_text=_("Phụ lục thứ mấy của giai đoạn"))
    number = Word()
    title = Word()
    signed_on = PartialDay()
    signed_on_precision = Precision(source="signed_on")
    effective_on = Day(help_text=_("Ngày đầu tiên có hiệu lực"))
    changed = ChangedTerms(help_text=_("Đã đổi gì của giai đoạn: trước, sau"))
    citations = citations("amendments")


def _amendments(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Amendment.objects.in_force_on(scope.moment.as_of).filter(phase=outer)


class Amendments(Many):
    """The amendments of a phase, each with what it changed; the earliest first.

    What one made of the terms is what the next one found, and at last what the answer itself tells.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(AmendmentAnswer(), _amendments, **kwargs)

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        read = super().reader(columns, prefix, scope)
        phase: Any = self.parent
        term = {
            name: phase.fields[name].reader(columns, prefix, scope)
            for name in ("end_year", "open_ended", "areas")
        }

        def amendments(row: Any) -> list[dict[str, Any]]:
            told: list[dict[str, Any]] = read(row)
            if not told:
                return told
            at_last = {name: own(row) for name, own in term.items()}
            at_last["areas"] = {str(one["position"]): one["name"] for one in at_last["areas"]}
            found = [one["changed"] for one in told] + [at_last]
            return [
                one | {"changed": _changed(before, after)}
                for one, before, after in zip(told, found, found[1:], strict=False)
            ]

        return amendments


def _changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    def both(name: str) -> dict[str, Any] | None:
        same = before[name] == after[name]
        return None if same else {"before": before[name], "after": after[name]}

    was, became = before["areas"], after["areas"]
    areas = [
        {"position": int(position), "before": was.get(position), "after": became.get(position)}
        for position in sorted(was | became, key=int)
        if was.get(position) != became.get(position)
    ]
    return {"end_year": both("end_year"), "open_ended": both("open_ended"), "areas": areas}

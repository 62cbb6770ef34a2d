"""How a running phase changes: by a signed amendment, or by additions that both sides agree on.

What held before is kept: terms in the amendment, due days and targets in rows of their own (docs/adr/0018).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agreements.models import Amendment, Citation, CooperationArea, Phase, Theme
from agreements.periods import follow_term
from agreements.terms import terms_of
from coopportal.clock import today
from deliverables.actions.signing.citing import Signed, cite, record_signing
from deliverables.actions.signing.delivering import (
    add_deliverables,
    indicators_of,
    set_targets,
)
from deliverables.actions.signing.periods import make_agreed_periods
from deliverables.actions.signing.refused import checked, refuse
from deliverables.actions.signing.terms import AreaSaid, ChangeSaid, Proposed, TermSaid
from deliverables.models import Deliverable, DueDay, Proposal


def amend(proposal: Proposal, said: Proposed, at: dt.datetime) -> Phase:
    """Another term or other areas from a day on, with whatever is added and changed by the same document."""
    phase = _running(proposal)
    signed_on: Any = said.document.signed_on
    if signed_on is None:
        raise ValidationError([_("Ngày ký: ghi ngày ký phụ lục, dạng dd/mm/yyyy.")])
    day = said.effective_on or signed_on.last_day
    areas = {row.position: row for row in phase.areas.order_by("position")}
    in_force = [row for row in areas.values() if row.until_day is None]
    refuse(*_wrong_with_amendment(said, phase, areas, day))
    amendment = Amendment(
        phase=phase,
        position=phase.amendments.count() + 1,
        number=said.document.number,
        title=said.document.title,
        signed_on=signed_on,
        effective_on=day,
        terms_before=terms_of(phase, in_force),
    )
    checked(amendment, _("Phụ lục"))
    amendment.save(force_insert=True)
    signed = _signed(proposal, phase, amendment)
    citation = cite(said.document, signed, proposal, at)
    amendment.citations.add(citation)
    record_signing(said.document, signed, phase, citation)
    _change_term(phase, said.term)
    areas |= _change_areas(said.areas, phase, areas, day, citation)
    _add_and_change(said, phase, areas, citation, day)
    follow_term(phase, by=proposal.decided_by)
    make_agreed_periods(said.periods, phase, by=proposal.decided_by)
    return phase


def add(proposal: Proposal, said: Proposed, at: dt.datetime) -> Phase:
    """New deliverables, targets and due days; no document is signed for them."""
    phase = _running(proposal)
    day = said.effective_on or today()
    if not (said.deliverables or said.changes or said.periods):
        raise ValidationError([_("Chưa ghi hạng mục, mục tiêu, thời hạn hay kỳ báo cáo nào.")])
    refuse(*_wrong_day(day, phase))
    areas = {row.position: row for row in phase.areas.filter(until_day__isnull=True)}
    _add_and_change(said, phase, areas, None, day)
    make_agreed_periods(said.periods, phase, by=proposal.decided_by)
    return phase


def _running(proposal: Proposal) -> Phase:
    """The phase as it is stored, if it is in force today."""
    phase = Phase.objects.select_related("agreement").get(pk=proposal.phase_id)
    if not phase.in_force_on(today()):
        raise ValidationError(
            [
                _("Giai đoạn %s không còn (hoặc chưa) có hiệu lực nên không sửa, không thêm được.")
                % phase.years
            ]
        )
    return phase


def _wrong_day(day: dt.date, phase: Phase) -> Iterable[str]:
    begun: dt.date | None = phase.begins_on
    if begun is not None and day < begun:
        yield _("Có hiệu lực từ ngày: không sớm hơn ngày %(day)s, ngày giai đoạn bắt đầu.") % {
            "day": f"{begun:%d/%m/%Y}"
        }


def _wrong_with_amendment(
    said: Proposed, phase: Phase, areas: dict[int, CooperationArea], day: dt.date
) -> Iterable[str]:
    yield from _wrong_day(day, phase)
    last = phase.amendments.order_by("-effective_on").first()
    if last is not None and day <= last.effective_on:
        yield _("Có hiệu lực từ ngày: phải sau ngày %(day)s, ngày phụ lục trước có hiệu lực.") % {
            "day": f"{last.effective_on:%d/%m/%Y}"
        }
    if said.document.signed_on and said.document.signed_on.last_day > today():
        yield _("Ngày ký: %s chưa tới.") % said.document.signed_on
    for one in said.areas:
        area = areas.get(one.position)
        if one.was and (area is None or area.name != one.was or area.until_day is not None):
            yield _("Lĩnh vực %s đã đổi từ khi lập đề nghị này. Lập đề nghị mới.") % one.position
    end_year = said.term.end_year
    if end_year is not None:
        if end_year < day.year:
            yield _("Năm cuối: không sớm hơn năm phụ lục có hiệu lực.")
        later = Phase.objects.filter(agreement=phase.agreement, start_year__lt=end_year)
        if later.filter(start_year__gt=phase.start_year or 0).exists():
            yield _("Năm cuối: thỏa thuận đã có giai đoạn sau bắt đầu trước năm này.")
    changed = any(one.ended or one.name != one.was for one in said.areas)
    term = end_year is not None or said.term.open_ended
    if not (changed or term or said.deliverables or said.changes or said.periods):
        yield _("Phụ lục chưa đổi điều gì.")


def _signed(proposal: Proposal, phase: Phase, amendment: Amendment) -> Signed:
    agreement = proposal.agreement
    names = {
        "vnpt": agreement.vnpt_party.short_name,
        "partner": agreement.partner.short_name,
        "years": phase.years,
        "number": amendment.number or amendment.position,
    }
    return Signed(
        title=_("Phụ lục %(number)s thỏa thuận giai đoạn %(years)s") % names,
        event_title=_("%(vnpt)s và %(partner)s ký phụ lục thỏa thuận giai đoạn %(years)s") % names,
        event_slug=f"ky-phu-luc-{phase.slug[:80]}-{amendment.position}",
    )


def _change_term(phase: Phase, term: TermSaid) -> None:
    if term.end_year is None and not term.open_ended:
        return
    phase.end_year = term.end_year
    phase.open_ended = term.open_ended
    checked(phase, _("Giai đoạn"))
    phase.save()


def _change_areas(
    said: Iterable[AreaSaid],
    phase: Phase,
    areas: dict[int, CooperationArea],
    day: dt.date,
    citation: Citation,
) -> dict[int, CooperationArea]:
    """Reword, end and add areas; gives the new ones by position."""
    themes = {row.key: row for row in Theme.objects.all()}
    added = {}
    for one in said:
        where = _("Lĩnh vực %s") % one.position
        if not one.was:
            area = CooperationArea(phase=phase, position=one.position, name=one.name, from_day=day)
            checked(area, where)
            area.save(force_insert=True)
            area.citations.add(citation)
            area.themes.set([themes[one.theme]] if one.theme in themes else [])
            added[one.position] = area
        elif one.ended or one.name != one.was:
            area = areas[one.position]
            area.name = one.name
            area.until_day = day if one.ended else None
            checked(area, where)
            area.save()
    return added


def _add_and_change(
    said: Proposed,
    phase: Phase,
    areas: dict[int, CooperationArea],
    citation: Citation | None,
    day: dt.date,
) -> None:
    add_deliverables(
        said.deliverables,
        phase=phase,
        areas=areas,
        citation=citation,
        agreed_on=day,
        within=True,
    )
    _change_deliverables(said.changes, phase, day)


def _change_deliverables(said: Sequence[ChangeSaid], phase: Phase, day: dt.date) -> None:
    rows = Deliverable.objects.filter(phase=phase).in_bulk(
        [one.deliverable for one in said], field_name="slug"
    )
    indicators = indicators_of(target for one in said for target in one.targets)
    for one in said:
        deliverable = rows.get(one.deliverable)
        if deliverable is None:
            raise ValidationError([_("Giai đoạn không có hạng mục “%s”.") % one.deliverable])
        if one.due_on is not None:
            where = _("Thời hạn của “%s”") % deliverable.title
            change = DueDay(
                deliverable=deliverable,
                due_before=deliverable.due_on,
                due_on=one.due_on,
                set_on=day,
            )
            checked(change, where)
            refuse(*_wrong_due_day(change, where))
            change.save(force_insert=True)
            deliverable.due_on = one.due_on
            checked(deliverable, where)
            deliverable.save()
        set_targets(deliverable, one.targets, indicators, on=day)


def _wrong_due_day(change: DueDay, where: str) -> Iterable[str]:
    """Changes are made in the order of their days, or an earlier one would not know what held before."""
    if change.deliverable.due_days.filter(set_on__gte=change.set_on).exists():
        yield _("%s: đã có lần đổi thời hạn vào ngày này hoặc sau đó.") % where

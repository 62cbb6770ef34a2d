"""How a proposal comes into force: phase, areas, deliverables, targets and document in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.choices import Basis, Instrument, LineageBasis
from agreements.models import Citation, CooperationArea, Phase, Theme
from coopportal.clock import today
from deliverables.actions.signing.amending import add, amend
from deliverables.actions.signing.citing import (
    Signed,
    cite,
    free_slug,
    instrument_named,
    record_signing,
)
from deliverables.actions.signing.delivering import add_deliverables
from deliverables.actions.signing.periods import make_agreed_periods
from deliverables.actions.signing.refused import checked, refuse
from deliverables.actions.signing.terms import AreaSaid, Proposed
from deliverables.choices import ProposalKind
from deliverables.models import Proposal


def apply(proposal: Proposal, *, at: dt.datetime) -> None:
    """Let what was accepted come into force; call it in the transaction that accepts.

    Raises :class:`ValidationError` with every row that cannot stand by its name; then nothing was done.
    """
    said = Proposed.read(proposal.terms)
    made = _ROADS[ProposalKind(proposal.kind)](proposal, said, at)
    Proposal.objects.filter(pk=proposal.pk).update(made_phase=made)
    proposal.made_phase = made


def rehearse(proposal: Proposal, *, at: dt.datetime) -> None:
    """Whether the proposal could come into force as things are; leaves no trace but a refusal."""
    with transaction.atomic():
        apply(proposal, at=at)
        transaction.set_rollback(True)
    proposal.made_phase = None


def latest_phase(agreement: int) -> Phase | None:
    """The phase that the next one follows: the last to begin."""
    rows = Phase.objects.filter(agreement=agreement)
    return rows.order_by("-begins_on", "-start_year", "-pk").first()


def _new_phase(proposal: Proposal, said: Proposed, at: dt.datetime) -> Phase:
    before = latest_phase(proposal.agreement_id)
    refuse(*_wrong_with_term(said, before))
    document, term = said.document, said.term
    signed_on: Any = document.signed_on
    years = f"{term.start_year}-{term.end_year}" if term.end_year else f"{term.start_year}"
    phase = Phase(
        slug=free_slug(Phase, f"{proposal.agreement.slug[:80]}-{years}"),
        agreement=proposal.agreement,
        parent=_parent(proposal, term.parent),
        start_year=term.start_year,
        end_year=term.end_year,
        open_ended=term.open_ended,
        term_basis=Basis.EXPLICIT,
        instrument=document.instrument,
        number=document.number,
        title=document.title,
        signed_on=signed_on,
    )
    checked(phase, _("Giai đoạn"))
    phase.save(force_insert=True)
    signed = _signed(proposal, phase, document.instrument)
    citation = cite(document, signed, proposal, at)
    phase.citations.add(citation)
    record_signing(document, signed, phase, citation)
    areas = _add_areas(said.areas, phase, before, citation)
    add_deliverables(
        said.deliverables,
        phase=phase,
        areas=areas,
        citation=citation,
        agreed_on=document.signed_on.last_day if document.signed_on else today(),
    )
    make_agreed_periods(said.periods, phase, by=proposal.decided_by)
    return phase


def _signed(proposal: Proposal, phase: Phase, instrument: str) -> Signed:
    agreement = proposal.agreement
    what = instrument_named(instrument)
    names = {
        "vnpt": agreement.vnpt_party.short_name,
        "partner": agreement.partner.short_name,
        "what": what[:1].lower() + what[1:],
        "years": phase.years,
    }
    return Signed(
        title=_("%(what)s giai đoạn %(years)s") % {"what": what, "years": phase.years},
        event_title=_("%(vnpt)s và %(partner)s ký %(what)s giai đoạn %(years)s") % names,
        event_slug=f"ky-ket-{phase.slug}"[:100],
    )


def _wrong_with_term(said: Proposed, before: Phase | None) -> Iterable[str]:
    """What no single row can tell: what must be there, and how the term follows the one before."""
    document, term = said.document, said.term
    if said.before != (before.slug if before else ""):
        yield _(
            "Từ khi lập đề nghị này, thỏa thuận đã có giai đoạn khác (%s). Lập đề nghị mới "
            "theo giai đoạn đó."
        ) % (before.years if before else _("không còn giai đoạn nào"))
    if document.instrument in {"", Instrument.UNKNOWN}:
        yield _("Loại văn bản: chọn loại văn bản được ký.")
    if document.signed_on is None:
        yield _("Ngày ký: ghi ngày ký, dạng dd/mm/yyyy; chỉ biết tháng thì ghi mm/yyyy.")
    elif document.signed_on.last_day > today():
        yield _("Ngày ký: %s chưa tới.") % document.signed_on
    if term.start_year is None:
        yield _("Năm đầu: ghi năm bắt đầu của giai đoạn, ví dụ 2026.")
    if term.end_year is None and not term.open_ended:
        yield _("Năm cuối: ghi năm cuối, hoặc chọn “không thời hạn”.")
    if not said.areas:
        yield _("Lĩnh vực: ghi ít nhất một lĩnh vực hợp tác.")
    if term.start_year is not None and before is not None:
        yield from _wrong_after(term.start_year, before)


def _wrong_after(start_year: int, before: Phase) -> Iterable[str]:
    end_year, began = before.end_year, before.start_year
    if end_year is not None and start_year < end_year:
        yield _(
            "Năm đầu: giai đoạn trước (%(years)s) còn đến hết %(end)s; giai đoạn sau bắt đầu "
            "không sớm hơn năm %(end)s."
        ) % {"years": before.years, "end": end_year}
    elif began is not None and start_year <= began:
        yield _("Năm đầu: phải sau năm %(start)s, năm bắt đầu của giai đoạn trước.") % {
            "start": began
        }


def _parent(proposal: Proposal, slug: str) -> Phase | None:
    if not slug:
        return None
    parent = Phase.objects.filter(slug=slug).exclude(agreement=proposal.agreement).first()
    if parent is None:
        raise ValidationError([_("Trong khuôn khổ: không có giai đoạn “%s”.") % slug])
    return parent


def _add_areas(
    said: Iterable[AreaSaid], phase: Phase, before: Phase | None, citation: Citation
) -> dict[int, CooperationArea]:
    """The areas of a phase by their position, each with those of the phase before that it continues."""
    earlier = {row.position: row for row in before.areas.all()} if before else {}
    themes = {row.key: row for row in Theme.objects.all()}
    areas = {}
    for one in said:
        where = _("Lĩnh vực %s") % one.position
        area = CooperationArea(
            phase=phase,
            position=one.position,
            name=one.name,
            # Both sides have signed which area goes on in which.
            lineage_basis=LineageBasis.SOURCE if earlier else "",
        )
        checked(area, where)
        missing = [number for number in one.continues if number not in earlier]
        refuse(
            *(
                _("%(where)s: giai đoạn trước không có lĩnh vực %(number)s.")
                % {"where": where, "number": number}
                for number in missing
            )
        )
        area.save(force_insert=True)
        continued = [earlier[number] for number in one.continues]
        area.continues.set(continued)
        area.citations.add(citation)
        of_before = {theme for row in continued for theme in row.themes.all()}
        area.themes.set([themes[one.theme]] if one.theme in themes else of_before)
        areas[one.position] = area
    return areas


_ROADS = {
    ProposalKind.PHASE: _new_phase,
    ProposalKind.AMENDMENT: amend,
    ProposalKind.ADDITIONS: add,
}

"""How pages draw delivery: stage glyph and label, the two halves of a verdict, the standing of a figure."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.templatetags.coop import address, qualifier, say_number
from coopportal.clock import Moment
from deliverables.choices import (
    STAGE_GROUP_OF,
    Decision,
    DeliverableKind,
    ReportSide,
    ReportState,
    Stage,
)

register = template.Library()

#: verdict key -> glyph and the words that a screen reader hears after the side's name.
_VERDICTS = {
    "yes": ("v-yes", _("xác nhận")),
    "wait": ("v-wait", _("chờ")),
    "no": ("v-no", _("không đồng ý")),
    "back": ("v-no", _("trả lại")),
}
_DECISIONS = {Decision.CONFIRM: "yes", Decision.DISPUTE: "no", Decision.RETURN: "back"}
_STATES = {
    ReportState.CONFIRMED: "yes",
    ReportState.DISPUTED: "no",
    ReportState.RETURNED: "back",
}


def stage_tone(key: str | None) -> str:
    """The family of colours of a stage: its stage group, ``none`` where nothing is known."""
    return str(STAGE_GROUP_OF[key].value) if key else "none"


def stage_label(key: str | None) -> str:
    return str(Stage(key).label) if key else str(_("Chưa có thông tin"))


@register.simple_tag
def stage(key: str | None, label: str = "") -> SafeString:
    """Glyph, then words: ``{% stage deliverable.current_stage %}``; no stage is "Chưa có thông tin"."""
    return format_html(
        '<span class="st tone-{}"><svg class="g" aria-hidden="true"><use href="#st-{}"/></svg>{}</span>',
        stage_tone(key),
        key or "none",
        label or stage_label(key),
    )


@register.simple_tag
def stage_glyph(key: str | None) -> SafeString:
    """The glyph alone with its words for screen readers; the cell of the matrix."""
    return format_html(
        '<svg class="g tone-{}" aria-hidden="true"><use href="#st-{}"/></svg><span class="vh">{}</span>',
        stage_tone(key),
        key or "none",
        stage_label(key),
    )


@register.simple_tag(takes_context=True)
def matrix_cell(context: template.Context, cell: Any) -> SafeString:
    """A cell of the matrix: glyph of each phase in order, first figure or extent, * where sources differ.

    One with more deployments than it can draw has the glyph of the stage that most of them have.
    """
    moment = context.get("moment")
    asked = moment.query if moment else {}
    if cell.crowded:
        return _crowded_cell(cell, asked)
    glyphs = format_html_join(
        format_html('<span class="arrow" aria-hidden="true">{}</span>', "→"),
        "{}",
        ((stage_glyph(row.stage),) for row in cell.deployments),
    )
    inner = format_html("{}{}", glyphs, _cell_words(cell))
    title = "; ".join(
        f"{row.years}: {stage_label(row.stage)}" if row.years else stage_label(row.stage)
        for row in cell.deployments
    )
    try:
        path = cell.latest.get_absolute_url()
    except NoReverseMatch:
        return format_html('<span class="cell" title="{}">{}</span>', title, inner)
    return format_html(
        '<a class="cell" href="{}" title="{}">{}</a>', address(path, asked), title, inner
    )


def _crowded_cell(cell: Any, asked: dict[str, str]) -> SafeString:
    """ "17/25": so many of its deployments are at the stage drawn; the list behind it has them all."""
    stage, count = cell.commonest
    narrowed = {"kind": DeliverableKind.DEPLOYMENT.value, "system": cell.system.slug}
    if not cell.found.elsewhere:
        narrowed["agreement"] = cell.column.agreement.slug
    return format_html(
        '<a class="cell" href="{}" title="{}">{}{}</a>',
        address(reverse("deliverables"), asked | narrowed),
        "; ".join(f"{stage_label(own)} {many}" for own, many in cell.stages),
        stage_glyph(stage),
        _told(f"{count}/{cell.found.total}", contested=cell.contested),
    )


def _cell_words(cell: Any) -> str | SafeString:
    words = []
    if figure := cell.figure:
        words.append(qualifier(figure.qualifier))
        if figure.value is not None:
            value = say_number(figure.value)
            words += [f"{value}%"] if figure.unit == "%" else [value, figure.unit]
    return _told(" ".join(filter(None, words)), contested=cell.contested)


def _told(words: str, *, contested: bool) -> str | SafeString:
    if contested:
        return format_html(
            '<span class="told">{}*<span class="vh"> {}</span></span>',
            words,
            _("(các nguồn nói khác nhau)"),
        )
    return format_html('<span class="told">{}</span>', words) if words else ""


@register.filter
def stage_words(key: str | None) -> str:
    """The label of a stage, for titles and sentences."""
    return stage_label(key)


@register.filter
def tone(key: str | None) -> str:
    """``early``, ``doing``, ``done``, ``hold``, ``stop`` or ``none``: the class behind ``tone-``."""
    return stage_tone(key)


@register.simple_tag
def verdict_halves(partner: str, vnpt: str, partner_name: str = "") -> SafeString:
    """Two halves "Tỉnh | VNPT"; each is ``yes``, ``wait`` or ``no``."""
    halves = [(partner_name or _("Tỉnh"), partner), (_("VNPT"), vnpt)]
    return format_html(
        '<span class="verdict">{}</span>',
        format_html_join(
            "",
            '<span class="{}"><svg class="g" aria-hidden="true"><use href="#{}"/></svg>{}'
            '<span class="vh"> {}</span></span>',
            (
                (_VERDICTS[key][0], _VERDICTS[key][0], name, _VERDICTS[key][1])
                for name, key in halves
            ),
        ),
    )


@register.simple_tag
def published_mark() -> SafeString:
    """The single half of a figure that only a cited source states."""
    return format_html(
        '<span class="verdict"><span class="v-pub"><svg class="g" aria-hidden="true">'
        '<use href="#v-pub"/></svg>{}</span></span>',
        _("Nguồn công bố"),
    )


@register.simple_tag
def standing(report: Any, moment: Moment | None = None) -> SafeString:
    """How both sides stand to a report: its reporter's half is given, the other half is the verdict.

    For a published figure each half is that side's verdict; with none it is "Nguồn công bố". Prefetch
    ``verdicts`` where many reports are told. ``moment`` leaves out verdicts given after its known_on.
    """
    if report is None:
        return format_html('<span class="nodata">{}</span>', _("chưa có báo cáo"))
    partner, vnpt = halves_of(report, moment)
    return verdict_halves(partner, vnpt) if partner else published_mark()


def halves_of(report: Any, moment: Moment | None = None) -> tuple[str, str]:
    """The halves of the partner and of VNPT, keys of verdicts; both empty where only a source speaks."""
    if report.side == ReportSide.SOURCE:
        known = {
            verdict.side: _DECISIONS[Decision(verdict.decision)]
            for verdict in report.verdicts.all()
            if moment is None or verdict.at < moment.known_until
        }
        return (known.get("partner", "wait"), known.get("vnpt", "wait")) if known else ("", "")
    decided = moment is None or (report.decided_at and report.decided_at < moment.known_until)
    other = _STATES.get(ReportState(report.state), "wait") if decided else "wait"
    return (other, "yes") if report.side == ReportSide.VNPT else ("yes", other)


def verdicts_in_words(report: Any, moment: Moment | None = None) -> str:
    """How both sides stand to a report, as a cell tells it: "Nguồn công bố", "Tỉnh: xác nhận; VNPT: chờ"."""
    partner, vnpt = halves_of(report, moment)
    if not partner:
        return str(_("Nguồn công bố"))
    return f"{_('Tỉnh')}: {_VERDICTS[partner][1]}; {_('VNPT')}: {_VERDICTS[vnpt][1]}"

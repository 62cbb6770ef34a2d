"""How pages draw judgements: a deliverable against its plan, what became of a promise."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from agreements.templatetags.coop import list_at
from deliverables.choices import Health, Outcome
from deliverables.summaries.totals.judging import BEGUN_BY, HEALTH_OF_RANK, TOLERANCE

register = template.Library()

#: Glyph and family of colours of each.
_MARKS = {
    Health.ON_TRACK: ("v-yes", "done"),
    Health.AT_RISK: ("i-warn", "hold"),
    Health.LATE: ("v-wait", "alert"),
    Health.NOT_COMPUTABLE: ("st-none", "none"),
}


@register.simple_tag
def health_mark(key: str) -> SafeString:
    """Glyph, then words: ``{% health_mark "at_risk" %}``."""
    health = Health(key)
    glyph, tone = _MARKS[health]
    return format_html(
        '<span class="st tone-{}"><svg class="g" aria-hidden="true"><use href="#{}"/></svg>{}</span>',
        tone,
        glyph,
        health.label,
    )


#: Glyph and family of colours of what became of a promise.
_OUTCOMES = {
    Outcome.FULFILLED: ("st-completed", "done"),
    Outcome.PARTLY: ("st-in_progress", "done"),
    Outcome.UNFINISHED: ("st-not_started", "doing"),
    Outcome.CONTINUED: ("st-integrated", "doing"),
    Outcome.DROPPED: ("st-ended", "stop"),
    Outcome.UNKNOWN: ("st-none", "none"),
}


@register.simple_tag
def outcome_mark(key: str) -> SafeString:
    """Glyph, then words: ``{% outcome_mark "fulfilled" %}``."""
    outcome = Outcome(key)
    glyph, tone = _OUTCOMES[outcome]
    return format_html(
        '<span class="st tone-{}"><svg class="g" aria-hidden="true"><use href="#{}"/></svg>{}</span>',
        tone,
        glyph,
        outcome.label,
    )


@register.filter
def health_of_rank(rank: int) -> str:
    """The key of a row's ``health_rank``."""
    return str(HEALTH_OF_RANK[rank].value)


@register.simple_tag(takes_context=True)
def area_list(context: template.Context, phase: Any, area: Any, health: str) -> str:
    """The list of an area's deliverables that stand so to their plans."""
    return list_at(context, "deliverables", area=f"{phase.slug}.{area.position}", health=health)


@register.simple_tag
def rule_numbers() -> dict[str, Any]:
    """The constants of the rule, as it is told on pages."""
    return {
        "tolerance": round(TOLERANCE * 100),
        "begun_by": round(BEGUN_BY * 100),
        "stale": settings.STALE_AFTER_DAYS,
    }

"""How pages name sources and show the words cited from them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.templatetags.coop import _moment, address

register = template.Library()

#: A figure inside quoted words: digits with their separators, and a percent sign.
_FIGURE = re.compile(r"\d(?:[\d.,/]*\d)?(?:\s?%)?")


@register.filter
def source_name(source: Any) -> str:
    """The short name by which pages call a source (``Source.short_name``)."""
    return str(source.short_name)


@register.simple_tag(takes_context=True)
def source_link(context: template.Context, source: Any, name: str = "") -> SafeString:
    """A link to the page of a source at the moment asked, by its short name; those outside are marked."""
    mark = (
        format_html(' <span class="was">{}</span>', _("(nguồn ngoài)"))
        if source.is_external
        else ""
    )
    return format_html(
        '<a href="{}">{}</a>{}',
        address(source.get_absolute_url(), _moment(context).query),
        name or source_name(source),
        mark,
    )


@register.simple_tag(takes_context=True)
def source_links(context: template.Context, sources: Iterable[Any]) -> SafeString:
    """Links to sources, or to the sources of citations, each once, with commas between.

    Two of one name are told apart by their day and title.
    """
    each: dict[int, Any] = {}
    for row in sources:
        source = getattr(row, "source", row)
        each.setdefault(source.pk, source)
    names = Counter(source_name(source) for source in each.values())
    return format_html_join(
        ", ",
        "{}",
        (
            (source_link(context, source, _apart(source) if names[source.short_name] > 1 else ""),)
            for source in each.values()
        ),
    )


def _apart(source: Any) -> str:
    day = f" {source.issued_on}" if source.issued_on else ""
    return f"{source.short_name}{day}: {source.title}"


@register.filter
def mark_figures(quote: str) -> SafeString:
    """Quoted words with their figures marked: “tại <mark>43</mark> cơ quan, đơn vị”."""
    parts = []
    end = 0
    for match in _FIGURE.finditer(quote):
        parts += [(quote[end : match.start()], ""), (match[0], "mark")]
        end = match.end()
    parts.append((quote[end:], ""))
    return format_html_join(
        "",
        "{}",
        ((format_html("<mark>{}</mark>", text) if mark else text,) for text, mark in parts),
    )

"""How lists of pages tell their order: column heads that sort. What may be asked is decided elsewhere."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from coopportal.lists import Listing

register = template.Library()

_DIRECTIONS = {"up": ("ascending", "↑"), "down": ("descending", "↓")}


@register.simple_tag
def sort_head(listing: Listing, word: str, label: Any) -> SafeString:
    """The head of a column by which the list can be sorted; says how it is sorted now."""
    sort = next(one for one in listing.sorts if one.word == word)
    told, arrow = _DIRECTIONS.get(sort.direction, ("", ""))
    asc = format_html(' aria-sort="{}"', told) if told else mark_safe("")
    mark = format_html(' <span aria-hidden="true">{}</span>', arrow) if arrow else ""
    return format_html('<th scope="col"{}><a href="{}">{}{}</a></th>', asc, sort.url, label, mark)

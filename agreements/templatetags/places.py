"""How pages tell the places of a day's map: codes that were reused, units that took others in."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from agreements.present_names import Place
from agreements.templatetags.coop import _moment, link_to

register = template.Library()


@register.simple_tag(takes_context=True)
def province_code(context: template.Context, party: Any) -> str:
    """The code under which a province signed and, where it differs by the day asked, today's unit's."""
    province = party.province
    if province is None:
        return ""
    unit = province.on(_moment(context).as_of)
    if unit.pk == province.pk or (unit.code, unit.name) == (province.code, province.name):
        return str(province.code)
    return _("%(old)s khi ký, nay %(new)s (%(name)s)") % {
        "old": province.code,
        "new": unit.code,
        "name": unit.name,
    }


@register.simple_tag(takes_context=True)
def place_of(context: template.Context, place: Place, agreement: Any) -> SafeString:
    """The day's unit first, then the name that signed, linked: "Bắc Ninh bên ký: Bắc Giang"."""
    if not place.signed_as:
        return link_to(context, agreement, place.name)
    return format_html(
        '{} <span class="was">{} {}</span>',
        place.name,
        _("bên ký:"),
        link_to(context, agreement, place.signed_as),
    )

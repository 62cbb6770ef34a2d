"""How pages tell the codes of provinces, which the new map of 2025 gave to other units."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from agreements.templatetags.coop import _moment

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

"""Whose a row is: the filters of every list of the delivery, by the path that leads to a deliverable."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements.filters import ProvinceFilter
from coopportal.filtersets import AskedFilter, KeyFilter


def system_key(*paths: str, **kwargs: Any) -> KeyFilter:
    kwargs.setdefault("about", _("Hệ thống"))
    return KeyFilter("agreements.System", *paths, example="vnedu", **kwargs)


def place_of(prefix: str = "") -> dict[str, AskedFilter]:
    """Whose deliverable, of which agreement and phase, with which system; ``prefix`` leads to it."""
    return {
        "province": ProvinceFilter(f"{prefix}agreement__partner__province", optional=True),
        "partner": KeyFilter(
            "agreements.Party",
            f"{prefix}agreement__partner",
            optional=True,
            about=_("Đối tác"),
            example="ubnd-nghe-an",
        ),
        "agreement": KeyFilter(
            "agreements.Agreement",
            f"{prefix}agreement",
            optional=True,
            about=_("Thỏa thuận"),
            example="nghe-an",
        ),
        "phase": KeyFilter(
            "agreements.Phase",
            f"{prefix}phase",
            optional=True,
            about=_("Giai đoạn"),
            example="nghe-an-2020-2025",
        ),
        "system": system_key(f"{prefix}system", optional=True),
    }


def deliverable_key(path: str) -> KeyFilter:
    return KeyFilter("deliverables.Deliverable", path, about=_("Hạng mục"), example="nghe-an-vsr")

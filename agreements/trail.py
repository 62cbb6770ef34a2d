"""Where a page stands: the steps from the overview down to it, at the moment asked."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.templatetags.coop import address
from coopportal.clock import Moment

Step = tuple[str, str]


def trail(moment: Moment, *steps: Any) -> list[Step]:
    """Steps are url names with their label, rows with a page of their own, and last the page's own name."""
    path: list[Step] = [(_("Tổng quan"), address(reverse("overview"), moment.query))]
    for step in steps:
        if isinstance(step, str):
            path.append((step, ""))
        elif isinstance(step, tuple):
            name, label = step
            target = name.get_absolute_url() if hasattr(name, "get_absolute_url") else reverse(name)
            path.append((str(label), address(target, moment.query)))
        else:
            path.append((str(step), address(step.get_absolute_url(), moment.query)))
    return path

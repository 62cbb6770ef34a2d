"""Who took which part in an event, told role by role. No queries."""

from __future__ import annotations

from typing import Any

from agreements.choices import ParticipationRole


def by_role(event: Any) -> list[tuple[str, list[Any]]]:
    """Label of a role and who had it, in the order of the vocabulary; prefetch ``participations``."""
    parts: dict[str, list[Any]] = {}
    for part in event.participations.all():
        parts.setdefault(part.role, []).append(part)
    return [
        (str(role.label), parts[role.value]) for role in ParticipationRole if role.value in parts
    ]

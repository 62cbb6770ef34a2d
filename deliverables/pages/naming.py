"""All that names a system, by partner: light rows that are counted whole before any report is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce

from agreements.models import System
from deliverables.choices import DeliverableKind
from deliverables.models.deliverable import DeliverableQuerySet
from deliverables.summaries.results import Tally, tally

#: By partner, those without an agreement last; then by phase, oldest first.
_BY_PARTNER = (
    F("agreement__partner__sort_key").asc(nulls_last=True),
    Case(
        When(phase=None, then=Value(9999)),
        default=Coalesce("phase__start_year", 0),
        output_field=IntegerField(),
    ),
    "pk",
)


@dataclass(frozen=True)
class Naming:
    """Rows with ``pk`` and ``stage``: where the system is deployed, what connects to it, the rest."""

    deployments: Sequence[Any]
    integrations: Sequence[Any]
    others: Sequence[Any]

    @classmethod
    def found(cls, rows: DeliverableQuerySet, system: System) -> Naming:
        """Of ``official()`` rows that name the system: one query."""
        deployments, integrations, others = [], [], []
        columns = ("pk", "kind", "system_id", "connects_to_id", "agreement_id", "stage")
        for row in rows.order_by(*_BY_PARTNER).values_list(*columns, named=True):
            if row.kind == DeliverableKind.DEPLOYMENT and row.system_id == system.pk:
                deployments.append(row)
            elif row.kind == DeliverableKind.INTEGRATION or row.connects_to_id:
                integrations.append(row)
            else:
                others.append(row)
        return cls(deployments, integrations, others)

    def beside(self, most: int) -> tuple[Sequence[Any], Sequence[Any]]:
        """The first of what connects to it and of the rest."""
        return self.integrations[:most], self.others[:most]

    @property
    def partners(self) -> int:
        return len({row.agreement_id for row in self.deployments} - {None})

    @property
    def tally(self) -> list[Tally]:
        return tally(row.stage for row in self.deployments)

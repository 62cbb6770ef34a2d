"""Places that have one system, set side by side on the indicators they share. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deliverables.choices import ValueKind
from deliverables.summaries.results import Delivered


@dataclass(frozen=True)
class Bar:
    """One place's figure of an indicator; ``width`` is percent of the highest of them."""

    one: Delivered
    figure: Any
    width: float


@dataclass(frozen=True)
class Comparison:
    """One indicator that at least two deployments have a number for, and the places that have none."""

    indicator: Any
    bars: list[Bar]
    silent: list[Delivered]


def compare(deployments: Sequence[Delivered]) -> list[Comparison]:
    """Set deployments side by side on the indicators that two or more of them have a number for.

    What was added in a period is left out: amounts of different periods do not compare.
    """
    holders: dict[int, list[tuple[Delivered, Any]]] = {}
    for one in deployments:
        for figure in one.numbers:
            if figure.indicator.value_kind != ValueKind.INCREMENT:
                holders.setdefault(figure.indicator_id, []).append((one, figure))
    return [_comparison(own, deployments) for own in holders.values() if len(own) > 1]


def _comparison(
    own: Sequence[tuple[Delivered, Any]], deployments: Sequence[Delivered]
) -> Comparison:
    indicator = own[0][1].indicator
    top = max(figure.value for _one, figure in own)
    if indicator.unit == "%":
        top = max(top, 100)
    ranked = sorted(own, key=lambda pair: -pair[1].value)
    measured = [one for one, _figure in own]
    return Comparison(
        indicator=indicator,
        bars=[
            Bar(one, figure, float(max(figure.value, 0) / top * 100) if top > 0 else 0.0)
            for one, figure in ranked
        ],
        silent=[one for one in deployments if one not in measured],
    )

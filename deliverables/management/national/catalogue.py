"""What all provinces of the synthetic country share, and how its sources and officers are made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from accounts.models import User
from agreements.choices import SourceScope
from agreements.models import Category, Citation, Source, System
from coopportal.partial_dates import PartialDate
from deliverables.choices import Direction
from deliverables.management.national.words import FUNCTIONS, INDICATORS, MARK, PREFIX
from deliverables.models import Indicator


def one(model: type[models.Model], **values: Any) -> Any:
    """A row without its history: what is made up has none worth telling."""
    return model._default_manager.bulk_create([model(**values)])[0]


def cite(rows: Iterable[Any], citation: Citation) -> None:
    rows = list(rows)
    if rows:
        through = type(rows[0]).citations.through
        own = type(rows[0])._meta.model_name
        through.objects.bulk_create(
            [through(**{f"{own}_id": row.pk, "citation_id": citation.pk}) for row in rows]
        )


def source(slug: str, title: str, issued_on: PartialDate | None) -> Citation:
    source = one(
        Source,
        slug=slug,
        scope=SourceScope.EXTERNAL,
        title=f"{title} {MARK}",
        publisher=f"Lệnh generate_national {MARK}",
        issued_on=issued_on,
        note="Số liệu do máy sinh ra để đo tốc độ, không nói về tỉnh nào có thật.",
    )
    citation: Citation = one(Citation, source=source, locator="toàn bộ")
    return citation


def make_systems(count: int, citation: Citation) -> list[System]:
    systems = []
    for index in range(count):
        name, family = FUNCTIONS[index % len(FUNCTIONS)]
        again = index // len(FUNCTIONS)
        name = f"{name} {again + 1}" if again else name
        systems.append(
            System(
                slug=f"{PREFIX}-{index + 1:02d}",
                name=f"Hệ thống {name} {MARK}",
                short_name=f"{name[:1].upper()}{name[1:]} {MARK}",
                family=family,
                vendor="VNPT",
                position=900 + index,
            )
        )
    systems = System.objects.bulk_create(systems)
    cite(systems, citation)
    categories = list(Category.objects.order_by("position", "key"))
    if categories:
        through = System.categories.through
        through.objects.bulk_create(
            through(system_id=system.pk, category_id=categories[number % len(categories)].pk)
            for place, system in enumerate(systems)
            for number in {place, place * 7 + 3 if place % 5 == 0 else place}
        )
    return systems


def make_indicators() -> list[Indicator]:
    return Indicator.objects.bulk_create(
        Indicator(
            key=f"{PREFIX}-{key}",
            name=f"{name} {MARK}",
            unit=unit,
            value_kind=kind,
            aggregation=aggregation,
            direction=Direction.DOWN if unit == "giờ" else Direction.UP,
        )
        for key, name, unit, kind, aggregation, _most in INDICATORS
    )


def officer(name: str, full_name: str, **values: Any) -> User:
    """An account that nobody can sign in to: its password cannot be met."""
    user: User = one(
        User,
        username=f"{PREFIX}-{name}",
        full_name=f"{full_name} {MARK}",
        password="!minh-hoa",  # noqa: S106 no hash: nobody can sign in
        **values,
    )
    return user

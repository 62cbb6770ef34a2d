"""`manage.py generate_national`: a synthetic country to measure at scale, never beside real reports."""

from __future__ import annotations

import datetime as dt
import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from agreements.models import Province
from coopportal.clock import today
from deliverables import keepers
from deliverables.management.national.chain import Changes
from deliverables.management.national.lives import Teller
from deliverables.management.national.loading import (
    Table,
    count_on,
    tidy,
    unhindered,
    written_behind,
)
from deliverables.management.national.promise import make_promise
from deliverables.management.national.rows import COLUMNS, Rows
from deliverables.management.national.sizes import UNTIL, Sizes
from deliverables.management.national.words import PREFIX
from deliverables.models import (
    CurrentFigure,
    CurrentReport,
    Deliverable,
    Measurement,
    OfficialChange,
    ProgressReport,
    Target,
    Verdict,
)

#: The order in which tables are written: a report's figures before the report, which seals them.
_TABLES: dict[str, type[models.Model]] = {
    "deliverables": Deliverable,
    "targets": Target,
    "measurements": Measurement,
    "cited": ProgressReport.citations.through,
    "reports": ProgressReport,
    "verdicts": Verdict,
}

#: Written by the database from the rest, once all of it is there.
_KEPT: tuple[type[models.Model], ...] = (CurrentReport, CurrentFigure)


def _day(text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        words = _("Ngày viết dạng 2026-06-30, không phải “%s”.") % text
        raise ArgumentTypeError(words) from error
    if day > today():
        raise ArgumentTypeError(_("Báo cáo không nói về ngày chưa đến: “%s”.") % text)
    return day


def _number(
    kind: type[int | float], least: float, most: float = math.inf
) -> Callable[[str], float]:
    """What reads an option that is a number in some bounds."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if least <= value <= most:
            return value
        words = _("Ghi một số từ %(least)g đến %(most)g.") if most < math.inf else ""
        words = words or _("Ghi một số từ %(least)g trở lên.")
        raise ArgumentTypeError(words % {"least": least, "most": most})

    return read


def _write(tables: dict[str, Table], rows: Rows) -> None:
    for name, table in tables.items():
        table.rows = getattr(rows, name)
        table.flush()


class Command(BaseCommand):
    help = (
        "Sinh số liệu minh họa cỡ cả nước để đo tốc độ: mọi tên đều ghi “(minh họa)”. "
        "Chỉ chạy trên cơ sở dữ liệu chưa có báo cáo nào."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        default = Sizes()
        parser.add_argument("--seed", type=int, default=2026, help="Cùng số này, cùng số liệu.")
        parser.add_argument(
            "--scale",
            type=_number(float, 0.001),
            default=1.0,
            help="Cỡ so với cả nước; 0.1 là một phần mười.",
        )
        for name, read, help_text in (
            (
                "provinces",
                _number(int, 1, default.provinces),
                "Số tỉnh, thành phố theo bản đồ từ 01/07/2025.",
            ),
            ("systems", _number(int, 1), "Số hệ thống."),
            ("hosts", _number(float, 0.1), "Số đơn vị sử dụng bình quân mỗi tỉnh."),
            ("reports", _number(float, 1), "Số báo cáo bình quân mỗi hạng mục."),
            ("years", _number(float, 0.1), "Số năm có báo cáo, tính ngược từ --until."),
        ):
            parser.add_argument(
                f"--{name}", type=read, default=getattr(default, name), help=help_text
            )
        parser.add_argument("--until", type=_day, default=UNTIL, help="Ngày cuối của câu chuyện.")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = Sizes(**{name: options[name] for name in Sizes.__dataclass_fields__}).scaled(
            options["scale"]
        )
        self._refuse_real_data()
        self._ensure_map()
        everything: list[type[models.Model]] = [*_TABLES.values(), *_KEPT, OfficialChange]
        with self._progress(options) as progress, transaction.atomic():
            # One transaction: a country is whole or not there.
            written = self._make(sizes, options["seed"], progress)
            count_on(_TABLES.values())
        tidy(everything)
        if not options["verbosity"]:
            return
        self.stdout.write(
            _("%(deliverables)s hạng mục, %(reports)s báo cáo, %(measurements)s số liệu, ")
            % written
            + _("%(verdicts)s ý kiến, %(changes)s thay đổi chính thức; tất cả là minh họa.")
            % written
        )

    def _make(self, sizes: Sizes, seed: int, progress: Progress) -> dict[str, int]:
        """Write the country province by province; how many rows went into each table."""
        country = make_promise(sizes, seed)
        tables = {name: Table(model, COLUMNS[name]) for name, model in _TABLES.items()}
        first_ids = {name: table.next_id() for name, table in tables.items()}
        teller = Teller(country, sizes, seed, first_ids)
        changes = Changes()
        written = dict.fromkeys(tables, 0)
        task = progress.add_task(_("Tỉnh, thành phố"), total=len(country.territories))
        with (
            unhindered(_KEPT),
            keepers.resting(connection),
            unhindered([*_TABLES.values(), OfficialChange]),
        ):
            with written_behind() as hand_over:
                for territory in country.territories:
                    rows = teller.tell(territory)
                    changes.add(rows.turns)
                    for name in tables:
                        written[name] += len(getattr(rows, name))
                    hand_over(partial(_write, tables, rows))
                    progress.advance(task)
            self._log(changes, progress)
            task = progress.add_task(_("Chỉ mục và khóa ngoại"), total=None)
        progress.update(task, total=1, completed=1)
        return {**written, "changes": changes.count}

    def _refuse_real_data(self) -> None:
        reports = ProgressReport.objects.all()
        if reports.exclude(deliverable__slug__startswith=f"{PREFIX}-").exists():
            raise CommandError(
                _(
                    "Cơ sở dữ liệu đang có báo cáo thật. Số liệu minh họa không được nằm cạnh: "
                    "hãy tạo cơ sở dữ liệu riêng (DATABASE_URL), chạy migrate rồi chạy lại."
                )
            )
        if reports.exists():
            raise CommandError(
                _("Cơ sở dữ liệu này đã có số liệu minh họa. Muốn sinh lại, tạo cơ sở dữ liệu mới.")
            )

    def _ensure_map(self) -> None:
        if not Province.objects.exists():
            call_command("loaddata", "reference", verbosity=0)

    def _progress(self, options: dict[str, Any]) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not options["verbosity"],
        )

    def _log(self, changes: Changes, progress: Progress) -> None:
        """Write the chain over all provinces, in the order of time."""
        table = Table(OfficialChange, ("seq", "report_id", "kind", "at", "hash", "previous_hash"))
        task = progress.add_task(_("Thay đổi chính thức"), total=changes.count)

        def write(rows: list[tuple[object, ...]]) -> None:
            table.rows = list(rows)
            progress.advance(task, table.flush())

        changes.link(write)

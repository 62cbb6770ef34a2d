"""Command: the reporting periods of one phase, or of every phase in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from agreements.choices import PeriodKind
from agreements.models import Phase
from agreements.periods import make_periods, reckon_due_days_again
from coopportal.clock import today


class Command(BaseCommand):
    help = "Lập kỳ báo cáo của một giai đoạn, hoặc của mọi giai đoạn đang có hiệu lực."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("phase", nargs="?", help="Mã giai đoạn; bỏ trống: mọi giai đoạn.")
        parser.add_argument("--kind", choices=PeriodKind.values, default=PeriodKind.QUARTER)
        parser.add_argument("--until", type=dt.date.fromisoformat, help="Đến ngày, YYYY-MM-DD.")
        parser.add_argument("--cutoff-day", type=int, help="Ngày chốt trong tháng, 31: cuối tháng.")
        parser.add_argument("--due-days", type=int, help="Số ngày làm việc sau ngày chốt.")
        parser.add_argument(
            "--again", action="store_true", help="Chỉ tính lại hạn của các kỳ chưa chốt."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        phases = Phase.objects.select_related("agreement__partner")
        if slug := options["phase"]:
            phases = phases.filter(slug=slug)
            if not phases:
                raise CommandError(_("Không có giai đoạn mang mã %(slug)s.") % {"slug": slug})
        else:
            phases = phases.in_force_on(today())
        for phase in phases:
            self._make(phase, options)

    def _make(self, phase: Phase, options: dict[str, Any]) -> None:
        if options["again"]:
            moved = reckon_due_days_again(phase, due_working_days=options["due_days"])
            self.stdout.write(
                _("%(phase)s: đổi hạn %(count)s kỳ") % {"phase": phase, "count": moved}
            )
            return
        try:
            made = make_periods(
                phase,
                PeriodKind(options["kind"]),
                until=options["until"],
                cutoff_day=options["cutoff_day"],
                due_working_days=options["due_days"],
            )
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from refused
        self.stdout.write(
            _("%(phase)s: thêm %(added)s kỳ, đã có %(kept)s kỳ")
            % {"phase": phase, "added": made.added, "kept": made.kept}
        )

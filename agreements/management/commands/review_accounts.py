"""`manage.py review_accounts`: the yearly review of accounts on paper; the same as the page /phan-cong/."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from agreements.assignment import PARTS
from coopportal.clock import Moment
from coopportal.csv_rows import cell


class Command(BaseCommand):
    help = "In ai đại diện cho phía nào, phía nào chưa có người, tài khoản nào lâu không dùng."

    def handle(self, *args: Any, **options: Any) -> None:
        moment = Moment.now()
        for part in PARTS.values():
            data = {"ordering": part.filterset.default_ordering}
            rows = part.filterset(data, moment=moment).qs
            self.stdout.write(f"\n{part.title} ({len(rows)})")
            self.stdout.write(" | ".join(str(heading) for heading, _value in part.columns))
            for row in rows:
                self.stdout.write(" | ".join(str(cell(value(row))) for _h, value in part.columns))

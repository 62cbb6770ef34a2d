"""Command: forget the keys of requests that were carried out so long ago that nobody repeats them."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from coopportal.clock import now
from deliverables.models import HandledRequest


class Command(BaseCommand):
    help = "Xóa khóa của các yêu cầu đã xử lý từ lâu; báo cáo của chúng vẫn nguyên."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=30, help="giữ lại bao nhiêu ngày")

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        if not 1 <= days <= 36_500:
            raise CommandError(_("--days là số ngày, từ 1 đến 36500."))
        old = HandledRequest.objects.filter(at__lt=now() - dt.timedelta(days=days))
        count, _of_each = old.delete()
        self.stdout.write(_("Đã xóa %(count)s khóa.") % {"count": count})

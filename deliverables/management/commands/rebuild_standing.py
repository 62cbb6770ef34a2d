"""`manage.py rebuild_standing`: write again, or only compare, what stands on each day as reports tell it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from deliverables import keepers


class Command(BaseCommand):
    help = "Dựng lại (hoặc chỉ đối chiếu) bảng số liệu đang dùng từ các báo cáo chính thức."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Chỉ đối chiếu; báo lỗi khi có dòng lệch."
        )

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        if not check:
            with transaction.atomic():
                keepers.rebuild(connection)
        wrong = {
            table: counts
            for table, counts in keepers.differences(connection).items()
            if any(counts)
        }
        if wrong:
            raise CommandError(
                "; ".join(
                    _("%(table)s: thiếu %(missing)s dòng, thừa %(surplus)s dòng")
                    % {"table": table, "missing": missing, "surplus": surplus}
                    for table, (missing, surplus) in wrong.items()
                )
                + _(". Chạy rebuild_standing để dựng lại.")
            )
        self.stdout.write(_("Số liệu đang dùng khớp với các báo cáo."))

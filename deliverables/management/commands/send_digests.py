"""Command for cron: one mail a day to each person who has something due, returned, waiting or stale."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from coopportal.clock import today
from deliverables.digests import send_digests


class Command(BaseCommand):
    help = "Gửi thư nhắc việc của ngày hôm nay; chạy lại không gửi hai lần, thư lỗi được gửi lại."

    def handle(self, *args: Any, **options: Any) -> None:
        outcome = send_digests(today())
        told = _(
            "Đã gửi %(sent)s thư; %(already)s người đã nhận hôm nay, %(nothing)s người không có việc."
        ) % {"sent": outcome.sent, "already": outcome.already, "nothing": outcome.nothing}
        if outcome.failed:
            raise CommandError(
                told
                + " "
                + _("%(failed)s thư lỗi, lần chạy sau gửi lại.") % {"failed": outcome.failed}
            )
        self.stdout.write(told)

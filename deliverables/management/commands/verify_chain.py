"""Command: walk the log of official changes and say whether anything in it was tampered with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from deliverables.models import OfficialChange


class Command(BaseCommand):
    help = "Kiểm tra chuỗi mã băm của các thay đổi số liệu chính thức."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = OfficialChange.objects.first_broken()
        if broken is not None:
            raise CommandError(
                _("Chuỗi bị đứt ở thay đổi số %(seq)s: số thứ tự, mã băm hoặc nội dung không khớp.")
                % {"seq": broken.seq}
            )
        unlogged = OfficialChange.objects.unlogged()
        if unlogged is not None:
            raise CommandError(
                _("Chuỗi thiếu dòng: báo cáo %(uid)s đã hoặc thôi là chính thức mà không được ghi.")
                % {"uid": unlogged.uid}
            )
        self.stdout.write(
            _("Chuỗi nguyên vẹn: %(count)s thay đổi.") % {"count": OfficialChange.objects.count()}
        )

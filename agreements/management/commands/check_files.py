"""Command: whether files on the disk and rows agree; takes away what belongs to neither."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from agreements.models import StoredFile
from agreements.storing import forget_unused
from coopportal.files import disk

#: Seconds that a file may lie there without a row: whoever is storing it has not finished.
UNFINISHED = 3600
_NAMED = 20


class Command(BaseCommand):
    help = "Đối chiếu tệp trong MEDIA_ROOT với dữ liệu; --clean dọn tệp thừa và nội dung không ai dùng."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--clean", action="store_true", help="Dọn những gì thừa.")
        parser.add_argument(
            "--hashes", action="store_true", help="Đọc lại và băm từng tệp; mất nhiều thời gian."
        )

    def handle(self, *args: Any, clean: bool = False, hashes: bool = False, **options: Any) -> None:
        surplus = list(surplus_files())
        unused = list(StoredFile.objects.unused().values_list("pk", flat=True))
        if clean:
            for path in surplus:
                disk.remove(path)
            forget_unused(unused)
        damaged = list(damaged_files(hashes=hashes))
        self._tell(_("Tệp thừa, không dòng nào ghi"), surplus)
        self._tell(_("Nội dung không còn gì dùng đến"), [str(pk) for pk in unused])
        self._tell(_("Tệp thiếu hoặc khác nội dung đã ghi"), damaged)
        if damaged:
            raise CommandError(
                _(
                    "%(count)d tệp thiếu hoặc hỏng: khôi phục từ bản sao lưu, hoặc nộp lại đúng tệp đó."
                )
                % {"count": len(damaged)}
            )
        if not clean and (surplus or unused):
            raise CommandError(_("Còn thứ thừa. Chạy check_files --clean để dọn."))
        self.stdout.write(_("Tệp trên đĩa và dữ liệu khớp nhau."))

    def _tell(self, what: str, found: list[str]) -> None:
        if found:
            names = ", ".join(found[:_NAMED]) + (" …" if len(found) > _NAMED else "")
            self.stdout.write(f"{what}: {len(found)} ({names})")


def surplus_files() -> Iterator[str]:
    """Paths that no row names and nobody can still be about to name: each is given out once only."""
    before = time.time() - UNFINISHED
    lying = [path for path, found in disk.lying() if found.st_mtime < before]
    for some in _portions(lying):
        named = set(StoredFile.objects.filter(file__in=some).values_list("file", flat=True))
        yield from (path for path in some if path not in named)


def damaged_files(*, hashes: bool) -> Iterator[str]:
    """Paths that rows name and where their content does not lie; by its length, or by its hash."""
    for row in StoredFile.objects.order_by("pk").iterator():
        path = str(row.file)
        if (
            not _is_whole(row, path, hashes=hashes)
            and StoredFile.objects.filter(pk=row.pk).exists()
        ):
            yield path


def _is_whole(row: StoredFile, path: str, *, hashes: bool) -> bool:
    full = disk.media() / path
    try:
        if full.stat().st_size != row.size:
            return False
        if not hashes:
            return True
        with full.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest() == row.sha256
    except OSError:
        return False


def _portions(paths: list[str]) -> Iterable[list[str]]:
    return (paths[start : start + 500] for start in range(0, len(paths), 500))

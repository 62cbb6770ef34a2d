"""Command: the whole database and all files into one archive, while people work (docs/operations.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

from coopportal import archive
from deliverables.models import OfficialChange


def chain_head(moment: BaseDatabaseWrapper) -> dict[str, Any]:
    """Number and hash of the last official change, as a connection sees them."""
    query = OfficialChange.objects.order_by("-seq").values_list("seq", "hash")[:1].query
    rows = list(query.get_compiler(connection=moment).results_iter())
    return {"seq": rows[0][0], "hash": rows[0][1]} if rows else {"seq": 0, "hash": ""}


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu và tệp minh chứng vào một tệp, trong khi mọi người vẫn làm việc."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Tệp sao lưu sẽ ghi; chưa được có.")

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        def tell(table: str, rows: int) -> None:
            if verbosity > 1:
                self.stdout.write(f"{table}: {rows}")

        try:
            made = archive.write(
                file, connection, media=Path(settings.MEDIA_ROOT), seal=chain_head, tell=tell
            )
        except archive.ArchiveRefusedError as refused:
            raise CommandError(str(refused)) from refused
        if made.missing:
            self.stderr.write(
                _(
                    "Cảnh báo: %(count)s tệp có tên trong dữ liệu mà không có trong MEDIA_ROOT: %(names)s"
                )
                % {"count": len(made.missing), "names": ", ".join(made.missing[:10])}
            )
        self.stdout.write(
            _(
                "Đã sao lưu vào %(path)s: %(tables)s bảng, %(rows)s dòng, %(files)s tệp; chuỗi số liệu "
                "chính thức đến số %(seq)s (%(hash)s)."
            )
            % {
                "path": file,
                "tables": len(made.tables),
                "rows": made.rows,
                "files": len(made.files),
                "seq": made.seal["seq"],
                "hash": made.seal["hash"][:12] or "–",
            }
        )

"""Command: an archive of `backup` into an empty database and an empty MEDIA_ROOT, proved or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from coopportal import archive
from deliverables.management.commands.backup import chain_head


def _prove_chain(made: archive.Manifest) -> None:
    """The head is that of the archive, and every hash up to it can be computed again."""
    if chain_head(connection) != made.seal:
        raise archive.ArchiveRefusedError(
            _("Đầu chuỗi số liệu chính thức không khớp. Chưa ghi gì.")
        )
    try:
        call_command("verify_chain", stdout=io.StringIO())
    except CommandError as broken:
        raise archive.ArchiveRefusedError(f"{broken} " + _("Chưa ghi gì.")) from broken


class Command(BaseCommand):
    help = "Khôi phục một tệp sao lưu vào cơ sở dữ liệu trống và MEDIA_ROOT trống."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="Tệp do lệnh backup ghi.")

    def handle(self, *args: Any, file: Path, verbosity: int = 1, **options: Any) -> None:
        def tell(table: str, rows: int) -> None:
            if verbosity > 1:
                self.stdout.write(f"{table}: {rows}")

        try:
            made = archive.restore(
                file, connection, media=Path(settings.MEDIA_ROOT), prove=_prove_chain, tell=tell
            )
        except archive.ArchiveRefusedError as refused:
            raise CommandError(str(refused)) from refused
        if made.missing:
            self.stderr.write(
                _("Cảnh báo: khi sao lưu đã thiếu %(count)s tệp: %(names)s")
                % {"count": len(made.missing), "names": ", ".join(made.missing[:10])}
            )
        self.stdout.write(
            _(
                "Đã khôi phục bản sao lưu lúc %(at)s: %(tables)s bảng, %(rows)s dòng, %(files)s tệp. Số "
                "dòng, mã băm từng bảng, từng tệp và chuỗi đến số %(seq)s đều khớp."
            )
            % {
                "at": made.made_at,
                "tables": len(made.tables),
                "rows": made.rows,
                "files": len(made.files),
                "seq": made.seal["seq"],
            }
        )

"""Makes an archive of a database at work and its files; nothing is left behind where that fails."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext

from coopportal.archive import database, files, tables
from coopportal.archive.manifest import (
    MEMBER,
    ArchiveRefusedError,
    Manifest,
    TablePart,
    check,
    table_member,
)
from coopportal.clock import now

Seal = Callable[[BaseDatabaseWrapper], dict[str, Any]]
Tell = Callable[[str, int], None]


def migrations_of(connection: BaseDatabaseWrapper | None) -> list[list[str]]:
    """The migrations that a database has gone through; without one, those that the code has."""
    loader = MigrationLoader(connection)
    there = set(loader.disk_migrations)
    if connection is not None:
        there &= set(loader.applied_migrations)
    return sorted([app, name] for app, name in there)


def write(
    target: Path, connection: BaseDatabaseWrapper, *, media: Path, seal: Seal, tell: Tell
) -> Manifest:
    """Write an archive of one moment to ``target``, read it back, and only then give it its name.

    ``seal`` is asked of the same moment. ``tell`` hears of each table. Raises :class:`ArchiveRefusedError`.
    """
    if target.exists():
        raise ArchiveRefusedError(
            gettext("Đã có tệp %(path)s, không ghi đè. Chọn tên khác.") % {"path": target}
        )
    if migrations_of(connection) != migrations_of(None):
        raise ArchiveRefusedError(
            gettext(
                "Cơ sở dữ liệu chưa qua hết các bước chuyển đổi của phiên bản này. Sao lưu bằng "
                "phiên bản đang chạy trước khi nâng cấp, hoặc chạy migrate trước."
            )
        )
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            unfinished = Path(folder) / "archive.zip"
            with (
                database.one_moment(connection, Path(folder)) as moment,
                unfinished.open("xb") as out,
            ):
                unfinished.chmod(0o600)  # it holds whatever the database holds
                manifest = _write(out, moment, media=media, seal=seal, tell=tell)
                out.flush()
                os.fsync(out.fileno())
            if check(unfinished) != manifest:
                raise ArchiveRefusedError(gettext("Đọc lại tệp sao lưu vừa ghi thì thấy khác."))
            # A link, not a rename: it fails where the name has been taken meanwhile.
            os.link(unfinished, target)
    except OSError as error:
        raise ArchiveRefusedError(
            gettext("Không ghi được tệp sao lưu: %(error)s") % {"error": error}
        ) from error
    return manifest


def _write(
    out: Any, moment: BaseDatabaseWrapper, *, media: Path, seal: Seal, tell: Tell
) -> Manifest:
    manifest = Manifest(
        made_at=now().isoformat(),
        database=moment.vendor,
        migrations=migrations_of(moment),
        seal=seal(moment),
    )
    with zipfile.ZipFile(out, "w") as archive:
        for model in tables.archived():
            name = model._meta.db_table
            manifest.tables[name] = _add_table(archive, model, moment)
            tell(name, manifest.tables[name].rows)
        files.add_all(archive, media, manifest, files.named_by_rows(moment))
        info = zipfile.ZipInfo(MEMBER)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, manifest.as_json())
    return manifest


def _add_table(
    archive: zipfile.ZipFile, model: type[models.Model], moment: BaseDatabaseWrapper
) -> TablePart:
    found = tables.Digest()
    last = 0
    info = zipfile.ZipInfo(table_member(model._meta.db_table))
    info.compress_type = zipfile.ZIP_DEFLATED
    own_key = tables.columns(model).index(model._meta.pk)
    numbered = database.numbers_itself(model)
    with archive.open(info, "w", force_zip64=True) as into:
        for row in tables.rows(model, moment):
            text = tables.line(row)
            found.add(text)
            into.write(text)
            last = row[own_key] if numbered else last
    return TablePart(
        columns=[str(field.column) for field in tables.columns(model)],
        rows=found.rows,
        sha256=found.sha256,
        # Rows come by their keys, so the last one has the highest.
        last_number=max(last, database.last_number(model, moment)) if numbered else None,
    )

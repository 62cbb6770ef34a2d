"""Puts an archive into an empty database and folder, and proves it there before anything is kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DatabaseError, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext

from coopportal.archive import database, files, tables
from coopportal.archive.manifest import ArchiveRefusedError, Manifest, check, table_member
from coopportal.archive.writing import migrations_of

Prove = Callable[[Manifest], None]
Tell = Callable[[str, int], None]

#: What `migrate` itself fills: a database with rows in these tables only is still empty. A test compares.
MADE_BY_MIGRATE = frozenset(
    {
        "agreements_holiday",
        "auth_permission",
        "deliverables_officialsequence",
        "django_content_type",
        "versions_dataversion",
    }
)


def restore(
    path: Path, connection: BaseDatabaseWrapper, *, media: Path, prove: Prove, tell: Tell
) -> Manifest:
    """Restore an archive; ``prove`` may still refuse it, inside the transaction. All or nothing.

    Raises :class:`ArchiveRefusedError` where the archive is damaged, of another release, or the place not
    empty: then nothing was written but, at most, empty tables.
    """
    manifest = check(path)
    _refuse_other_release(manifest)
    _refuse_unless_empty(connection, media)
    call_command("migrate", database=connection.alias, verbosity=0, interactive=False)
    with ExitStack() as undo, zipfile.ZipFile(path) as archive:
        # Until the last line of the block the folder is emptied again, whatever goes wrong.
        undo.callback(files.empty, media)
        try:
            staging = files.unpack(archive, manifest, media)
            with transaction.atomic(using=connection.alias):
                _load(archive, manifest, connection, tell)
                _refuse_differences(manifest, connection)
                prove(manifest)
                _refuse_other_files(manifest, staging)
                files.take_place(staging, media)
        except (OSError, ValueError, ValidationError, DatabaseError) as error:
            raise ArchiveRefusedError(
                gettext("Không khôi phục được, đã hủy hết: %(error)s") % {"error": error}
            ) from error
        undo.pop_all()
    return manifest


def _refuse_other_release(manifest: Manifest) -> None:
    here = {tuple(step) for step in migrations_of(None)}
    there = {tuple(step) for step in manifest.migrations}
    fields = {
        model._meta.db_table: [str(field.column) for field in tables.columns(model)]
        for model in tables.archived()
    }
    if here == there and fields == {name: part.columns for name, part in manifest.tables.items()}:
        return
    steps = ", ".join(f"{app}.{name}" for app, name in sorted(here ^ there)[:5])
    raise ArchiveRefusedError(
        gettext(
            "Tệp sao lưu của phiên bản khác (khác nhau ở bước chuyển đổi: %(steps)s). Khôi phục bằng "
            "đúng phiên bản đã sao lưu, rồi nâng cấp bằng migrate. Chưa ghi gì."
        )
        % {"steps": steps or "–"}
    )


def _refuse_unless_empty(connection: BaseDatabaseWrapper, media: Path) -> None:
    there = set(connection.introspection.table_names())
    quote = connection.ops.quote_name
    filled = []
    with connection.cursor() as cursor:
        for name in (model._meta.db_table for model in tables.archived()):
            if name not in there or name in MADE_BY_MIGRATE:
                continue
            cursor.execute(f"SELECT 1 FROM {quote(name)} LIMIT 1")
            if cursor.fetchone():
                filled.append(name)
    if filled:
        raise ArchiveRefusedError(
            gettext(
                "Cơ sở dữ liệu không trống (đã có dòng ở %(tables)s). Chỉ khôi phục vào cơ sở dữ liệu "
                "mới, để không ghi đè số liệu nào. Chưa ghi gì."
            )
            % {"tables": ", ".join(filled[:5])}
        )
    if not files.is_empty(media):
        raise ArchiveRefusedError(
            gettext(
                "Thư mục MEDIA_ROOT (%(path)s) không trống. Chỉ khôi phục vào thư mục trống. "
                "Chưa ghi gì."
            )
            % {"path": media}
        )


def _load(
    archive: zipfile.ZipFile, manifest: Manifest, connection: BaseDatabaseWrapper, tell: Tell
) -> None:
    quote = connection.ops.quote_name
    with database.triggers_asleep(connection):
        with connection.cursor() as cursor:
            for model in tables.archived():  # there is nothing but what migrate made
                cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")
        for model in tables.archived():
            part = manifest.tables[model._meta.db_table]
            tables.insert(model, connection, _rows(archive, model))
            if part.last_number is not None:
                database.continue_after(model, connection, part.last_number)
            tell(model._meta.db_table, part.rows)
        connection.check_constraints()
    ContentType.objects.clear_cache()


def _rows(archive: zipfile.ZipFile, model: type[models.Model]) -> Iterator[list[Any]]:
    fields = tables.columns(model)
    with archive.open(table_member(model._meta.db_table)) as lines:
        for text in lines:
            yield tables.read_line(fields, text)


def _refuse_differences(manifest: Manifest, connection: BaseDatabaseWrapper) -> None:
    """What lies in the database now, read back from it, must be what the archive was made of."""
    for model in tables.archived():
        name = model._meta.db_table
        part = manifest.tables[name]
        found = tables.digest(model, connection)
        numbered = part.last_number is not None
        last = database.last_number(model, connection) if numbered else None
        if (found.rows, found.sha256, last) != (part.rows, part.sha256, part.last_number):
            raise ArchiveRefusedError(
                gettext("Khôi phục xong đọc lại thì bảng %(name)s khác. Đã hủy, chưa ghi gì.")
                % {"name": name}
            )


def _refuse_other_files(manifest: Manifest, staging: Path) -> None:
    if wrong := files.differing(staging, manifest):
        raise ArchiveRefusedError(
            gettext("Ghi ra đĩa rồi đọc lại thì tệp khác đi: %(names)s. Đã hủy, chưa ghi gì.")
            % {"names": ", ".join(wrong[:5])}
        )

"""Storing what somebody hands in: one content is kept once, and no failure leaves half of it behind.

``with storing(upload) as handed_in:`` checks the content, opens the transaction and has row and file ready;
whatever is to rest on them is written inside the block. See docs/adr/0019.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from agreements.models import Source, SourceFile, StoredFile
from coopportal.files import disk
from coopportal.files.inspecting import Inspected, inspect


class NotStoredError(Exception):
    """The disk took no file (full, read-only, gone): nothing was kept, neither row nor file."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Máy chủ không lưu được tệp lúc này (có thể đã hết chỗ), chưa có gì được lưu. Thử lại sau, "
                "hoặc báo quản trị viên."
            )
        )


@dataclass(frozen=True)
class HandedIn:
    """A content that is stored, and the safe name under which somebody handed it in."""

    stored: StoredFile
    name: str


@contextmanager
def storing(upload: UploadedFile) -> Iterator[HandedIn]:
    """The content of ``upload``, stored once the block has ended well; else nothing of it stays.

    The outermost transaction: the block ends in a commit. Raises ``ValidationError`` of ``file`` for a
    content that is not taken, before anything is written; :class:`NotStoredError` where the disk takes none.
    """
    assert upload.file is not None, "an upload that was read has a file"
    try:
        found = inspect(upload.file, upload.name or "")
    except ValidationError as refusal:
        raise ValidationError({"file": refusal}) from refusal
    path = disk.new_path(found.sha256)
    attempt = _Attempt(upload, path)
    try:
        # The slow part first, so that nobody waits for this disk with a row locked.
        if not _is_kept(found.sha256):
            attempt.write()
        with transaction.atomic(durable=True):
            stored = _row(found, path)
            attempt.place(stored)
            yield HandedIn(stored, found.name)
            attempt.committing = True
    except BaseException:
        attempt.undo()
        raise
    finally:
        disk.discard(attempt.written)


class _Attempt:
    """What this one attempt has put on the disk so far."""

    def __init__(self, upload: UploadedFile, path: str) -> None:
        self.upload, self.path = upload, path
        self.written: Path | None = None
        self.placed = False
        self.committing = False

    def write(self) -> None:
        try:
            self.written = disk.write(self.upload.file)  # type: ignore[arg-type]
        except OSError as error:
            raise NotStoredError from error

    def place(self, stored: StoredFile) -> None:
        """Bring the content to where its row says; a file that was lost comes back that way."""
        path = str(stored.file)
        if path != self.path and disk.is_there(path):
            return
        if self.written is None:
            self.write()
        assert self.written is not None
        try:
            disk.place(self.written, path)
        except OSError as error:
            raise NotStoredError from error
        self.placed = path == self.path

    def undo(self) -> None:
        """Take the file away again, unless its row may have been committed in spite of the failure."""
        if not self.placed:
            return
        try:
            named = StoredFile.objects.filter(file=self.path).exists()
        except DatabaseError:
            # Nobody can tell; a file too many is found by check_files, one too few by nobody.
            named = self.committing
        if not named:
            disk.remove(self.path)


def _is_kept(sha256: str) -> bool:
    paths = StoredFile.objects.filter(sha256=sha256).values_list("file", flat=True)
    return any(disk.is_there(path) for path in paths)


def _row(found: Inspected, path: str) -> StoredFile:
    """The row of a content, its own or the one that was there, locked until the transaction ends.

    "Update" to the same value locks: whoever takes away unused contents waits, or is waited for.
    """
    row = StoredFile(
        file=path,
        sha256=found.sha256,
        kind=found.kind,
        size=found.size,
        pages=found.pages,
        signed=found.signed,
    )
    StoredFile.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["sha256"], update_fields=["sha256"]
    )
    return StoredFile.objects.get(sha256=found.sha256)


def attach_to_source(source: Source, handed_in: HandedIn) -> SourceFile:
    """Make a stored content the text of a filed document: inside ``storing``, or while another row names it.

    The source is named by it too (``file``, ``sha256``). One text a document, for good once it was sent.
    """
    if SourceFile.objects.filter(source=source).exists():
        raise ValidationError(
            _("Văn bản này đã có tệp. Lập văn bản mới nếu tệp khác."), code="once"
        )
    link = SourceFile(source=source, stored=handed_in.stored, name=handed_in.name)
    link.save(force_insert=True)
    source.file, source.sha256 = handed_in.name, handed_in.stored.sha256
    source.save(update_fields=["file", "sha256"])
    return link


@transaction.atomic
def forget_unused(files: Iterable[int]) -> int:
    """Take away those contents, row and file, that nothing names any more; how many.

    Whoever comes to rest on one of them at the same moment waits for the lock, or is seen to rest on it.
    """
    wanted = sorted(set(files))
    if not wanted:
        return 0
    list(StoredFile.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    idle = dict(StoredFile.objects.filter(pk__in=wanted).unused().values_list("pk", "file"))
    StoredFile.objects.filter(pk__in=idle).delete()
    for path in idle.values():
        transaction.on_commit(partial(disk.remove, path))
    return len(idle)

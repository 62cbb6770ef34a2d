"""What a file that somebody hands in really is. The name and the type that came with it decide nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coopportal.files.kinds import MOST_BYTES, FileKind
from coopportal.files.naming import safe_name
from coopportal.files.office import read_office
from coopportal.files.pdf import read_pdf
from coopportal.files.pictures import read_picture

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE = b"PK\x03\x04"
_BEGINNINGS = {
    b"%PDF-": FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
}


@dataclass(frozen=True)
class Inspected:
    """A file that may be taken: its safe name and what is known of it; pages only of a PDF."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    pages: int | None = None
    signed: bool = False


def inspect(content: IO[bytes], name: str) -> Inspected:
    """Look a file through; ``ValidationError`` says in Vietnamese why it is not taken and what to do."""
    size = content.seek(0, 2)
    if not size:
        raise ValidationError(_("Tệp rỗng, không có nội dung. Chọn lại tệp."), code="empty")
    if size > MOST_BYTES:
        raise ValidationError(
            _("Tệp lớn hơn %(most)d MB. Quét ở độ phân giải thấp hơn hoặc tách làm nhiều tệp.")
            % {"most": MOST_BYTES // (1024 * 1024)},
            code="too_large",
        )
    pages, signed = None, False
    kind = _kind(content)
    if kind is FileKind.PDF:
        told = read_pdf(content)
        pages, signed = told.pages, told.signed
    elif kind is None:
        kind = read_office(content)
    else:
        read_picture(content, kind)
    content.seek(0)
    digest = hashlib.sha256()
    while chunk := content.read(1 << 20):
        digest.update(chunk)
    return Inspected(safe_name(name, kind), kind, size, digest.hexdigest(), pages, signed)


def _kind(content: IO[bytes]) -> FileKind | None:
    """By the very first bytes; ``None`` for a package that may be Word or Excel."""
    content.seek(0)
    head = content.read(16)
    for beginning, kind in _BEGINNINGS.items():
        if head.startswith(beginning):
            return kind
    if head.startswith(_PACKAGE):
        return None
    if head.startswith(_OLD_OFFICE):
        raise ValidationError(
            _(
                "Tệp Word, Excel đời cũ (.doc, .xls) hoặc có mật khẩu. Lưu lại thành .docx, .xlsx hoặc PDF "
                "rồi chọn lại."
            ),
            code="old_office",
        )
    raise ValidationError(
        _(
            "Nội dung tệp không phải là PDF, PNG, JPEG, DOCX hay XLSX (cổng xem nội dung, không xem "
            "tên tệp). Xuất ra PDF rồi chọn lại."
        ),
        code="kind",
    )

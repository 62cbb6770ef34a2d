"""PDF files: how many pages, whether signed; refused when broken, locked, or able to act by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

#: What one may cost to look through: a scan of a thousand pages has some thousand objects.
_MOST_OBJECTS = 200_000
_MOST_SECONDS = 15.0
_TAIL = 2048
#: What a viewer would carry out (ISO 32000-1, 12.6.4); no document that proves a figure needs any of it.
_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Rendition", "/GoToE"}
_ACTING_KEYS = {"/JS", "/JavaScript", "/XFA"}
_CARRYING_KEYS = {"/EF", "/EmbeddedFiles"}


@dataclass(frozen=True)
class PdfTold:
    """What is known of a PDF. ``signed``: a signature field is filled; whether it holds is not checked."""

    pages: int
    signed: bool


def read_pdf(content: IO[bytes]) -> PdfTold:
    """Look a PDF through; ``ValidationError`` says why it is not taken."""
    _refuse_what_follows(content)
    content.seek(0)
    try:
        reader = PdfReader(content)
        locked = reader.is_encrypted and not reader.decrypt("")
    except Exception as error:  # whatever a reader of hostile bytes may run into
        raise _broken() from error
    if locked:
        raise ValidationError(
            _("PDF có mật khẩu nên bên kia không mở được. Bỏ mật khẩu rồi chọn lại."), code="locked"
        )
    try:
        signed = _look_through(reader)
        pages = len(reader.pages)
    except ValidationError:
        raise
    except Exception as error:
        raise _broken() from error
    if pages < 1:
        raise _broken()
    return PdfTold(pages, signed)


def _broken() -> ValidationError:
    return ValidationError(
        _("Tệp PDF hỏng hoặc bị cắt cụt, không đọc được. Xuất lại PDF rồi chọn lại."), code="broken"
    )


def _refuse_what_follows(content: IO[bytes]) -> None:
    """A page, an archive or a program behind the end of a PDF makes it two files in one."""
    size = content.seek(0, 2)
    content.seek(max(0, size - _TAIL))
    _before, mark, behind = content.read().rpartition(b"%%EOF")
    if not mark:
        raise _broken()
    if behind.strip(b"\0\t\n\f\r "):
        raise ValidationError(
            _("Sau phần kết thúc của PDF còn có nội dung khác. Xuất lại PDF rồi chọn lại."),
            code="two_in_one",
        )


def _look_through(reader: PdfReader) -> bool:
    """Refuse what acts or carries other files, wherever it stands; whether a signature was put in."""
    signed = False
    until = time.monotonic() + _MOST_SECONDS
    for number, found in enumerate(_objects(reader)):
        if number > _MOST_OBJECTS or time.monotonic() > until:
            raise ValidationError(
                _("PDF quá phức tạp, không kiểm tra hết được. Xuất lại bản gọn hơn rồi chọn lại."),
                code="too_complex",
            )
        for one in _dictionaries(found):
            _refuse_acting(one)
            signed = signed or ("/ByteRange" in one and "/Contents" in one)
    return signed


def _objects(reader: PdfReader) -> Iterator[Any]:
    numbers = [
        (number, generation)
        for generation, entries in reader.xref.items()
        if generation != 65535  # the head of the list of free ones
        for number in entries
    ]
    numbers += [(number, 0) for number in reader.xref_objStm]
    yield reader.trailer
    for number, generation in numbers:
        yield reader.get_object(IndirectObject(number, generation, reader))


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:
    """A dictionary and those that stand in it; what it only points at has a turn of its own."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            waiting += list(list.__iter__(one))


def _refuse_acting(one: DictionaryObject) -> None:
    action = one.raw_get("/S") if "/S" in one else None
    if isinstance(action, IndirectObject):
        action = action.get_object()
    if action in _ACTIONS or not _ACTING_KEYS.isdisjoint(one):
        raise ValidationError(
            _(
                "PDF có mã lệnh hoặc thao tác tự chạy (JavaScript, mở chương trình…). In ra PDF mới "
                "không có mã lệnh rồi chọn lại."
            ),
            code="acts",
        )
    if not _CARRYING_KEYS.isdisjoint(one):
        raise ValidationError(
            _("PDF có tệp khác đính kèm bên trong. Tách ra và nộp từng tệp."), code="carries"
        )

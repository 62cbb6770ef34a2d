"""Word and Excel files (OOXML): a package of the kind it says, without macros, and of a size that unpacks."""

from __future__ import annotations

import zipfile
from typing import IO, Any
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from coopportal.files.kinds import FileKind

#: What a package may unpack to: parts, bytes in all, and bytes for each packed one of a part worth asking.
_MOST_PARTS = 5000
_MOST_UNPACKED = 300 * 1024 * 1024
_MOST_RATIO = 200
_WORTH_ASKING = 10 * 1024 * 1024
_MOST_XML = 4 * 1024 * 1024
_CHUNK = 1 << 20
_TYPES = "[Content_Types].xml"
_MAIN = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": FileKind.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
}
#: Words in a content type or a part's name that tell of something to carry out.
_ACTING = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "activex", "oleobject")


def read_office(content: IO[bytes]) -> FileKind:
    """Look a package through and tell what it is; ``ValidationError`` says why it is not taken."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as package:
            return _read(package)
    except ValidationError:
        raise
    except Exception as error:  # whatever a reader of hostile bytes may run into
        raise _broken() from error


def _read(package: zipfile.ZipFile) -> FileKind:
    parts = package.infolist()
    names = [part.filename for part in parts]
    _refuse_bomb(parts)
    if len(set(names)) != len(names) or any(map(_leads_out, names)):
        raise _broken()
    if any(part.flag_bits & 1 for part in parts):
        raise ValidationError(
            _("Tệp có mật khẩu nên bên kia không mở được. Bỏ mật khẩu rồi chọn lại."), code="locked"
        )
    if _TYPES not in names:
        raise _no_document()
    types = _attributes(package, _TYPES)
    told = [(row.get("PartName", ""), row.get("ContentType", "")) for _tag, row in types]
    if any(word in text.lower() for text in [*names, *map(" ".join, told)] for word in _ACTING):
        raise ValidationError(
            _(
                "Tệp có macro, ActiveX hoặc đối tượng nhúng. Lưu lại thành .docx hoặc .xlsx không có "
                "macro rồi chọn lại."
            ),
            code="macros",
        )
    kinds = {
        _MAIN[kind]: part
        for part, kind in told
        if kind in _MAIN and part.removeprefix("/") in names
    }
    if len(kinds) != 1:
        raise _no_document()
    _refuse_remote(package, names)
    _unpack_all(package, parts)
    return next(iter(kinds))


def _refuse_bomb(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    swollen = any(
        part.file_size > _WORTH_ASKING and part.file_size > _MOST_RATIO * max(1, part.compress_size)
        for part in parts
    )
    if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED or swollen:
        raise ValidationError(
            _(
                "Tệp nén giải ra lớn bất thường nên không được nhận. Lưu lại bản gọn hơn rồi chọn lại."
            ),
            code="bomb",
        )


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name


def _attributes(package: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """Each element of a small XML part with its attributes; no document type, so nothing expands."""
    if package.getinfo(name).file_size > _MOST_XML:
        raise _broken()
    found: list[tuple[str, dict[str, str]]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        found.append((tag, attributes))

    def refuse(*args: Any) -> None:
        raise _broken()

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(package.read(name), True)  # noqa: FBT003  (the word of expat for "that is all")
    return found


def _refuse_remote(package: zipfile.ZipFile, names: list[str]) -> None:
    """A template from elsewhere brings its macros along when the document is opened."""
    for name in names:
        if not name.endswith("settings.xml.rels"):
            continue
        for _tag, row in _attributes(package, name):
            if row.get("TargetMode") == "External":
                raise ValidationError(
                    _("Tệp tự tải mẫu từ nơi khác khi mở. Lưu lại không kèm mẫu rồi chọn lại."),
                    code="remote",
                )


def _unpack_all(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Every part to its last byte: its length and checksum are what the package says."""
    for part in parts:
        with package.open(part) as unpacked:
            while unpacked.read(_CHUNK):
                pass


def _broken() -> ValidationError:
    return ValidationError(
        _("Tệp Word, Excel hỏng hoặc bị cắt cụt. Mở ra, lưu lại rồi chọn lại."), code="broken"
    )


def _no_document() -> ValidationError:
    return ValidationError(
        _("Tệp nén này không phải là tài liệu Word (.docx) hay Excel (.xlsx)."), code="kind"
    )

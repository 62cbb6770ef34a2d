"""The last member of an archive: what it holds, how many rows and bytes, and the SHA-256 of each part."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from coopportal.archive import tables

FORMAT = "coopportal-backup"
VERSION = 1
MEMBER = "manifest.json"
_CHUNK = 1 << 20


class ArchiveRefusedError(Exception):
    """Why nothing was written; the message is for people, in Vietnamese."""


@dataclass
class TablePart:
    """One table: its columns in order, how many rows, their digest, the last key given out."""

    columns: list[str]
    rows: int
    sha256: str
    last_number: int | None


@dataclass
class FilePart:
    """One file of MEDIA_ROOT."""

    size: int
    sha256: str


@dataclass
class Manifest:
    """What an archive holds. ``missing`` are files that rows name and the folder did not have.

    ``seal`` is what the caller wants to find again: here the head of the chain of official changes.
    """

    made_at: str
    database: str
    migrations: list[list[str]]
    tables: dict[str, TablePart] = field(default_factory=dict)
    files: dict[str, FilePart] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    seal: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.tables.values())

    def members(self) -> set[str]:
        return {
            MEMBER,
            *(table_member(name) for name in self.tables),
            *(file_member(name) for name in self.files),
        }

    def as_json(self) -> bytes:
        told = {"format": FORMAT, "version": VERSION, **asdict(self)}
        return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        told = json.loads(text)
        if told.pop("format") != FORMAT:
            raise ValueError("not one of our archives")
        if told.pop("version") != VERSION:
            raise ArchiveRefusedError(
                gettext("Tệp sao lưu theo định dạng mà phiên bản này của Cổng chưa đọc được.")
            )
        told["tables"] = {name: TablePart(**part) for name, part in told["tables"].items()}
        told["files"] = {name: FilePart(**part) for name, part in told["files"].items()}
        dt.datetime.fromisoformat(told["made_at"])
        return cls(**told)


def table_member(table: str) -> str:
    return f"tables/{table}.jsonl"


def file_member(path: str) -> str:
    return f"files/{path}"


@contextmanager
def readable(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive open for reading; whatever damage makes it unreadable is one refusal."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except FileNotFoundError as error:
        raise ArchiveRefusedError(
            gettext("Không có tệp sao lưu %(path)s.") % {"path": path}
        ) from error
    except (
        *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
        *(ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError),
        *(NotImplementedError, RuntimeError, ValidationError),
    ) as error:
        raise ArchiveRefusedError(
            gettext("Tệp sao lưu bị hỏng hoặc bị cắt cụt (%(error)s). Chưa ghi gì.")
            % {"error": str(error)[:200] or type(error).__name__}
        ) from error


def check(path: Path) -> Manifest:
    """Read an archive through to its last byte; refuse it unless all is there and as it was written."""
    with readable(path) as archive:
        names = archive.namelist()
        manifest = Manifest.from_json(archive.read(MEMBER))
        if len(names) != len(set(names)) or set(names) != manifest.members():
            raise ValueError("the parts are not those of the manifest")
        for name, part in manifest.tables.items():
            _check_table(archive, name, part)
        for name, file_part in manifest.files.items():
            _check_file(archive, name, file_part)
    return manifest


def _check_table(archive: zipfile.ZipFile, name: str, part: TablePart) -> None:
    found = tables.Digest()
    with archive.open(table_member(name)) as lines:
        for text in lines:
            found.add(text)
    if (found.rows, found.sha256) != (part.rows, part.sha256):
        raise ValueError(table_member(name))


def _check_file(archive: zipfile.ZipFile, name: str, part: FilePart) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or "\\" in name or str(place) != name:
        raise ValueError(file_member(name))
    sha256, size = hashlib.sha256(), 0
    with archive.open(file_member(name)) as content:
        while chunk := content.read(_CHUNK):
            sha256.update(chunk)
            size += len(chunk)
    if (size, sha256.hexdigest()) != (part.size, part.sha256):
        raise ValueError(file_member(name))

"""The files of MEDIA_ROOT: into an archive, and out of one beside their place before they take it."""

from __future__ import annotations

import hashlib
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from coopportal.archive import tables
from coopportal.archive.manifest import FilePart, Manifest, file_member

_CHUNK = 1 << 20
_STAGING = ".restore-"


def named_by_rows(connection: BaseDatabaseWrapper) -> set[str]:
    """The paths that rows name, as the connection sees them."""
    named: set[str] = set()
    for model in tables.archived():
        for field in tables.columns(model):
            if isinstance(field, models.FileField):
                query = model._base_manager.exclude(**{field.attname: ""}).values_list(
                    field.attname
                )
                compiler = query.query.get_compiler(connection=connection)
                named |= {str(row[0]) for row in compiler.results_iter() if row[0]}
    return named


def _there(media: Path) -> Iterator[Path]:
    """Plain files only, in order; a link could lead anywhere.

    What lies under a name with a dot in front is unfinished: an upload on its way, a restore.
    """
    if media.is_dir():
        for path in sorted(media.rglob("*")):
            if any(part.startswith(".") for part in path.relative_to(media).parts):
                continue
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def add_all(archive: zipfile.ZipFile, media: Path, manifest: Manifest, named: set[str]) -> None:
    """Copy every file into the archive; note those that rows name and that are not there.

    Read after the rows: a file is stored before the row that names it, so it is there by now.
    """
    for path in _there(media):
        name = path.relative_to(media).as_posix()
        sha256, size = hashlib.sha256(), 0
        try:
            source = path.open("rb")
        except FileNotFoundError:
            continue  # of a draft deleted meanwhile; told below where a row does name it
        with (
            source,
            archive.open(zipfile.ZipInfo(file_member(name)), "w", force_zip64=True) as into,
        ):
            while chunk := source.read(_CHUNK):
                sha256.update(chunk)
                size += len(chunk)
                into.write(chunk)
        manifest.files[name] = FilePart(size, sha256.hexdigest())
    manifest.missing = sorted(named - manifest.files.keys())


def is_empty(media: Path) -> bool:
    return not media.exists() or next(media.iterdir(), None) is None


def unpack(archive: zipfile.ZipFile, manifest: Manifest, media: Path) -> Path:
    """Write every file into a folder inside MEDIA_ROOT that nobody reads yet; return the folder."""
    media.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=media))
    for name in manifest.files:
        place = staging / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(file_member(name)) as content, place.open("xb") as into:
            place.chmod(0o600)
            shutil.copyfileobj(content, into, _CHUNK)
    return staging


def differing(staging: Path, manifest: Manifest) -> list[str]:
    """Which of the files, as they lie on the disk now, are not those of the archive."""
    wrong = []
    for name, part in manifest.files.items():
        with (staging / name).open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        if sha256 != part.sha256:
            wrong.append(name)
    return wrong


def take_place(staging: Path, media: Path) -> None:
    for entry in sorted(staging.iterdir()):
        entry.rename(media / entry.name)
    staging.rmdir()


def empty(media: Path) -> None:
    """Take back what was put there; only for a folder that was empty before."""
    for entry in media.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()

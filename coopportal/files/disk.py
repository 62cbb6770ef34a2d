"""Where files lie: below MEDIA_ROOT, each under a path that is given out once and never again.

A path is named by the content (``evidence/ab/cd/<sha256>-<8 hex>``); the last part makes it the path of one
attempt to store it. So whoever fails takes away only what was his, whatever others store meanwhile, and
a file that no row names can be taken away at any time (docs/adr/0019). Not here: rows.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from django.conf import settings

FOLDER = "evidence"
_INCOMING = ".incoming"
_CHUNK = 1 << 20


def media() -> Path:
    return Path(settings.MEDIA_ROOT)


def new_path(sha256: str) -> str:
    """A path below MEDIA_ROOT that no file ever had."""
    return f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}-{secrets.token_hex(4)}"


def write(content: IO[bytes]) -> Path:
    """Bring a content to the disk, whole, where nobody looks for it yet; an ``OSError`` leaves nothing."""
    folder = media() / FOLDER / _INCOMING
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)  # for its owner's eyes, and not to be run
    try:
        with os.fdopen(handle, "wb") as into:
            content.seek(0)
            while chunk := content.read(_CHUNK):
                into.write(chunk)
            into.flush()
            os.fsync(into.fileno())
    except BaseException:
        discard(Path(name))
        raise
    return Path(name)


def place(written: Path, path: str) -> None:
    """Give what was written its path, at once and for good."""
    target = media() / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written.rename(target)
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def discard(written: Path | None) -> None:
    """Take away what was written and has no path yet, if it is still there."""
    if written is not None:
        with suppress(OSError):
            written.unlink(missing_ok=True)


def remove(path: str) -> None:
    """Take away a file that no row names any more; what cannot be taken away is found by ``check_files``."""
    with suppress(OSError):
        (media() / path).unlink(missing_ok=True)


def is_there(path: str) -> bool:
    return (media() / path).is_file()


def lying() -> Iterator[tuple[str, os.stat_result]]:
    """Every file in the folder with its path below MEDIA_ROOT, unfinished ones included."""
    for place_, _folders, names in os.walk(media() / FOLDER):
        for name in sorted(names):
            full = Path(place_) / name
            with suppress(FileNotFoundError):
                yield full.relative_to(media()).as_posix(), full.lstat()

"""What a file is called: the name that came with it, without what could harm a page, a path or a person."""

from __future__ import annotations

import re
import unicodedata

from coopportal.files.kinds import FileKind

#: Letters of a name with its suffix, and bytes: file systems give a name 255.
MOST_LETTERS = 120
MOST_BYTES_OF_NAME = 200
_UNNAMED = "tep-dinh-kem"
#: What Windows lets no name have, and what a shell or a header might take for something else.
_RESERVED_SIGNS = re.compile(r'[<>:"|?*%`$&;\\/]+')
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def safe_name(name: str, kind: FileKind) -> str:
    """The last part of a path in one spelling, without control and direction marks, ending as its kind does.

    ``"../../biên bản.pdf.exe"`` that is a PDF is ``"biên bản.pdf"``. Never empty.
    """
    stem = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Controls, marks that turn the direction or show nothing, halves of characters, unassigned ones.
    stem = "".join(
        " " if letter.isspace() else letter
        for letter in stem
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    stem = _RESERVED_SIGNS.sub("-", stem)
    own = {kind.suffix, ".jpeg"} if kind is FileKind.JPEG else {kind.suffix}
    stem = _SUFFIX.sub("", stem)
    while (found := _SUFFIX.search(stem)) and found[0].lower() in own:
        stem = stem[: found.start()]
    stem = " ".join(stem.split()).strip(". -")
    stem = _shortened(stem, kind.suffix).strip(". -")
    if not stem or _DEVICES.match(stem):
        stem = f"{_UNNAMED}-{stem}".strip("-")
    return stem + kind.suffix


def _shortened(stem: str, suffix: str) -> str:
    stem = stem[: MOST_LETTERS - len(suffix)]
    room = MOST_BYTES_OF_NAME - len(suffix)
    return stem.encode()[:room].decode(errors="ignore")


def told_size(size: int) -> str:
    """``1,4 MB``, ``812 KB``; never less than 1 KB."""
    if size >= 1024 * 1024 // 10 * 9:
        return f"{size / (1024 * 1024):.1f}".replace(".", ",") + " MB"
    return f"{max(1, round(size / 1024))} KB"

"""The kinds of files that are taken, told by their first bytes; the name that came with one says nothing."""

from __future__ import annotations

from django.db.models import TextChoices

#: How large a file may be.
MOST_BYTES = 20 * 1024 * 1024


class FileKind(TextChoices):
    PDF = "pdf", "PDF"
    PNG = "png", "PNG"
    JPEG = "jpeg", "JPEG"
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"

    @property
    def suffix(self) -> str:
        """How a name of this kind ends."""
        return ".jpg" if self is FileKind.JPEG else f".{self.value}"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.DOCX: f"{_OFFICE}wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}spreadsheetml.sheet",
}

#: For a browser's file chooser: a help for the eye, no check.
ACCEPT = ",".join(
    [*(kind.suffix for kind in FileKind), ".jpeg", *(kind.media_type for kind in FileKind)]
)

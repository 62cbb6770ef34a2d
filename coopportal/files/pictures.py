"""PNG and JPEG files: whole, and of a size that somebody can look at. No picture is decoded here."""

from __future__ import annotations

from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image

from coopportal.files.kinds import FileKind

#: An A3 page scanned at 600 dots an inch has 70 million.
MOST_PIXELS = 100_000_000
# Pillow would warn or fail by a number of its own before the size can be asked.
Image.MAX_IMAGE_PIXELS = None
_END_OF_JPEG = b"\xff\xd9"


def read_picture(content: IO[bytes], kind: FileKind) -> None:
    """Look a picture through; ``ValidationError`` says why it is not taken."""
    content.seek(0)
    try:
        with Image.open(content, formats=[kind.name]) as image:
            width, height = image.size
            image.verify()  # PNG: the checksum of every part, to the last
        whole = kind is FileKind.PNG or _ends(content)
    except Exception as error:  # whatever a reader of hostile bytes may run into
        raise _broken() from error
    if not whole:
        raise _broken()
    if width * height > MOST_PIXELS:
        raise ValidationError(
            _(
                "Ảnh %(width)d × %(height)d điểm là quá lớn; tối đa %(most)d triệu điểm ảnh. Thu nhỏ rồi "
                "chọn lại."
            )
            % {"width": width, "height": height, "most": MOST_PIXELS // 1_000_000},
            code="pixels",
        )


def _ends(content: IO[bytes]) -> bool:
    """Whether a JPEG reaches its end; cameras write notes of their own behind it."""
    content.seek(0)
    head = content.read(2)
    return _END_OF_JPEG in head + content.read()


def _broken() -> ValidationError:
    return ValidationError(
        _("Tệp ảnh hỏng hoặc bị cắt cụt. Chụp, quét hoặc xuất lại rồi chọn lại."), code="broken"
    )

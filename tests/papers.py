"""Files as people hand them in, honest and hostile, built by code: nothing of them lies in the repository."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

_OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{_OFFICE}wordprocessingml.document.main+xml"
SHEET = f"{_OFFICE}spreadsheetml.sheet.main+xml"


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def pdf(pages: int = 1, *, title: str = "Biên bản", password: str = "", **root: Any) -> bytes:
    """A PDF of blank pages; ``root`` are entries of its catalogue, ``title`` makes one unlike another."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": title})
    for name, value in root.items():
        writer.root_object[NameObject(f"/{name}")] = writer._add_object(value)
    if password:
        writer.encrypt(password)
    return _written(writer)


def signed_pdf(pages: int = 1) -> bytes:
    """With a filled signature field, as signing software leaves it."""
    signature = _dictionary(
        Type=NameObject("/Sig"),
        Filter=NameObject("/Adobe.PPKLite"),
        ByteRange=ArrayObject([NumberObject(n) for n in (0, 10, 20, 30)]),
        Contents=ByteStringObject(b"\0" * 16),
    )
    field = _dictionary(FT=NameObject("/Sig"), T=TextStringObject("Chữ ký"), V=signature)
    return pdf(pages, AcroForm=_dictionary(Fields=ArrayObject([field])))


def acting_pdf(kind: str) -> bytes:
    action = _dictionary(S=NameObject(f"/{kind}"), F=TextStringObject("calc.exe"))
    if kind == "JavaScript":
        action[NameObject("/JS")] = TextStringObject("app.alert(1)")
    return pdf(OpenAction=action)


def carrying_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("la.exe", b"MZ")
    return _written(writer)


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("L", size).save(out, kind)
    return out.getvalue()


def office(
    main: str = WORD,
    *,
    part: str = "word/document.xml",
    types: str = "",
    parts: dict[str, bytes] | None = None,
    head: str = "",
) -> bytes:
    """A package with one main part; ``types`` and ``parts`` are added, ``head`` stands before the types."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?>{head}<Types xmlns="x">'
            f'<Override PartName="/{part}" ContentType="{main}"/>{types}</Types>',
        )
        package.writestr(part, b"<document/>")
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return out.getvalue()


def sheet() -> bytes:
    return office(SHEET, part="xl/workbook.xml")


def upload(content: bytes, name: str = "Biên bản.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/x-whatever")

"""What a file really is, what it is called, and which ones are not taken: hostile files built by code."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from coopportal.files.inspecting import inspect
from coopportal.files.kinds import MOST_BYTES, FileKind
from coopportal.files.naming import MOST_BYTES_OF_NAME, MOST_LETTERS, safe_name, told_size
from coopportal.files.pictures import MOST_PIXELS
from tests import papers

HTML = b"<html><script>alert(document.domain)</script></html>"
PROGRAM = b"MZ\x90\x00" + b"\0" * 500

TAKEN: dict[str, tuple[bytes, FileKind, int | None, bool]] = {
    "a PDF": (papers.pdf(12), FileKind.PDF, 12, False),
    "a signed PDF": (papers.signed_pdf(3), FileKind.PDF, 3, True),
    "a PDF that needs no password to be read": (
        papers.pdf(2, password="").replace(b"%%EOF\n", b"%%EOF\r\n\0"),
        *(FileKind.PDF, 2, False),
    ),
    "a PNG": (papers.picture("PNG"), FileKind.PNG, None, False),
    "a JPEG": (papers.picture("JPEG"), FileKind.JPEG, None, False),
    # Handed out as an attachment that no browser takes for anything else.
    "a JPEG with a page behind": (papers.picture("JPEG") + HTML, FileKind.JPEG, None, False),
    "a Word file": (papers.office(), FileKind.DOCX, None, False),
    "an Excel file": (papers.sheet(), FileKind.XLSX, None, False),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_is_told_by_its_content(what: str) -> None:
    content, kind, pages, signed = TAKEN[what]
    found = inspect(io.BytesIO(content), "x.exe")
    assert (found.kind, found.pages, found.signed) == (kind, pages, signed)
    assert (found.size, found.name) == (len(content), f"x{kind.suffix}")
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def bomb() -> bytes:
    return papers.office(parts={"word/media/a.bin": b"\0" * (40 * 1024 * 1024)})


def lying_about_its_size() -> bytes:
    """The directory says 10 bytes where a megabyte is packed."""
    whole = bytearray(papers.office(parts={"word/a.bin": b"\0" * 1_000_000}))
    place = whole.rindex(b"PK\x01\x02")
    whole[place + 24 : place + 28] = (10).to_bytes(4, "little")
    return bytes(whole)


def many_parts() -> bytes:
    return papers.office(parts={f"word/{n}.xml": b"" for n in range(5001)})


def locked_part() -> bytes:
    whole = bytearray(papers.office())
    place = whole.rindex(b"PK\x01\x02")
    whole[place + 8] |= 1
    return bytes(whole)


def remote_template() -> bytes:
    link = b'<Relationships><Relationship Target="http://x/a.dotm" TargetMode="External"/></Relationships>'
    return papers.office(parts={"word/_rels/settings.xml.rels": link})


def huge_picture() -> bytes:
    """A PNG whose head says more pixels than anybody can look at; it is small all the same."""
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def plain_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.exe", PROGRAM)
    return out.getvalue()


PNG = papers.picture("PNG")
JPEG = papers.picture("JPEG")
ENTITIES = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
MACRO = (
    '<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
)
EMBEDDED = (
    '<Override PartName="/word/embeddings/a.bin" '
    'ContentType="application/vnd.openxmlformats-officedocument.oleObject"/>'
)
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"

#: What is not taken: its content, the reason's code, and a word by which a person knows what is wrong.
REFUSED: dict[str, tuple[bytes | Callable[[], bytes], str, str]] = {
    "nothing": (b"", "empty", "rỗng"),
    "a byte too many": (papers.pdf() + b"\0" * MOST_BYTES, "too_large", "20 MB"),
    "a program": (PROGRAM, "kind", "không phải là PDF"),
    "a page": (HTML, "kind", "không phải là PDF"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "kind", "không phải là PDF"),
    "a page before a PDF": (HTML + papers.pdf(), "kind", "không phải là PDF"),
    "a page behind a PDF": (papers.pdf() + HTML, "two_in_one", "nội dung khác"),
    "an archive behind a PDF": (papers.pdf() + plain_zip(), "two_in_one", "nội dung khác"),
    "old Word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old_office", ".docx"),
    "half a PDF": (papers.pdf(3)[:400], "broken", "hỏng"),
    "a head of a PDF": (b"%PDF-1.7\n%%EOF", "broken", "hỏng"),
    "a PDF of no page": (papers.pdf(0), "broken", "hỏng"),
    "a PDF with a password": (papers.pdf(password="bi-mat"), "locked", "mật khẩu"),
    "a PDF with a script": (papers.acting_pdf("JavaScript"), "acts", "JavaScript"),
    "a PDF that starts a program": (papers.acting_pdf("Launch"), "acts", "mở chương trình"),
    "a PDF with a file inside": (papers.carrying_pdf(), "carries", "Tách ra"),
    "half a PNG": (PNG[: len(PNG) // 2], "broken", "ảnh hỏng"),
    "a PNG with a turned bit": (PNG[:45] + bytes([PNG[45] ^ 1]) + PNG[46:], "broken", "ảnh hỏng"),
    "half a JPEG": (JPEG[:200], "broken", "ảnh hỏng"),
    "a picture nobody can look at": (huge_picture, "pixels", "quá lớn"),
    "any archive": (plain_zip, "kind", ".docx"),
    "slides": (papers.office(SLIDES), "kind", ".docx"),
    "Word with macros": (papers.office(types=MACRO), "macros", "macro"),
    "Word that says it has macros": (papers.office(MACRO_MAIN), "macros", "macro"),
    "macros that nobody announces": (
        papers.office(parts={"word/vbaProject.bin": b"x"}),
        *("macros", "macro"),
    ),
    "Word with an object": (papers.office(types=EMBEDDED), "macros", "macro"),
    "a template from elsewhere": (remote_template, "remote", "mẫu"),
    "a bomb": (bomb, "bomb", "giải ra lớn"),
    "too many parts": (many_parts, "bomb", "giải ra lớn"),
    "a wrong size": (lying_about_its_size, "broken", "hỏng"),
    "Word with a password": (locked_part, "locked", "mật khẩu"),
    "a part that leads out": (papers.office(parts={"../a.xml": b""}), "broken", "hỏng"),
    "entities": (papers.office(head=ENTITIES), "broken", "hỏng"),
    "half a Word file": (papers.office()[:-30], "broken", "hỏng"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_refused_with_a_word(what: str) -> None:
    content, code, word = REFUSED[what]
    content = content() if callable(content) else content
    with pytest.raises(ValidationError) as refused:
        inspect(io.BytesIO(content), "Biên bản.pdf")
    assert (refused.value.code, word in refused.value.message) == (code, True), refused.value
    assert MOST_PIXELS < 60_000**2


NAMES = {
    "Biên bản.pdf": "Biên bản.pdf",
    "Biên bản": "Biên bản.pdf",
    "Bie\u0302n ba\u0309n.PDF": "Biên bản.pdf",
    "Quyết định 12.2026": "Quyết định 12.2026.pdf",
    "Báo cáo TP.HCM.pdf": "Báo cáo TP.HCM.pdf",
    "../../etc/passwd": "passwd.pdf",
    "C:\\Users\\lan\\biên bản.pdf": "biên bản.pdf",
    "biên bản.pdf.exe": "biên bản.pdf",
    "bien-ban.html": "bien-ban.pdf",
    "a\0b\r\nSet-Cookie: x=1.pdf": "ab Set-Cookie- x=1.pdf",
    "bien-ban\u202efdp.exe": "bien-banfdp.pdf",
    "a\u200bb\ufeff.pdf": "ab.pdf",
    '<img src=x onerror="1">.pdf': "img src=x onerror=-1.pdf",
    "...": "tep-dinh-kem.pdf",
    "": "tep-dinh-kem.pdf",
    ".htaccess": "htaccess.pdf",
    "CON.pdf": "tep-dinh-kem-CON.pdf",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_made_safe(name: str) -> None:
    assert safe_name(name, FileKind.PDF) == NAMES[name]


def test_a_long_name_is_shortened_and_stays_text() -> None:
    name = safe_name("ế" * 400 + ".pdf", FileKind.PDF)
    assert name.endswith("ế.pdf")
    assert len(name) <= MOST_LETTERS
    assert len(name.encode()) <= MOST_BYTES_OF_NAME
    assert safe_name("ảnh.jpeg.jpg", FileKind.JPEG) == "ảnh.jpg"


def test_a_size_is_told_as_people_say_it() -> None:
    sizes = (1, 800 * 1024, 1_468_006, 20 * 1024 * 1024)
    assert [told_size(size) for size in sizes] == ["1 KB", "800 KB", "1,4 MB", "20,0 MB"]

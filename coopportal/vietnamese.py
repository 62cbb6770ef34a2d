"""Vietnamese text: one spelling (NFC), folding for search, sort keys, and the fields that store them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models

# The order of the Vietnamese alphabet and of the tones, as ICU's "vi" collation has them.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_RANK = {letter: index for index, letter in enumerate(_ALPHABET, start=ord("0") + 16)}
_NOT_WORD = re.compile(r"[\W_]+")
#: Folded syllables where i and y are two spellings of one sound: quy/qui, lý/lí, kỹ/kĩ, tỷ/tỉ, hy/hi.
_I_OR_Y = re.compile(r"\b(h|k|l|m|qu|s|t)[iy]\b")


def nfc(text: str) -> str:
    """One spelling of each letter, plain spaces instead of no-break ones, no spaces at the ends."""
    return unicodedata.normalize("NFC", text).replace("\u00a0", " ").strip()


def fold(text: str) -> str:
    """What search compares: ``"VNPT-iOffice, Điện Biên"`` and ``"vnpt ioffice dien bien"`` are one.

    Decomposed, case-folded, without marks, đ as d, punctuation and hyphens as single spaces.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")
    return _NOT_WORD.sub(" ", bare).strip()


def spellings(text: str) -> list[str]:
    """The folded text, then as it reads with y, then with i, where the two spell one sound.

    ``"Quản lí"`` gives ``quan li`` and ``quan ly``; ``"Nghệ An"`` only ``nghe an``.
    """
    folded = fold(text)
    every = (folded, _I_OR_Y.sub(r"\1y", folded), _I_OR_Y.sub(r"\1i", folded))
    return list(dict.fromkeys(every))


@cache
def _split_tone(letter: str) -> tuple[str, int]:
    """``"ế"`` gives ``("ê", 4)``: the letter of the alphabet and the rank of its tone."""
    tone = 0
    kept = []
    for mark in unicodedata.normalize("NFD", letter):
        if mark in _TONES:
            tone = _TONES[mark]
        else:
            kept.append(mark)
    return unicodedata.normalize("NFC", "".join(kept)), tone


def sort_key(text: str) -> bytes:
    """A key whose bytes sort as Vietnamese does, on any database.

    Letters first (a ă â b c d đ e ê …), then tones (ngang huyền hỏi ngã sắc nặng) where the letters are
    equal. Digits stand before letters, spaces and punctuation before both; case does not count.
    """
    letters = bytearray()
    tones = bytearray()
    for char in nfc(text).casefold():
        base, tone = _split_tone(char)
        if not base or unicodedata.combining(base):
            continue  # a mark that belongs to no letter
        if base not in _RANK:
            # A letter of another alphabet stands where it would without its marks: ü as u.
            base = unicodedata.normalize("NFD", base)[0]
        if base in _RANK:
            letters.append(_RANK[base])
            tones.append(tone + 1)
        elif base.isdigit() and base.isascii():
            letters.append(ord(base))
            tones.append(1)
        elif not letters or letters[-1] != 0x02:
            letters.append(0x02)
            tones.append(1)
    return bytes(letters) + b"\x00" + bytes(tones)


def person_sort_key(name: str) -> bytes:
    """Vietnamese people are listed by given name, the last word, then by what stands before it.

    The given name counts with its tones before the rest counts at all: every Hoa before every Hòa.
    """
    *rest, given = nfc(name).split() or [""]
    return sort_key(given) + b"\x00" + sort_key(" ".join(rest))


class VietnameseCharField(models.CharField):
    """One line of Vietnamese, stored in NFC whatever the keyboard sent."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return nfc(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return nfc(value) if isinstance(value, str) else value


class VietnameseTextField(models.TextField):
    """Vietnamese prose, stored in NFC whatever the keyboard sent."""

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return nfc(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return nfc(value) if isinstance(value, str) else value


class FoldedTextField(models.TextField):
    """The folded text of other columns of the same row, kept for search on both databases.

    ``loaddata`` does not call ``pre_save``: fixtures carry the column, and a test recomputes it.
    """

    def __init__(self, *args: Any, sources: Sequence[str] = (), **kwargs: Any) -> None:
        self.sources = tuple(sources)
        kwargs.update(editable=False, blank=True, default="")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for derived in ("editable", "blank", "default"):
            kwargs.pop(derived, None)
        return name, path, args, kwargs | {"sources": self.sources}

    def compute(self, row: models.Model) -> str:
        return fold(" ".join(str(getattr(row, source) or "") for source in self.sources))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = self.compute(model_instance)
        setattr(model_instance, self.attname, value)
        return value


class SortKeyField(models.BinaryField):
    """The Vietnamese sort key of one other column; ``by_given_name`` for people."""

    def __init__(
        self, *args: Any, source: str = "name", by_given_name: bool = False, **kwargs: Any
    ) -> None:
        self.source = source
        self.by_given_name = by_given_name
        kwargs.update(editable=False, default=b"", db_index=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for derived in ("editable", "default", "db_index"):
            kwargs.pop(derived, None)
        return (
            name,
            path,
            args,
            kwargs | {"source": self.source, "by_given_name": self.by_given_name},
        )

    def compute(self, row: models.Model) -> bytes:
        text = str(getattr(row, self.source) or "")
        return person_sort_key(text) if self.by_given_name else sort_key(text)

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        value = self.compute(model_instance)
        setattr(model_instance, self.attname, value)
        return value

"""What somebody meant by the figure they typed: read, asked about, or refused with a way to mend it.

Pure: text in, a reading out. Not here: units and indicators as rows, how pages show a figure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from coopportal.vietnamese import nfc

#: Measured rather than counted, so that a fraction means something. Everything else is counted in whole.
_MEASURES = frozenset(
    {
        "%",
        "điểm phần trăm",
        "đồng",
        "nghìn đồng",
        "triệu đồng",
        "tỷ đồng",
        "m",
        "km",
        "m²",
        "km²",
        "ha",
    }
    | {"kB", "MB", "GB", "TB", "Mbps", "Gbps", "kWh", "giờ", "phút", "giây"}
)
#: What the database holds of a figure: 16 digits before the comma and 4 behind it.
_MOST_DIGITS, _MOST_DECIMALS = 16, 4

_SPACES = re.compile(r"[ \u00a0\u2007\u2009\u202f]")
#: More digits than any figure has; arithmetic need not try.
_LONG = re.compile(r"-?(?:[0-9][., \u00a0\u2007\u2009\u202f]*){26,}")
_PLAIN = re.compile(r"-?[0-9]+")
_SPACED = re.compile(r"-?[0-9]{1,3}(?:[ \u00a0\u2007\u2009\u202f][0-9]{3})+(?:,[0-9]+)?")
_DOTTED = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"(-?)([0-9]+),([0-9]+)")
_THOUSANDS_COMMA = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_ENGLISH = re.compile(r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)\.[0-9]+")

#: Words that belong before a figure, in the box beside it. Longest first.
_QUALIFYING = ("phần lớn", "toàn bộ", "khoảng", "dự kiến", "trước", "nhiều", "trên", "hơn", "gần")
_NO_FIGURE = frozenset(
    {"không có số", "chưa có số", "không nêu số", "không có", "chưa có", "-", "–"}
)


@dataclass(frozen=True)
class Reading:
    """``value`` with nothing to say; with ``warning`` what it was taken for; or ``error``, a question.

    Exactly one of value and error is set. ``text`` is the value as one types it.
    """

    value: Decimal | None = None
    text: str = ""
    warning: str = ""
    error: str = ""


def counted_in_whole(unit: str) -> bool:
    """Whether a unit counts things (trường, tài khoản): no fraction of one. Money and shares are not."""
    return nfc(unit).casefold() not in {measure.casefold() for measure in _MEASURES}


def type_figure(value: Decimal | int) -> str:
    """A figure as one types it so that it is read back alone: 15,123 would be asked about, 15,1230 is not."""
    number = Decimal(value)
    text = f"{abs(number):,f}" if number % 1 else f"{abs(int(number)):,}"
    whole, _point, decimals = text.partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) == 3 and whole != "0":
        decimals += "0"
    written = whole.replace(",", ".") + (f",{decimals}" if decimals else "")
    return f"-{written}" if number < 0 else written


def read_typed(
    text: str, *, whole: bool = False, percent: bool = False, negative: bool = False
) -> Reading:
    """Read a figure as Vietnamese type it: ``1.234,5``, ``15.120``, ``81,0``, ``1234``, ``1 234``.

    ``whole``: things are counted; ``percent``: from 0 to 100; ``negative``: below zero makes sense.
    ``15,120`` may be fifteen or fifteen thousand: where things are counted it is the latter, with a
    warning (DESIGN.md, microcopy); elsewhere it is asked about, as ``1.5`` and ``1,234.5`` always are.
    """
    bare = nfc(text).strip().strip("\u00a0\u2007\u2009\u202f ").replace("\u2212", "-")
    if percent:
        bare = bare.removesuffix("%").rstrip()
    if _LONG.fullmatch(bare):
        return Reading(error=_too_large())
    reading = _read(bare, whole=whole)
    if reading.value is None:
        return reading
    problem = _problem(reading.value, whole=whole, percent=percent, negative=negative)
    return Reading(error=problem) if problem else reading


def asked_about(text: str) -> str:
    """The question about a figure that may mean two things (``15,120``), or nothing."""
    bare = nfc(text).strip()
    return _comma(bare, whole=False).error if _THOUSANDS_COMMA.fullmatch(bare) else ""


def _read(bare: str, *, whole: bool) -> Reading:
    if _PLAIN.fullmatch(bare) or _DOTTED.fullmatch(bare):
        return _found(bare)
    if _SPACED.fullmatch(bare):
        return _found(_SPACES.sub("", bare))
    if _THOUSANDS_COMMA.fullmatch(bare):
        return _comma(bare, whole=whole)
    if decimal := _DECIMAL_COMMA.fullmatch(bare):
        return _found("".join((decimal[1], decimal[2], ",", decimal[3])))
    if _ENGLISH.fullmatch(bare):
        meant = type_figure(Decimal(bare.replace(",", "")))
        return Reading(
            error=_(
                "“%(typed)s” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải %(meant)s?"
            )
            % {"typed": bare, "meant": meant}
        )
    return Reading(error=_no_number(bare))


def _found(written: str) -> Reading:
    value = Decimal(written.replace(".", "").replace(",", "."))
    return Reading(value=value, text=type_figure(value))


def _comma(bare: str, *, whole: bool) -> Reading:
    """``15,120``: thousands in English writing, or three decimals in Vietnamese."""
    thousands = Decimal(bare.replace(",", ""))
    if whole:
        return Reading(
            value=thousands,
            text=type_figure(thousands),
            warning=_("Chỉ tiêu này là số nguyên nên %(typed)s được hiểu là %(meant)s")
            % {"typed": bare, "meant": type_figure(thousands)},
        )
    if bare.count(",") > 1:
        return Reading(
            error=_("Dấu phẩy chỉ đứng trước phần lẻ. Có phải %s?") % type_figure(thousands)
        )
    decimals = type_figure(Decimal(bare.replace(",", ".")))
    return Reading(
        error=_("%(typed)s có thể hiểu hai cách. Ghi lại %(decimals)s hoặc %(thousands)s.")
        % {"typed": bare, "decimals": decimals, "thousands": type_figure(thousands)}
    )


def _no_number(bare: str) -> str:
    words = " ".join(bare.casefold().split())
    if words in _NO_FIGURE:
        return _("Không có số thì chọn “không có số” ở ô Mức độ và để trống ô này.")
    for word in _QUALIFYING:
        if words.startswith(f"{word} "):
            rest = bare[len(word) :].strip()
            chosen = "trên" if word == "hơn" else word
            return _("Chọn “%(word)s” ở ô Mức độ; ô này chỉ ghi số: %(rest)s.") % {
                "word": chosen,
                "rest": rest[:30],
            }
    return (
        _("“%s” không phải là số. Nhập số, ví dụ 1.234, hoặc chọn “không có số” ở ô Mức độ.")
        % (bare[:30])
    )


def _problem(value: Decimal, *, whole: bool, percent: bool, negative: bool) -> str:
    """Why a number that was read cannot stand, or nothing."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(0, -int(exponent))
    if percent and not 0 <= value <= 100:
        meant = _within_hundred(value)
        asked = _(" Có phải %s?") % meant if meant else ""
        return _("Tỷ lệ phải từ 0 đến 100.") + asked
    if value < 0 and not negative:
        return _("Số liệu này không thể nhỏ hơn 0.")
    if whole and decimals:
        return _("Chỉ tiêu này là số nguyên, không có phần lẻ.")
    if abs(value) >= Decimal(10) ** _MOST_DIGITS:
        return _too_large()
    if decimals > _MOST_DECIMALS:
        return _("Phần lẻ nhiều nhất %d chữ số.") % _MOST_DECIMALS
    return ""


def _too_large() -> str:
    return _("Số quá lớn: nhiều nhất %d chữ số.") % _MOST_DIGITS


def _within_hundred(value: Decimal) -> str:
    """810 was most likely 81,0: the comma that was left out, put back. Nothing where that is no share."""
    if value < 0 or value >= 10_000 or value % 1:
        return ""
    share = value
    while share > 100:
        share /= 10
    text = type_figure(share)
    return text if "," in text else f"{text},0"

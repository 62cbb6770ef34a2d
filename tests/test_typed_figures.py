"""Figures as people type them: what is read, what is asked about, and that nothing is guessed in silence."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from coopportal.typed_figures import Reading, counted_in_whole, read_typed, type_figure


@pytest.mark.parametrize(
    ("typed", "meant", "text"),
    [
        ("1.234,5", "1234.5", "1.234,5"),
        ("15.120", "15120", "15.120"),
        ("81,0", "81", "81"),
        ("1234", "1234", "1.234"),
        ("0", "0", "0"),
        ("007", "7", "7"),
        ("1.234.567", "1234567", "1.234.567"),
        ("1 234", "1234", "1.234"),
        ("1\u00a0234\u00a0567,8", "1234567.8", "1.234.567,8"),
        ("1\u202f234", "1234", "1.234"),
        ("  78 ", "78", "78"),
        ("\u00a078\u00a0", "78", "78"),
        ("24,5", "24.5", "24,5"),
        ("24,50", "24.5", "24,5"),
        ("0,5", "0.5", "0,5"),
        ("0,125", "0.125", "0,125"),
        ("1234,567", "1234.567", "1.234,5670"),
        ("15,1230", "15.123", "15,1230"),
        ("9.999.999.999.999.999", "9999999999999999", "9.999.999.999.999.999"),
    ],
)
def test_what_is_clear_is_read(typed: str, meant: str, text: str) -> None:
    assert read_typed(typed) == Reading(value=Decimal(meant), text=text)


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("15,120", "15,120 có thể hiểu hai cách. Ghi lại 15,12 hoặc 15.120."),
        ("1,234", "1,234 có thể hiểu hai cách. Ghi lại 1,2340 hoặc 1.234."),
        ("-1,234", "-1,234 có thể hiểu hai cách. Ghi lại -1,2340 hoặc -1.234."),
        ("1,234,567", "Dấu phẩy chỉ đứng trước phần lẻ. Có phải 1.234.567?"),
        ("1.5", "“1.5” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải 1,5?"),
        (
            "0.500",
            "“0.500” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải 0,5?",
        ),
        (
            "1,234.5",
            "“1,234.5” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải 1.234,5?",
        ),
        (
            "1234.567",
            "“1234.567” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải 1.234,5670?",
        ),
        ("12.00", "“12.00” chưa rõ: dấu chấm ngăn hàng nghìn, dấu phẩy trước phần lẻ. Có phải 12?"),
    ],
)
def test_what_may_mean_two_things_is_asked_about(typed: str, error: str) -> None:
    assert read_typed(typed) == Reading(error=error)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "mười ba",
        "1e9",
        "NaN",
        "Infinity",
        "1.2.3",
        "1..2",
        "1,2,3",
        "12.34.567",
        "1 2",
        "12 34",
        ",5",
        "5,",
        ".5",
        "5.",
        "--5",
        "+5",
        "١٢",
        "１２",
        "1.234.5",
        "1,234,56",
        "1_000",
        "0x1f",
        "½",
    ],
)
def test_what_is_no_number_is_said_to_be_none(typed: str) -> None:
    expected = (
        f"“{typed}” không phải là số. Nhập số, ví dụ 1.234, hoặc chọn “không có số” ở ô Mức độ."
    )
    assert read_typed(typed) == Reading(error=expected)


@pytest.mark.parametrize(
    ("typed", "meant", "text"),
    [("15,120", "15120", "15.120"), ("1,234,567", "1234567", "1.234.567")],
)
def test_where_things_are_counted_a_comma_parts_thousands_and_that_is_said(
    typed: str, meant: str, text: str
) -> None:
    warning = f"Chỉ tiêu này là số nguyên nên {typed} được hiểu là {text}"
    assert read_typed(typed, whole=True) == Reading(
        value=Decimal(meant), text=text, warning=warning
    )


@pytest.mark.parametrize("typed", ["24,5", "1.234,5", "0,125"])
def test_what_is_counted_has_no_fraction(typed: str) -> None:
    expected = Reading(error="Chỉ tiêu này là số nguyên, không có phần lẻ.")
    assert read_typed(typed, whole=True) == expected


def test_a_count_may_be_typed_with_an_idle_fraction() -> None:
    assert read_typed("78,0", whole=True) == Reading(value=Decimal(78), text="78")


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("810", "Tỷ lệ phải từ 0 đến 100. Có phải 81,0?"),
        ("8100", "Tỷ lệ phải từ 0 đến 100. Có phải 81,0?"),
        ("1.234", "Tỷ lệ phải từ 0 đến 100. Có phải 12,34?"),
        ("101", "Tỷ lệ phải từ 0 đến 100. Có phải 10,1?"),
        ("10.000", "Tỷ lệ phải từ 0 đến 100."),
        ("100,5", "Tỷ lệ phải từ 0 đến 100."),
        ("-1", "Tỷ lệ phải từ 0 đến 100."),
    ],
)
def test_a_share_lies_between_0_and_100(typed: str, error: str) -> None:
    assert read_typed(typed, percent=True) == Reading(error=error)


@pytest.mark.parametrize(("typed", "meant"), [("81%", 81), ("81 %", 81), ("0", 0), ("100", 100)])
def test_a_share_may_carry_its_sign(typed: str, meant: int) -> None:
    assert read_typed(typed, percent=True).value == Decimal(meant)
    assert read_typed("81%").value is None


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("trên 12.000", "Chọn “trên” ở ô Mức độ; ô này chỉ ghi số: 12.000."),
        ("Hơn 4.550", "Chọn “trên” ở ô Mức độ; ô này chỉ ghi số: 4.550."),
        ("phần lớn cơ quan", "Chọn “phần lớn” ở ô Mức độ; ô này chỉ ghi số: cơ quan."),
        ("không có số", "Không có số thì chọn “không có số” ở ô Mức độ và để trống ô này."),
        ("-", "Không có số thì chọn “không có số” ở ô Mức độ và để trống ô này."),
        ("-3", "Số liệu này không thể nhỏ hơn 0."),
        ("\u22123", "Số liệu này không thể nhỏ hơn 0."),
        ("10000000000000000", "Số quá lớn: nhiều nhất 16 chữ số."),
        ("9" * 40, "Số quá lớn: nhiều nhất 16 chữ số."),
        ("1,23456", "Phần lẻ nhiều nhất 4 chữ số."),
    ],
)
def test_how_to_mend_it_is_said(typed: str, error: str) -> None:
    assert read_typed(typed) == Reading(error=error)


def test_what_was_added_may_be_negative() -> None:
    assert read_typed("-3", negative=True) == Reading(value=Decimal(-3), text="-3")


@pytest.mark.parametrize("unit", ["trường", "tài khoản", "cơ quan, đơn vị", "điểm cầu", "cấp"])
def test_things_are_counted(unit: str) -> None:
    assert counted_in_whole(unit)


@pytest.mark.parametrize("unit", ["%", "tỷ đồng", "Tỷ đồng", "km", "Mbps"])
def test_money_shares_and_lengths_are_measured(unit: str) -> None:
    assert not counted_in_whole(unit)


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15
    )
)
def test_what_is_typed_for_somebody_is_read_back_without_a_question(value: Decimal) -> None:
    reading = read_typed(type_figure(value), negative=True)
    assert (reading.value, reading.warning, reading.error) == (value, "", "")


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_asked_about_never_both(typed: str) -> None:
    for whole in (True, False):
        reading = read_typed(typed, whole=whole)
        assert (reading.value is None) == bool(reading.error)
        assert (reading.value is not None) == bool(reading.text)


@given(st.from_regex(r"[0-9]{1,3}([.,][0-9]{1,4}){0,2}", fullmatch=True))
def test_both_readings_of_a_figure_are_never_taken_for_granted(typed: str) -> None:
    """Where a dot-writer and a comma-writer would mean different numbers, it is a question or a warning."""
    reading = read_typed(typed)
    if reading.value is None or "," not in typed or "." in typed:
        return
    head, tail = typed.split(",")
    assert len(tail) != 3 or head.startswith("0")

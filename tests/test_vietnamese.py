"""Vietnamese text: one spelling, what search folds together, and the order of the alphabet."""

import unicodedata

import pytest
from django.db.models import F
from hypothesis import given, settings, strategies as st

from agreements.models import Party, Person, Province, System
from coopportal.vietnamese import fold, nfc, person_sort_key, sort_key
from deliverables.models import Indicator
from tests import factories

SIGNED = [
    "Bắc Giang",
    "Điện Biên",
    "Hà Nam",
    "Hòa Bình",
    "Kiên Giang",
    "Lào Cai",
    "Nghệ An",
    "Ninh Thuận",
    "Quảng Ngãi",
]


def shuffled(names: list[str]) -> list[str]:
    """Another order, the same each time, that no sort would make by chance."""
    return sorted(names, key=hash_of)


def hash_of(name: str) -> int:
    return sum(ord(c) * 31**i for i, c in enumerate(name)) % 997


# --- Folding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dien bien", "Điện Biên"),
        ("hoà bình", "Hòa Bình"),
        ("HÒA BÌNH", "Hoà Bình"),
        ("uỷ ban dan toc", "Ủy ban Dân tộc"),
        ("vnpt ioffice", "VNPT-iOffice"),
        ("VNPT  iOffice", "vnpt-ioffice"),
        ("thua thien hue", "Thừa Thiên – Huế"),
        ("dai hoc", "Đại_học"),
        ("nghe an", "Nghệ\u00a0An"),
        ("“nghe an”", "Nghệ An"),
        ("so 24 ubnd", "Số 24/UBND"),
    ],
)
def test_fold_brings_together_what_is_meant(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Điện Biên", "dien bien"),
        (unicodedata.normalize("NFD", "Điện Biên"), "dien bien"),
        ("ĂÂĐÊÔƠƯ ăâđêôơư", "aadeoou aadeoou"),
        ("ma mà mả mã má mạ", "ma ma ma ma ma ma"),
        ("  VNPT-iGate, (bản 2.0) ", "vnpt igate ban 2 0"),
        ("", ""),
        (" – ", ""),
    ],
)
def test_fold_writes_bare_words(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_fold_is_idempotent_and_bare(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == " ".join(once.split())


@given(st.text())
def test_fold_sees_no_difference_of_spelling(text: str) -> None:
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


def test_nfc_is_one_spelling_without_no_break_spaces() -> None:
    assert nfc(unicodedata.normalize("NFD", "\u00a0Hòa\u00a0Bình ")) == "Hòa Bình"


# --- Sorting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ordered",
    [
        SIGNED,
        ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"],
        ["da", "dz", "đa", "đe", "ea", "êa"],
        ["a", "ă", "â", "b"],
        ["o", "ô", "ơ", "p"],
        ["u", "ư", "v"],
        ["Hà Nam", "Hà Nội", "Hải Dương", "Hải Phòng", "Hậu Giang"],
        ["ma", "ma a", "mà a", "mai"],
        ["9", "a"],
        ["An Giang", "an giang 2", "Ăn Giang"],
        ["2 tháng", "30 tháng", "a tháng"],
        ["Mueller", "Müller", "Muole"],
        ["Thừa Thiên", "Thừa Thiên Huế"],
    ],
)
def test_the_alphabet_stands_before_the_tones(ordered: list[str]) -> None:
    assert sorted(shuffled(ordered), key=sort_key) == ordered


def test_case_and_spelling_do_not_count() -> None:
    assert sort_key("ĐIỆN BIÊN") == sort_key(unicodedata.normalize("NFD", "điện biên"))


@given(st.text(), st.text())
def test_sort_key_takes_any_text_and_ignores_its_spelling(one: str, other: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", one)) == sort_key(one)
    person_sort_key(one)
    # A name never stands after what begins with it.
    assert sort_key(nfc(one)) <= sort_key(nfc(one) + " " + other) or not nfc(one)


VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiklmnoôơpqrstuưvxy "


@given(st.lists(st.text(VIETNAMESE, max_size=8), max_size=8))
def test_letters_decide_before_tones(words: list[str]) -> None:
    """The order of whole words is that of their letters without tones; tones only break ties."""

    def toneless(word: str) -> str:
        marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if c not in marks)
        return unicodedata.normalize("NFC", bare)

    ordered = sorted(words, key=sort_key)
    letters = [sort_key(toneless(word)).partition(b"\x00")[0] for word in ordered]
    assert letters == sorted(letters)


def test_people_stand_by_given_name() -> None:
    ordered = [
        "Trần Văn An",
        "Lê Thị Ánh",
        "Vũ Bình",
        "Nguyễn Xuân Đường",
        "Nguyễn Đức Hoa",
        "Trần Hoa",
        "Lê Hòa",
        "Phạm Hòa",
        "Thái Thanh Quý",
        "Y",
    ]
    assert sorted(shuffled(ordered), key=person_sort_key) == ordered
    # One name, whatever its inner spaces.
    assert person_sort_key("Trần  Văn\u00a0An") == person_sort_key("Trần Văn An")


# --- In the database --------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_database_sorts_as_vietnamese_does() -> None:
    mine = [factories.party(short_name=name).pk for name in shuffled(SIGNED)]
    assert (
        list(
            Party.objects.filter(pk__in=mine)
            .order_by("sort_key")
            .values_list("short_name", flat=True)
        )
        == SIGNED
    )
    backwards = Party.objects.filter(pk__in=mine).order_by(F("sort_key").desc())
    assert [party.short_name for party in backwards] == SIGNED[::-1]


@pytest.mark.django_db
def test_the_database_sorts_tones_and_people() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ", "mă", "mâ"]
    mine = [factories.system(name=name).pk for name in shuffled(tones)]
    assert [row.name for row in System.objects.filter(pk__in=mine)] == tones

    people = ["Trần Văn An", "Lê Thị Ánh", "Nguyễn Xuân Đường", "Thái Thanh Quý"]
    mine = [factories.person(name=name).pk for name in shuffled(people)]
    assert [row.name for row in Person.objects.filter(pk__in=mine)] == people


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["dien bien", "Điện Biên", "ĐIỆN BIÊN", "điện-biên"])
def test_search_text_is_found_however_it_is_typed(typed: str) -> None:
    row = factories.province(name="Điện Biên")
    found = Province.objects.filter(pk=row.pk, search_text__contains=fold(typed))
    assert list(found) == [row]


@pytest.mark.django_db
def test_derived_columns_follow_every_save_and_bulk_create() -> None:
    row = factories.party(
        name="UBND tỉnh Điện Biên", short_name="Điện Biên", other_names="Lai Châu cũ"
    )
    row.refresh_from_db()
    assert row.search_text == "ubnd tinh dien bien dien bien lai chau cu"
    assert bytes(row.sort_key) == sort_key("Điện Biên")

    row.short_name = "Lai Châu"
    row.save()
    row.refresh_from_db()
    assert "lai chau lai chau cu" in row.search_text
    assert bytes(row.sort_key) == sort_key("Lai Châu")

    [made] = Indicator.objects.bulk_create(
        [
            Indicator(
                key=f"so-truong-{factories.number()}",
                name="Số trường",
                unit="trường",
                value_kind="snapshot",
                aggregation="sum",
            )
        ]
    )
    made.refresh_from_db()
    assert made.search_text == "so truong truong"
    assert bytes(made.sort_key) == sort_key("Số trường")


@pytest.mark.django_db
def test_stored_text_is_nfc_whatever_the_keyboard_sent() -> None:
    row = factories.province(
        name=unicodedata.normalize("NFD", "Hòa\u00a0Bình"),
        note=unicodedata.normalize("NFD", "Tỉnh cũ "),
    )
    row.refresh_from_db()
    assert (row.name, row.note) == ("Hòa Bình", "Tỉnh cũ")
    assert Province.objects.get(pk=row.pk, name=unicodedata.normalize("NFD", "Hòa Bình")) == row


@pytest.mark.slow
@settings(max_examples=5000)
@given(st.text())
def test_fold_and_sort_key_take_anything(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    sort_key(text)
    person_sort_key(text)

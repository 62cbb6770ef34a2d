"""The admin of the promise: every page opens, everything is found, changes leave a trace."""

from __future__ import annotations

import datetime as dt
import gettext
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agreements.choices import Side
from agreements.models import (
    Agreement,
    Category,
    Citation,
    CooperationArea,
    Discrepancy,
    DiscrepancySide,
    Event,
    Holiday,
    Participation,
    Party,
    Person,
    Phase,
    Province,
    ReportingPeriod,
    Representative,
    Source,
    Statement,
    System,
    SystemAlias,
    Theme,
)
from coopportal.partial_dates import PartialDate
from tests import factories as make


def _side() -> DiscrepancySide:
    return DiscrepancySide.objects.create(
        discrepancy=make.discrepancy(), position=1, citation=make.citation(), says="năm 2014"
    )


def _theme() -> Theme:
    n = make.number()
    return Theme.objects.create(key=f"chu-de-{n}", name=f"Chủ đề {n}")


def _category() -> Category:
    n = make.number()
    return Category.objects.create(key=f"nhom-{n}", name=f"Nhóm {n}")


def _alias() -> SystemAlias:
    return SystemAlias.objects.create(system=make.system(), name=f"Tên {make.number()}")


def _holiday() -> Holiday:
    return Holiday.objects.create(name="Ngày nghỉ", day=3, month=3, year=2000 + make.number() % 200)


def _period() -> ReportingPeriod:
    year = 2021 + make.number()
    return ReportingPeriod.objects.create(
        phase=make.phase(),
        kind="year",
        year=year,
        number=1,
        begins_on=dt.date(year, 1, 1),
        ends_on=dt.date(year, 12, 31),
        due_on=dt.date(year + 1, 1, 8),
    )


#: How to make a row of each model, and the queries its change list takes, however many rows it shows.
#: Of these, two fetch session and user, two count, one fetches the rows; the filters take the others.
ROWS: dict[type[Model], tuple[Callable[[], Model], int]] = {
    Agreement: (make.agreement, 5),
    Category: (_category, 5),
    Citation: (make.citation, 5),
    CooperationArea: (make.area, 7),
    Discrepancy: (make.discrepancy, 6),
    DiscrepancySide: (_side, 5),
    Event: (lambda: make.event(phase=make.phase(), agreement=make.agreement()), 6),
    Holiday: (_holiday, 6),
    Participation: (make.participation, 6),
    Party: (make.party, 5),
    Person: (lambda: make.person(party=make.party()), 5),
    Phase: (lambda: make.phase(parent=make.phase()), 6),
    Province: (make.province, 5),
    ReportingPeriod: (_period, 7),
    Representative: (lambda: make.representative(make.agreement(), Side.PARTNER), 6),
    Source: (make.source, 5),
    Statement: (
        lambda: make.statement(
            phase=make.phase(),
            agreement=make.agreement(),
            party=make.party(),
            speaker=make.person(),
        ),
        7,
    ),
    System: (lambda: make.system(owner=make.party()), 6),
    SystemAlias: (_alias, 5),
    Theme: (_theme, 5),
}
MODELS = sorted(ROWS, key=lambda model: model.__name__)


def page(row_or_model: Model | type[Model], name: str) -> str:
    """The address of a page of the admin: ``page(Phase, "changelist")``, ``page(row, "change")``."""
    model = row_or_model if isinstance(row_or_model, type) else type(row_or_model)
    arguments = [] if isinstance(row_or_model, type) else [row_or_model.pk]
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def found(client: Client, model: type[Model], words: str) -> list[Model]:
    """What the change list of a model shows for some words, in its order."""
    response = client.get(page(model, "changelist"), {"q": words})
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def as_typed(response: Any) -> dict[str, Any]:
    """What a browser would send back of a change page, untouched: the form's fields and its inlines'."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(value, list):
                data[bound.html_name] = [getattr(each, "pk", each) for each in value]
            elif value is not None and value is not False:
                data[bound.html_name] = getattr(value, "pk", value)
                if isinstance(value, dt.date):
                    data[bound.html_name] = value.strftime("%d/%m/%Y")
    return data


@pytest.fixture
def staff(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


#: Kept by the database from the reports: nothing there to edit, and nothing to see that they do not say.
DERIVED = {"CurrentFigure", "CurrentReport"}


def test_every_model_of_both_apps_has_its_admin() -> None:
    ours = {
        model
        for model in apps.get_models()
        if model._meta.app_label in {"agreements", "deliverables"}
        and not model._meta.auto_created
        and not model.__name__.startswith("Historical")
        and model.__name__ not in DERIVED
    }
    assert len({model for model in ours if model.__name__ not in BETWEEN}) == 20 + 10
    assert {model.__name__ for model in ours if not admin.site.is_registered(model)} == BETWEEN


#: Between the two sides, or the portal's own notes: nothing in them is an administrator's to read.
BETWEEN = {
    *("Comment", "Digest", "Filing", "HandledRequest", "Move", "QueueSeen"),
    # What the two sides signed and proposed, and the contents of files: only ever added to, by them.
    *("Amendment", "DueDay", "Proposal", "ProposalFile", "SourceFile", "StoredFile"),
}


def test_the_pages_below_cover_every_model_of_agreements() -> None:
    models = apps.get_app_config("agreements").get_models()
    named = {m for m in models if not m.__name__.startswith("Historical")}
    assert {m for m in named if m.__name__ not in BETWEEN} == set(ROWS)


@pytest.mark.parametrize("model", MODELS)
def test_every_page_of_a_model_opens(staff: Client, model: type[Model]) -> None:
    row = ROWS[model][0]()
    addresses = [
        page(model, "changelist"),
        page(model, "add"),
        *(page(row, name) for name in ("change", "history", "delete")),
    ]
    assert [staff.get(address).status_code for address in addresses] == [200] * 5


@pytest.mark.parametrize("model", MODELS)
def test_a_change_list_takes_as_many_queries_for_five_rows_as_for_one(
    staff: Client, query_count: Any, model: type[Model]
) -> None:
    row, expected = ROWS[model]
    rows = [row() for _each in range(5)]
    staff.get(page(model, "changelist"))  # content types and the like are asked for once
    for shown in (rows[:1], rows):
        with query_count() as queries:
            response = staff.get(
                page(model, "changelist"), {"pk__in": ",".join(str(each.pk) for each in shown)}
            )
        assert len(response.context["cl"].result_list) == len(shown)
        assert len(queries) == expected


@pytest.mark.parametrize("model", MODELS)
def test_headings_of_a_change_list_are_vietnamese(staff: Client, model: type[Model]) -> None:
    ROWS[model][0]()
    response = staff.get(page(model, "changelist"))
    headings = re.findall(r'<div class="text">(.*?)</div>', response.content.decode(), re.DOTALL)
    words = {re.sub(r"<[^>]+>", "", heading).strip().casefold() for heading in headings}
    assert words
    assert words.isdisjoint({field.name.replace("_", " ") for field in model._meta.get_fields()})


# --- Search -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["dien bien thu nghiem", "ĐIỆN BIÊN", "nghiệm điện", "dien-bien-x"]
)
def test_parties_are_found_with_or_without_marks(staff: Client, words: str) -> None:
    row = make.party(slug="dien-bien-x", short_name="Điện Biên thử nghiệm")
    assert row in found(staff, Party, words)


def test_words_side_by_side_come_before_words_anywhere(staff: Client) -> None:
    together = make.person(name="Zíp Zập Một")
    scattered = make.person(name="Zập Văn Zíp")
    assert found(staff, Person, "zip zap") == [together]
    together.delete()
    assert found(staff, Person, "zip zap") == [scattered]


def test_a_system_is_found_by_another_name_and_a_phase_by_its_partner(staff: Client) -> None:
    alias = _alias()
    alias.name = "Hệ thống Đặc Biệt Zét"
    alias.save()
    assert found(staff, System, "dac biet zet") == [alias.system]

    phase = make.phase(agreement=make.agreement(partner=make.party(short_name="Uỷ ban Zét")))
    assert found(staff, Phase, "uy ban zet") == [phase]


@pytest.mark.parametrize(
    "words", ["!!!", "không có chữ này ở đâu", pytest.param("zq " * 3000, id="long")]
)
def test_what_is_nowhere_is_not_found_and_breaks_nothing(staff: Client, words: str) -> None:
    assert found(staff, Theme, words) == []


def test_choices_are_looked_up_without_marks_in_constant_queries(
    staff: Client, query_count: Any
) -> None:
    lookup = {"app_label": "agreements", "model_name": "event", "field_name": "phase"}
    partner = make.party(short_name="Đắk Zét")
    make.phase(agreement=make.agreement(partner=partner))

    def ask() -> tuple[list[str], int]:
        with query_count() as queries:
            answer = staff.get("/quan-tri/autocomplete/", {**lookup, "term": "dak zet"}).json()
        return [each["text"] for each in answer["results"]], len(queries)

    one, at_one = ask()
    assert one == ["Đắk Zét 2021–2025"]
    for years in range(2031, 2035):
        make.phase(agreement=partner.agreements.get(), start_year=years, end_year=years)
    five, at_five = ask()
    assert len(five) == 5
    assert (at_one, at_five) == (5, 5)


def test_names_stand_in_vietnamese_order(staff: Client) -> None:
    for name in ("Zét Đông", "Zét Anh", "Zét Dung", "Zét Ân"):
        make.party(short_name=name, name=name)
    assert [row.short_name for row in found(staff, Party, "zet")] == [
        "Zét Anh",
        "Zét Ân",
        "Zét Dung",
        "Zét Đông",
    ]


def test_the_filter_of_partners_leaves_one_partner(staff: Client) -> None:
    phase = make.phase()
    make.phase()
    response = staff.get(page(Phase, "changelist"), {"doi-tac": phase.agreement.partner.slug})
    assert list(response.context["cl"].result_list) == [phase]


# --- What one types ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13/09/2014", PartialDate(2014, 9, 13)),
        ("8/2014", PartialDate(2014, 8)),
        ("2014", PartialDate(2014)),
        ("", None),
    ],
)
def test_a_date_is_typed_as_far_as_it_is_known(
    staff: Client, typed: str, kept: PartialDate | None
) -> None:
    row = make.event()
    data = as_typed(staff.get(page(row, "change"))) | {"happened_on": typed}
    assert staff.post(page(row, "change"), data).status_code == 302
    row.refresh_from_db()
    assert row.happened_on == kept
    shown = staff.get(page(row, "change")).context["adminform"].form["happened_on"].value()
    assert shown == (kept.typed if kept else None)


def test_a_day_that_does_not_exist_is_refused_beside_the_field_and_kept(staff: Client) -> None:
    row = make.event()
    data = as_typed(staff.get(page(row, "change"))) | {"happened_on": "31/02/2014"}
    response = staff.post(page(row, "change"), data)
    form = response.context["adminform"].form
    assert form.errors["happened_on"] == ["Ngày 31/02/2014 không có thật."]
    assert form["happened_on"].value() == "31/02/2014"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"start_year": "2025", "end_year": "2020"}, "Năm cuối phải không sớm hơn năm đầu."),
        ({"open_ended": "on"}, "Giai đoạn không thời hạn thì không ghi năm cuối."),
    ],
)
def test_a_rule_of_the_database_is_told_in_vietnamese_and_what_was_typed_is_kept(
    staff: Client, typed: dict[str, str], said: str
) -> None:
    row = make.phase()
    data = as_typed(staff.get(page(row, "change"))) | typed | {"title": "Tên vừa gõ"}
    response = staff.post(page(row, "change"), data)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert response.context["adminform"].form["title"].value() == "Tên vừa gõ"


def test_a_key_is_made_of_the_name_once_and_never_changes(staff: Client) -> None:
    data = {"name": "Nguyễn Thị Đẹp Zét", "title": "", "slug": "", "citations": []}
    inline = "participations"
    data |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    assert staff.post(page(Person, "add"), data).status_code == 302
    row = Person.objects.get(name="Nguyễn Thị Đẹp Zét")
    assert row.slug == "nguyen-thi-dep-zet"
    staff.post(page(row, "change"), data | {"slug": "khac", "name": "Tên khác"})
    row.refresh_from_db()
    assert (row.slug, row.name) == ("nguyen-thi-dep-zet", "Tên khác")

    again = staff.post(page(Person, "add"), data)
    assert list(again.context["adminform"].form.errors) == ["slug"]


def test_twelve_dot_thousand_is_twelve_thousand_people(staff: Client) -> None:
    row = make.participation()
    data = as_typed(staff.get(page(row, "change")))
    staff.post(page(row, "change"), data | {"count": "12.000"})
    row.refresh_from_db()
    assert row.count == 12000
    assert staff.get(page(row, "change")).context["adminform"].form["count"].value() == "12.000"
    refused = staff.post(page(row, "change"), data | {"count": "12.5"})
    assert "dấu chấm ngăn hàng nghìn" in str(refused.context["adminform"].form.errors["count"])


def test_a_long_quote_is_refused(staff: Client) -> None:
    row = make.citation()
    data = as_typed(staff.get(page(row, "change"))) | {"quote": "một hai " * 7}
    response = staff.post(page(row, "change"), data)
    assert "14 từ" in str(response.context["adminform"].form.errors["quote"])


# --- Inlines ----------------------------------------------------------------------------------


def test_areas_are_written_on_the_page_of_their_phase(staff: Client) -> None:
    row = make.phase()
    data = as_typed(staff.get(page(row, "change")))
    data |= {"areas-TOTAL_FORMS": "1", "areas-0-position": "1", "areas-0-name": "Y tế số"}
    assert staff.post(page(row, "change"), data).status_code == 302
    assert [(area.position, area.name) for area in row.areas.all()] == [(1, "Y tế số")]


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        (Agreement, {Phase, Representative}),
        (Phase, {CooperationArea}),
        (System, {SystemAlias}),
        (Event, {Participation}),
        (Person, {Participation}),
        (Source, {Citation}),
        (Discrepancy, {DiscrepancySide}),
    ],
)
def test_what_belongs_to_a_row_stands_on_its_page(
    staff: Client, model: type[Model], rows: set[type[Model]]
) -> None:
    response = staff.get(page(ROWS[model][0](), "change"))
    inlines = response.context["inline_admin_formsets"]
    assert {inline.opts.model for inline in inlines} == rows


# --- History, deleting ------------------------------------------------------------------------


def test_history_tells_who_changed_what_from_what(staff: Client, administrator: User) -> None:
    row = make.phase(title="Tên cũ")
    Phase.history.all().delete()  # as `loaddata` leaves it
    data = as_typed(staff.get(page(row, "change"))) | {"title": "Tên mới"}
    staff.post(page(row, "change"), data)

    text = " ".join(staff.get(page(row, "history")).content.decode().split())
    assert "<strong>Tên văn bản:</strong> Tên cũ → Tên mới" in text
    assert str(administrator) in text
    assert "Nạp sẵn, không qua trang quản trị" in text
    assert '<th scope="row">Trước lần sửa đầu tiên tại đây</th>' in text
    assert "Lịch sử" in text
    [changed, loaded] = Phase.history.filter(slug=row.slug)
    assert (changed.history_user, loaded.history_user) == (administrator, None)


def test_a_change_of_citations_is_in_the_history_too(staff: Client) -> None:
    row, cited = make.phase(), make.citation()
    data = as_typed(staff.get(page(row, "change"))) | {"citations": [cited.pk]}
    staff.post(page(row, "change"), data)
    assert list(row.citations.all()) == [cited]
    assert "Đã thay đổi Trích dẫn." in staff.get(page(row, "history")).content.decode()


def test_what_others_rest_on_is_not_deleted_and_the_page_says_so(staff: Client) -> None:
    area = make.area()
    response = staff.get(page(area.phase, "delete"))
    assert [str(each) for each in response.context["protected"]] != []
    text = response.content.decode()
    assert "Lĩnh vực hợp tác" in text
    assert "would require" not in text
    staff.post(page(area.phase, "delete"), {"post": "yes"})
    assert Phase.objects.filter(pk=area.phase.pk).exists()


def test_a_row_nobody_needs_is_deleted_with_a_trace(staff: Client, administrator: User) -> None:
    row = _theme()
    assert staff.post(page(row, "delete"), {"post": "yes"}).status_code == 302
    assert not Theme.objects.filter(key=row.key).exists()
    last = Theme.history.filter(key=row.key).latest()
    assert (last.history_type, last.history_user) == ("-", administrator)


def test_a_row_used_meanwhile_by_somebody_else_is_told_not_a_failure(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make.phase()

    def too_late(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        make.area(phase=row)  # between the question and the answer
        return [], {}, set(), []

    monkeypatch.setattr(type(admin.site._registry[Phase]), "get_deleted_objects", too_late)
    response = staff.post(page(row, "delete"), {"post": "yes"}, follow=True)
    assert "Chưa lưu gì" in response.content.decode()
    assert Phase.objects.filter(pk=row.pk).exists()


# --- Who gets in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    ["nghe_an_officer", "vnpt_nghe_an_manager", "vnpt_manager_elsewhere", "consumer"],
)
def test_nobody_but_staff_gets_in(client: Client, request: Any, who: str) -> None:
    client.force_login(request.getfixturevalue(who))
    for address in ("/quan-tri/", page(Phase, "changelist"), page(Representative, "add")):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/quan-tri/login/")
        assert client.get(address, follow=True).status_code == 403


@pytest.mark.django_db
def test_without_signing_in_the_admin_leads_to_the_sign_in(client: Client) -> None:
    response = client.get(page(Phase, "changelist"), follow=True)
    assert response.redirect_chain[-1][0].startswith("/dang-nhap/?next=%2Fquan-tri%2F")


def test_the_header_names_the_portal_and_leads_back(staff: Client) -> None:
    response = staff.get("/quan-tri/")
    text = response.content.decode()
    assert "Cổng hợp tác số – Quản trị" in text
    assert '<a href="/">Về Cổng</a>' in text
    assert "unsafe-inline" not in response["Content-Security-Policy"]


_INLINE = re.compile(r"<style\b|\sstyle=|<script\b(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", re.I)


@pytest.mark.parametrize("name", ["changelist", "add", "change", "history", "delete"])
def test_no_page_needs_what_the_csp_forbids(staff: Client, name: str) -> None:
    row = make.event(phase=make.phase())
    staff.post(page(row, "change"), as_typed(staff.get(page(row, "change"))) | {"place": "Vinh"})
    target = Event if name in {"changelist", "add"} else row
    assert _INLINE.findall(staff.get(page(target, name)).content.decode()) == []


# --- Users ------------------------------------------------------------------------------------


def test_users_are_found_without_marks_sorted_by_given_name_and_never_deleted(
    staff: Client, make_user: Callable[..., User]
) -> None:
    for username, name in (("zb", "Zét Văn Đạt"), ("za", "Zét Thị Dung"), ("zc", "Zét An")):
        user = make_user(username)
        user.full_name = name
        user.save()
    assert [row.username for row in found(staff, User, "zet")] == ["zc", "za", "zb"]
    assert [row.username for row in found(staff, User, "dat")][:1] == ["zb"]
    assert staff.post(page(user, "delete"), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_staff_below_an_administrator_make_no_administrator(
    client: Client, make_user: Callable[..., User], administrator: User
) -> None:
    from django.contrib.auth.models import Permission

    clerk = make_user("van-thu", is_staff=True)
    clerk.user_permissions.set(
        Permission.objects.filter(content_type__app_label="accounts", content_type__model="user")
    )
    client.force_login(clerk)
    client.post(page(clerk, "change"), {"username": "van-thu", "is_superuser": "on"})
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    fields = client.get(page(clerk, "change")).context["adminform"].form.fields
    assert {"is_staff", "is_superuser", "groups", "user_permissions"}.isdisjoint(fields)
    assert client.post(page(administrator, "change"), {"username": "x"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[administrator.pk])
    assert client.get(password).status_code == 403


def test_the_compiled_words_are_those_of_the_readable_file() -> None:
    folder = settings.BASE_DIR / "locale" / "vi" / "LC_MESSAGES"
    entries = re.findall(
        r'^msgid "(.+)"\nmsgstr "(.+)"$', (folder / "django.po").read_text("utf-8"), re.MULTILINE
    )
    with (folder / "django.mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert len(entries) > 20
    assert [words.gettext(english) for english, _own in entries] == [
        own for _english, own in entries
    ]


def test_the_index_of_the_admin_speaks_vietnamese(client: Client, administrator) -> None:
    client.force_login(administrator)
    html = client.get("/quan-tri/").content.decode()
    headings = re.findall(r'<a href="/quan-tri/\w+/" class="section"[^>]*>\s*([^<]+?)\s*</a>', html)

    assert {"Tài khoản", "Thỏa thuận", "Triển khai", "Đăng nhập"} <= set(headings)
    assert not [word for word in headings if word.isascii()], "no word of English"

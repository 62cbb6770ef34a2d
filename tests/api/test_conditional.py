"""No answer that a caller keeps is ever older than the last change: every way to change one is tried."""

from __future__ import annotations

import datetime as dt
import json
import queue
import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from accounts.models import User
from agreements.choices import Side
from agreements.models import CooperationArea, Province, Representative, Theme
from coopportal.api_urls import NOUNS
from coopportal.rest import conditional
from coopportal.versions import triggers
from coopportal.versions.models import DataVersion
from deliverables import actions
from deliverables.choices import ReportSide, Stage
from deliverables.models import Indicator, OfficialChange
from tests import factories

SUMMARY = "/api/v1/summary/?group_by=province"
APPS = ("agreements", "deliverables")


def etag(client: Client, address: str = SUMMARY, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200, response.content.decode()
    return str(response["ETag"])


def asked_again(client: Client, held: str, address: str = SUMMARY, **headers: str) -> Any:
    return client.get(address, headers={"If-None-Match": held, **headers})


def addresses() -> list[str]:
    """Every list, one row of each noun where there is one, tables, and summaries."""
    told = ["/api/v1/summary/", SUMMARY, f"{SUMMARY}&format=csv"]
    for noun in NOUNS:
        told += [f"/api/v1/{noun}/", f"/api/v1/{noun}/?format=csv"]
    return told


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


# ---- the protocol ------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", addresses())
def test_the_same_question_a_second_later_is_not_answered_twice(
    client: Client, db: None, address: str
) -> None:
    first = client.get(address)
    body = content(first)
    with time_machine.travel(dt.datetime(2026, 9, 14, 3, 0, 1, tzinfo=dt.UTC), tick=False):
        assert etag(client, address) == first["ETag"]
        again = asked_again(client, first["ETag"], address)
    assert body
    assert (again.status_code, content(again)) == (304, b"")
    for response in (first, again):
        assert response["ETag"].startswith('W/"')
        assert response["Cache-Control"] == "no-cache"
        assert {"Accept", "Accept-Language", "Cookie", "Authorization"} <= {
            name.strip() for name in response["Vary"].split(",")
        }


def test_a_304_costs_one_query_and_reads_no_answer(client: Client, query_count: Any) -> None:
    for address in (SUMMARY, "/api/v1/deliverables/", "/api/v1/deliverables/nghe-an-vsr/"):
        held = etag(client, address)
        with query_count() as queries:
            assert asked_again(client, held, address).status_code == 304
        assert len(queries) == 1
        assert triggers.VERSION in queries[0]["sql"]


def test_a_304_of_who_signs_in_costs_the_session_and_one_query(
    client: Client, consumer: User, query_count: Any
) -> None:
    client.force_login(consumer)
    held = etag(client)
    with query_count() as queries:
        assert asked_again(client, held).status_code == 304
    assert len(queries) == 3


def test_head_one_of_several_tags_and_strong_spelling_are_understood(
    client: Client, db: None
) -> None:
    held = etag(client)
    assert client.head(SUMMARY)["ETag"] == held
    assert client.head(SUMMARY, headers={"If-None-Match": held}).status_code == 304
    assert asked_again(client, f'"other", {held}').status_code == 304
    assert asked_again(client, held.removeprefix("W/")).status_code == 304
    for other in ('"other"', "nonsense", "", 'W/""', "é"):
        assert asked_again(client, other).status_code == 200


def test_refusals_carry_no_tag_and_are_refused_whatever_one_holds(client: Client, db: None) -> None:
    held = etag(client)
    for address, status in (
        (f"{SUMMARY}&nonsense=1", 400),
        ("/api/v1/summary/?group_by=nonsense", 400),
        ("/api/v1/deliverables/nonsense/", 404),
    ):
        refused = asked_again(client, held, address)
        assert refused.status_code == status
        assert "ETag" not in refused
        assert refused["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("token", ["Bearer", "Bearer nonsense", "Bearer \xff", "Basic YTpi"])
def test_a_form_that_does_not_exist_is_refused_whatever_token_is_sent(
    client: Client, db: None, token: str
) -> None:
    """The form is chosen before anybody asks who calls."""
    refused = client.get(SUMMARY, {"format": "AAA"}, headers={"Authorization": token})
    assert refused.status_code == 400
    assert refused.json()["parameter"] == "format"
    assert refused["Cache-Control"] == "private, no-cache"


def test_nobody_is_told_304_where_he_may_not_read(client: Client, db: None, settings: Any) -> None:
    held = etag(client)
    settings.PUBLIC_READ = False
    assert asked_again(client, held).status_code == 401


def test_a_report_is_named_by_its_own_content(client: Client, db: None) -> None:
    """What `If-Match` is compared with: a draft's version, else its content; others change neither."""
    cooperation = factories.Cooperation()
    report = cooperation.report()
    client.force_login(cooperation.officer)
    address = f"/api/v1/reports/{report.uid}/"
    first = client.get(address)
    assert first["ETag"] == f'"{report.version}"'
    assert not first["ETag"].startswith("W/")
    cooperation.report(as_of="2026-07")
    again = asked_again(client, first["ETag"], address)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    actions.submit(report, by=cooperation.officer)
    changed = asked_again(client, first["ETag"], address)
    assert (changed.status_code, changed.json()["state"]) == (200, "submitted")
    assert changed["ETag"] == conditional.etag_of_content(changed.content)
    assert "ETag" not in client.get(f"{address}?nonsense=1")


# ---- what an answer depends on beside the data -------------------------------------------------------


def test_another_address_form_or_language_is_another_answer(client: Client, db: None) -> None:
    tags = [
        etag(client),
        etag(client, "/api/v1/summary/?group_by=system"),
        etag(client, f"{SUMMARY}&format=csv"),
        etag(client, SUMMARY, accept="text/csv"),
        etag(client, SUMMARY, **{"accept-language": "en"}),
        etag(client, SUMMARY, host="127.0.0.1"),
    ]
    assert len(set(tags)) == len(tags)


def test_at_midnight_in_vietnam_the_answer_of_yesterday_is_gone(client: Client, db: None) -> None:
    with time_machine.travel(dt.datetime(2026, 9, 14, 16, 59, 59, tzinfo=dt.UTC), tick=False):
        held = etag(client)
    with time_machine.travel(dt.datetime(2026, 9, 14, 17, 0, tzinfo=dt.UTC), tick=False):
        again = asked_again(client, held)
        assert again.status_code == 200
        assert again.json()["as_of"] == "2026-09-15"


def test_each_caller_has_answers_of_his_own(
    client: Client, consumer: User, nghe_an_officer: User
) -> None:
    tags = {etag(client)}
    for user in (consumer, nghe_an_officer):
        client.force_login(user)
        response = client.get(SUMMARY)
        assert response["Cache-Control"] == "private, no-cache"
        tags.add(response["ETag"])
    assert len(tags) == 3


def test_who_becomes_administrator_is_not_told_304(client: Client, consumer: User) -> None:
    client.force_login(consumer)
    held = etag(client)
    User.objects.filter(pk=consumer.pk).update(is_superuser=True)
    assert asked_again(client, held).status_code == 200


def test_a_new_release_answers_anew(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = etag(client)
    monkeypatch.setattr(conditional, "code_version", lambda: "of another release")
    assert asked_again(client, held).status_code == 200


def test_the_version_of_the_code_is_read_from_the_code(tmp_path: Any, settings: Any) -> None:
    def version() -> str:
        conditional.code_version.cache_clear()
        return conditional.code_version()

    settings.BASE_DIR = tmp_path
    module = tmp_path / "deliverables" / "views.py"
    module.parent.mkdir()
    module.write_text("a = 1")
    (tmp_path / "requirements.txt").write_text("django==5.2")
    try:
        first = version()
        assert version() == first
        module.write_text("a = 2")
        assert version() != first
        module.write_text("a = 1")
        (tmp_path / "requirements.txt").write_text("django==5.3")
        assert version() != first
    finally:
        conditional.code_version.cache_clear()


# ---- every write -------------------------------------------------------------------------------------


def data_tables() -> set[str]:
    return {
        model._meta.db_table
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.managed and not hasattr(model, "history_date")
    }


def test_every_table_of_the_apps_is_watched(db: None) -> None:
    assert len(data_tables()) > 40
    assert data_tables() <= triggers.watched(connection)


def test_a_write_to_any_table_is_noticed(client: Client, db: None) -> None:
    """As raw as it gets: a statement that names the table, as SQL by hand or a bulk update would."""
    tried = set()
    for table in sorted(data_tables()):
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 1')
            if cursor.fetchone() is None:
                continue  # nothing to write to; that it is watched, the test above says
            column = cursor.description[0][0]
            held = etag(client)
            cursor.execute(f'UPDATE "{table}" SET "{column}" = "{column}"')
        assert asked_again(client, held).status_code == 200, table
        tried.add(table)
    assert len(tried) >= 40


def test_a_table_robbed_of_its_triggers_is_watched_again_after_migrate(
    client: Client, db: None
) -> None:
    """As SQLite does to a table that a migration rebuilds; what was written meanwhile went unseen."""
    held = etag(client)
    with connection.cursor() as cursor:
        for statement in triggers._drop(connection.vendor, "agreements_theme"):
            cursor.execute(statement)
    assert "agreements_theme" not in triggers.watched(connection)
    Theme.objects.update(position=99)
    call_command("migrate", verbosity=0)
    assert "agreements_theme" in triggers.watched(connection)
    assert asked_again(client, held).status_code == 200


def test_where_nobody_can_tell_the_state_nothing_is_confirmed(client: Client, db: None) -> None:
    held = etag(client)
    DataVersion.objects.all().delete()
    for answer in (client.get(SUMMARY), asked_again(client, held), asked_again(client, "*")):
        assert answer.status_code == 200
        assert "ETag" not in answer


def _edit_name() -> None:
    province = Province.objects.filter(code="40").latest("pk")
    province.name = "Tên đã sửa"
    province.save()


def _theme_of_area() -> None:
    area = CooperationArea.objects.exclude(themes=None).order_by("pk")[0]
    theme = area.themes.order_by("pk")[0]
    area.themes.remove(theme)


WRITES: dict[str, Callable[[], Any]] = {
    "save": _edit_name,
    "update": lambda: Theme.objects.update(position=99),
    "create": lambda: Theme.objects.create(key="moi", name="Mới"),
    "bulk create": lambda: Theme.objects.bulk_create([Theme(key="moi", name="Mới")]),
    "link between rows": _theme_of_area,
    "fixtures": lambda: call_command("loaddata", "reference", verbosity=0),
}


@pytest.mark.parametrize("write", WRITES)
def test_every_way_to_write_is_noticed(client: Client, db: None, write: str) -> None:
    held = etag(client)
    WRITES[write]()
    assert asked_again(client, held).status_code == 200
    assert etag(client) != held


def test_a_deleted_row_is_not_told_304(client: Client, db: None) -> None:
    theme = Theme.objects.create(key="tam", name="Tạm")
    held = etag(client)
    theme.delete()
    assert asked_again(client, held).status_code == 200


def test_what_is_rolled_back_leaves_the_tag_as_it_was(client: Client, db: None) -> None:
    held = etag(client)
    with transaction.atomic():
        Theme.objects.update(position=99)
        assert etag(client) != held
        transaction.set_rollback(True)
    assert asked_again(client, held).status_code == 304


def test_signing_in_and_reading_leave_the_tag_as_it_was(
    client: Client, db: None, consumer: User
) -> None:
    held = etag(client)
    other = Client()
    other.force_login(consumer)
    for address in ("/", "/api/v1/reports/", "/thoa-thuan/"):
        assert other.get(address).status_code == 200
    assert asked_again(client, held).status_code == 304


def test_an_edit_in_the_admin_is_noticed(client: Client, administrator: User) -> None:
    theme = Theme.objects.order_by("pk")[0]
    held = etag(client, "/api/v1/areas/")
    signed_in = Client()
    signed_in.force_login(administrator)
    answer = signed_in.post(
        f"/quan-tri/agreements/theme/{theme.pk}/change/",
        {"key": theme.key, "name": "Tên đã sửa", "position": theme.position},
    )
    assert answer.status_code == 302
    assert asked_again(client, held, "/api/v1/areas/").status_code == 200


def test_a_mandate_that_ends_or_begins_is_noticed(client: Client, nghe_an_officer: User) -> None:
    client.force_login(nghe_an_officer)
    held = etag(client, "/api/v1/reports/")
    Representative.objects.filter(user=nghe_an_officer).update(until_day=dt.date(2026, 9, 13))
    assert asked_again(client, held, "/api/v1/reports/").status_code == 200


# ---- a hunt for an old answer ------------------------------------------------------------------------


class Reader:
    """Keeps every answer and asks again, as an attentive program or cache would."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)
        self.held: dict[str, tuple[str, bytes]] = {}

    def read(self, address: str) -> bytes:
        tag, body = self.held.get(address, ("", b""))
        response = asked_again(self.client, tag, address)
        if response.status_code == 304:
            return body
        assert response.status_code == 200
        self.held[address] = response["ETag"], content(response)
        return self.held[address][1]

    def fresh(self, address: str) -> bytes:
        return content(self.client.get(address))


class Life:
    """A cooperation in which anything may happen next; whatever is not allowed just does not happen."""

    def __init__(self) -> None:
        self.cooperation = factories.Cooperation()
        own = self.cooperation
        self.reports = [own.report(as_of="2026-08")]
        self.readers = [Reader(user) for user in (None, own.officer, own.manager)]
        slug = own.deliverable.slug
        self.addresses = [
            f"/api/v1/summary/?group_by=partner&agreement={own.agreement.slug}",
            f"/api/v1/deliverables/{slug}/",
            f"/api/v1/reports/?deliverable={slug}",
            f"/api/v1/agreements/{own.agreement.slug}/",
            f"/api/v1/changes/?since={OfficialChange.objects.latest('seq').seq}",
            f"/api/v1/deliverables/?agreement={own.agreement.slug}&format=csv",
        ]

    def happen(self, what: str) -> None:
        own, report = self.cooperation, self.reports[-1]
        report.refresh_from_db()
        party = own.agreement.partner
        acts: dict[str, Callable[[], Any]] = {
            "submit": lambda: actions.submit(report, by=own.officer),
            "withdraw": lambda: actions.withdraw(report, by=own.officer),
            "confirm": lambda: actions.confirm(report, by=own.manager),
            "send_back": lambda: actions.send_back(report, by=own.manager, reason="Thiếu."),
            "dispute": lambda: actions.dispute(
                report, by=own.manager, reason="Sai.", counter_stage=Stage.SUSPENDED
            ),
            "revise": lambda: self.reports.append(actions.revise(report, by=own.officer)),
            "draft": lambda: self.reports.append(own.report(as_of="2026-09")),
            "publish": self.publish,
            "set_aside": lambda: actions.set_aside(
                report, by=own.administrator, reason="Có nguồn tốt hơn."
            ),
            "mandate": lambda: factories.representative(own.agreement, Side.VNPT, own.stranger),
            "dismissal": lambda: Representative.objects.filter(user=own.manager).delete(),
            "name": lambda: type(party).objects.filter(pk=party.pk).update(name=f"{party.pk}"),
            "citation": lambda: own.deliverable.citations.add(factories.citation()),
        }
        with transaction.atomic():
            try:
                with transaction.atomic():
                    acts[what]()
            except (PermissionDenied, actions.ConflictError, ValidationError, IntegrityError):
                pass

    def publish(self) -> None:
        own = self.cooperation
        row = own.report(side=ReportSide.SOURCE, as_of="2026-07")
        row.citations.set([factories.citation()])
        actions.publish(row, by=own.administrator)
        self.reports.append(row)

    def nobody_reads_what_was(self) -> None:
        for reader in self.readers:
            for address in self.addresses:
                assert reader.read(address) == reader.fresh(address), address


HAPPENINGS = (
    *("submit", "withdraw", "confirm", "send_back", "dispute", "revise", "draft", "publish"),
    *("set_aside", "mandate", "dismissal", "name", "citation"),
)

#: Each ends in another state; together every verb is really done.
LIVES = (
    ["submit", "confirm", "revise", "submit", "confirm"],
    ["submit", "withdraw", "revise", "submit", "send_back"],
    ["submit", "dispute", "revise", "submit", "confirm"],
    ["publish", "set_aside", "name", "citation"],
    ["publish", "dispute", "mandate", "dismissal"],
)


@pytest.mark.parametrize("happenings", LIVES, ids=" ".join)
def test_no_verb_leaves_an_old_answer(db: None, happenings: list[str]) -> None:
    life = Life()
    life.nobody_reads_what_was()
    for what in happenings:
        before = DataVersion.current()
        life.happen(what)
        assert DataVersion.current() != before, f"{what} did not happen"
        life.nobody_reads_what_was()


@pytest.mark.slow
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(happenings=st.lists(st.sampled_from(HAPPENINGS), min_size=3, max_size=10))
def test_whatever_happens_nobody_reads_an_old_answer(db: None, happenings: list[str]) -> None:
    with transaction.atomic():
        life = Life()
        life.nobody_reads_what_was()
        for what in happenings:
            life.happen(what)
            life.nobody_reads_what_was()
        transaction.set_rollback(True)


# ---- several at once ---------------------------------------------------------------------------------


class Writer:
    """A connection of its own, in a thread of its own, told what to do step by step."""

    def __init__(self, number: int) -> None:
        self.key = f"nguoi-ghi-{number}"
        self.asked: queue.Queue[Callable[[], Any] | None] = queue.Queue()
        self.done: queue.Queue[BaseException | None] = queue.Queue()
        self.block: Any = None
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def _work(self) -> None:
        for act in iter(self.asked.get, None):
            try:
                act()
                self.done.put(None)
            except BaseException as error:
                self.done.put(error)
        connection.close()

    def do(self, act: Callable[[], Any]) -> None:
        self.asked.put(act)
        if (error := self.done.get(timeout=30)) is not None:
            raise error

    def begin(self) -> None:
        def act() -> None:
            self.block = transaction.atomic()
            self.block.__enter__()
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")

        self.do(act)

    def write(self, name: str) -> None:
        self.do(lambda: Indicator.objects.filter(key=self.key).update(name=name))

    def end(self, *, commit: bool) -> None:
        def act() -> None:
            transaction.set_rollback(not commit)
            self.block.__exit__(None, None, None)
            self.block = None

        self.do(act)

    def stop(self) -> None:
        if self.block is not None:
            self.end(commit=False)
        self.asked.put(None)
        self.thread.join(30)


INDICATORS = "/api/v1/indicators/"


@pytest.fixture
def writers(transactional_db: None) -> Iterator[list[Writer]]:
    """As many as the database lets write at once, each with an indicator of its own."""
    many = [Writer(number) for number in range(3 if connection.vendor == "postgresql" else 1)]
    for one in many:
        factories.indicator(key=one.key, name="chưa ai ghi")
    try:
        yield many
    finally:
        for one in many:
            one.stop()


def test_a_tag_taken_while_somebody_writes_confirms_nothing_afterwards(
    client: Client, writers: list[Writer]
) -> None:
    """Who began first commits last: a number drawn at the start would hide what he wrote."""
    for one in writers:
        one.begin()
        one.write(f"của {one.key}")
    assert DataVersion.objects.count() >= 1
    for one in reversed(writers):
        held = etag(client, INDICATORS)
        assert f"của {one.key}" not in client.get(INDICATORS).content.decode()
        assert asked_again(client, held, INDICATORS).status_code == 304
        one.end(commit=True)
        answer = asked_again(client, held, INDICATORS)
        assert answer.status_code == 200
        assert f"của {one.key}" in answer.content.decode()


def test_writers_do_not_wait_for_each_other(writers: list[Writer]) -> None:
    """Each would fail after two seconds if the token of the data were one row that all must lock."""
    before = set(DataVersion.objects.values_list("pk", flat=True))
    for one in writers:
        one.begin()
        one.write("đang ghi")
    for one in writers:
        one.end(commit=True)
    rows = set(DataVersion.objects.values_list("pk", flat=True))
    assert before <= rows
    assert len(rows) >= len(writers)


def test_who_takes_his_words_back_changes_nothing(client: Client, writers: list[Writer]) -> None:
    held = etag(client, INDICATORS)
    for one in writers:
        one.begin()
        one.write("rồi thôi")
        one.end(commit=False)
        assert asked_again(client, held, INDICATORS).status_code == 304


@pytest.mark.parametrize("seed", range(4))
def test_in_whatever_order_they_write_nobody_reads_what_was(
    writers: list[Writer], seed: int
) -> None:
    chance, reader = random.Random(seed), Reader(None)
    for step in range(40):
        one = chance.choice(writers)
        if one.block is None:
            one.begin()
        elif chance.random() < 0.5:
            one.write(f"lần {step}")
        else:
            one.end(commit=chance.random() < 0.7)
        assert reader.read(INDICATORS) == reader.fresh(INDICATORS)


def test_readers_and_writers_running_freely(writers: list[Writer]) -> None:
    """Whatever was committed before a question was asked is in its answer, also in a 304's."""
    committed = [0] * len(writers)
    reader = Reader(None)

    def write_on(place: int) -> None:
        key = writers[place].key
        for number in range(1, 31):
            with transaction.atomic():
                Indicator.objects.filter(key=key).update(name=str(number))
            committed[place] = number

    for place, one in enumerate(writers):
        one.asked.put(lambda place=place: write_on(place))
    while True:
        over = all(number == 30 for number in committed)
        at_least = list(committed)
        names = {row["key"]: row["name"] for row in json.loads(reader.read(INDICATORS))["results"]}
        for one, number in zip(writers, at_least, strict=True):
            assert int(names[one.key]) >= number if number else True
        if over:
            break
    for one in writers:
        assert one.done.get(timeout=30) is None
    assert reader.read(INDICATORS) == reader.fresh(INDICATORS)
    assert reader.held[INDICATORS][0]

"""The list behind "lâu không có số liệu mới": as many rows as counted, on page and API, for each reader."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.models import Phase
from coopportal.clock import ZONE
from deliverables.choices import ReportState, Stage
from deliverables.digests import letter_to
from deliverables.models import Deliverable
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db

TODAY, OLD, RECENT = dt.date(2026, 11, 27), dt.date(2026, 3, 1), dt.date(2026, 10, 1)
PAGE, API = "/hang-muc/", "/api/v1/deliverables/"


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> Iterator[None]:
    settings.PUBLIC_READ = True
    with time_machine.travel(dt.datetime(2026, 11, 27, 9, tzinfo=ZONE), tick=False):
        yield


class Silent(Cooperation):
    """Three of which nothing new is known, one of which it is, and one that asks for nothing more."""

    def __post_init__(self) -> None:
        super().__post_init__()
        phase: Any = self.deliverable.phase
        Phase.objects.filter(pk=phase.pk).update(begins_on=dt.date(2025, 1, 1))
        self.old, self.never, self.heard, self.done = (
            factories.deliverable(agreement=self.agreement, phase=phase) for _ in range(4)
        )
        confirmed = {"state": ReportState.CONFIRMED, "logged": True}
        factories.report(self.deliverable, as_of_end=OLD, **confirmed)
        factories.report(self.old, as_of_end=OLD, **confirmed)
        factories.report(self.heard, as_of_end=RECENT, **confirmed)
        factories.report(self.done, as_of_end=OLD, stage=Stage.COMPLETED, **confirmed)

    def say(self, state: ReportState) -> None:
        """Something recent of the first, not official so far."""
        self.report(state, as_of_end=RECENT, when=factories.at(RECENT))


def on_page(client: Client, query: str) -> set[Deliverable]:
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    return {row for row, _report, _figures in answer.context["rows"]}


def in_api(client: Client, query: str) -> set[str]:
    answer = client.get(f"{API}?{query}&page_size=200")
    assert answer.status_code == 200, answer.json()
    return {row["slug"] for row in answer.json()["results"]}


def both(client: Client, query: str) -> set[Deliverable]:
    """The rows of the page, which are those of the API."""
    shown = on_page(client, query)
    assert in_api(client, query) == {row.slug for row in shown}
    return shown


@pytest.mark.parametrize("address", ["work", "review"])
@pytest.mark.parametrize("who", ["officer", "manager"])
def test_the_count_leads_to_the_rows_that_it_counts(client: Client, who: str, address: str) -> None:
    people = Silent()
    user = getattr(people, who)
    client.force_login(user)
    text = " ".join(client.get(reverse(address)).text.split())
    link = re.search(
        r'<a href="([^"]*)">(\d+) hạng mục không có số liệu mới trong 180 ngày qua', text
    )
    assert link, text
    query = link[1].replace("&amp;", "&").removeprefix(f"{PAGE}?")
    rows = both(client, query)
    assert rows == {people.deliverable, people.old, people.never}
    assert int(link[2]) == len(rows) == letter_to(user, TODAY).deadlines.stale
    page = " ".join(client.get(f"{PAGE}?{query}").text.split())
    assert "Đại diện: Thỏa thuận mình đại diện" in page
    assert "Số liệu mới: Lâu không có số liệu mới" in page


def test_whose_agreements_is_a_question_of_today(client: Client) -> None:
    people = Silent()
    assert both(client, "acting=me") == set()
    client.force_login(people.administrator)
    assert both(client, "acting=me") == set()
    client.force_login(people.officer)
    assert len(both(client, "acting=me")) == 5
    people.officer.mandates.update(until_day=dt.date(2026, 11, 26))
    assert both(client, "acting=me") == set()


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.DISPUTED])
def test_what_was_only_sent_is_news_to_the_two_sides_alone(
    client: Client, state: ReportState
) -> None:
    people = Silent()
    people.say(state)
    query = f"news=stale&agreement={people.agreement.slug}"
    for who, known in (("officer", True), ("manager", True), ("stranger", False)):
        client.force_login(getattr(people, who))
        assert (people.deliverable not in both(client, query)) is known, who
    client.logout()
    assert both(client, query) == {people.deliverable, people.old, people.never}


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.RETURNED, ReportState.WITHDRAWN])
def test_what_does_not_stand_is_no_news(client: Client, state: ReportState) -> None:
    people = Silent()
    people.say(state)
    client.force_login(people.officer)
    assert people.deliverable in both(client, "news=stale&acting=me")


def test_an_earlier_day_has_its_own_answer(client: Client) -> None:
    people = Silent()
    client.force_login(people.officer)
    query = f"news=stale&agreement={people.agreement.slug}"
    early = on_page(client, f"{query}&tinh-den=01/06/2026")
    assert early == {people.heard, people.never}
    assert in_api(client, f"{query}&as_of=2026-06-01") == {row.slug for row in early}


@pytest.mark.parametrize("query", ["news=new", "acting=somebody"])
def test_a_word_that_there_is_not_is_refused_by_name(client: Client, query: str) -> None:
    name, word = query.split("=")
    assert client.get(f"{PAGE}?{query}").status_code == 400
    refused = client.get(f"{API}?{query}")
    assert refused.status_code == 400
    assert name in refused.text
    assert word in refused.text


def test_a_summary_counts_the_same_rows(client: Client) -> None:
    people = Silent()
    client.force_login(people.manager)
    told = client.get("/api/v1/summary/?group_by=phase&news=stale&acting=me").json()
    assert told["totals"]["deliverables"] == 3


def test_the_list_costs_as_much_for_five_rows_as_for_one(client: Client) -> None:
    people = Silent()
    client.force_login(people.officer)
    counts = []
    for _ in range(2):
        for address in (PAGE, API):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"{address}?news=stale&acting=me").status_code == 200
            counts.append(len(queries))
        for _more in range(4):
            factories.deliverable(agreement=people.agreement, phase=people.deliverable.phase)
    assert counts[:2] == counts[2:]

"""Every link of every page leads somewhere, on any day: no dead link, no lost anchor, no 500."""

import datetime as dt
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from hypothesis import HealthCheck, given, settings, strategies as st

from agreements.models import Event, Phase, Province, Source
from coopportal.clock import today
from deliverables.models import ProgressReport
from tests.addresses import reading_pages
from tests.links import Links

pytestmark = pytest.mark.django_db

FIRST_DAY = dt.date(2013, 1, 1)
SIGNING_DAYS = [
    dt.date(2014, 8, 31),  # "tháng 8/2014": known by the end of the month
    *(dt.date(2014, 9, day) for day in (4, 9, 11, 13, 15, 17)),
    dt.date(2020, 12, 31),
    dt.date(2021, 4, 23),
]
MERGER = [dt.date(2025, 6, 30), dt.date(2025, 7, 1)]
DAYS = [FIRST_DAY, *SIGNING_DAYS, *MERGER]


def _is_ours(address: str) -> bool:
    return not urlsplit(address).netloc and not urlsplit(address).scheme


def _kind(path: str) -> str:
    return str(resolve(path).url_name)


@dataclass
class Walk:
    """From the overview along every link, at one day; ``per_kind``: the most pages of one kind."""

    client: Client
    day: dt.date | None
    per_kind: int = 10_000
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    places: dict[str, set[str]] = field(default_factory=dict)
    asked_places: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def at(self) -> str:
        return "" if self.day is None else self.day.strftime("%d/%m/%Y")

    def go(self) -> "Walk":
        start = f"/?tinh-den={self.at}" if self.day else "/"
        waiting = deque([(start, "")])
        kinds: Counter[str] = Counter()
        while waiting:
            address, origin = waiting.popleft()
            if address in self.seen:
                continue
            self.seen.add(address)
            kind = _kind(urlsplit(address).path)
            kinds[kind] += 1
            if kinds[kind] > self.per_kind:
                continue
            waiting.extend((link, address) for link in self._look(address, origin))
        for origin, address, place in self.asked_places:
            if address in self.places and place not in self.places[address]:
                self.faults.append(f"{origin} → {address}#{place}: no such place")
        return self

    def _look(self, address: str, origin: str) -> Iterator[str]:
        answer = self.client.get(address)
        if answer.status_code != 200:
            self.faults.append(f"{origin} → {address}: {answer.status_code}")
            return
        if not answer["Content-Type"].startswith("text/html"):
            b"".join(answer) if answer.streaming else answer.content
            return
        page = Links.of(answer.content.decode())
        self.places[address] = page.places
        self._check_files(address, page.files)
        for link in page.links:
            if not _is_ours(link):
                continue
            target, place = urldefrag(urljoin(address, link))
            if place:
                self.asked_places.append((address, target, place))
            if self._is_followed(target, address):
                yield target

    def _is_followed(self, target: str, address: str) -> bool:
        """Stays at the day and away from the admin; of lists, one turn of sort or filter at a time."""
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if parts.path.startswith(("/quan-tri/", "/api/")):
            return False
        if query.get("tinh-den", [""])[0] != self.at:
            # "Về hôm nay" and the quick choices are tried on the first page only.
            return urlsplit(address).path == "/" and "tinh-den" not in parse_qs(
                urlsplit(address).query
            )
        turned = set(parse_qs(urlsplit(address).query)) - {"tinh-den", "biet-den", "trang"}
        return not turned or parts.path != urlsplit(address).path

    def _check_files(self, address: str, files: list[str]) -> None:
        for name in files:
            if name.startswith("/static/") and not finders.find(name.removeprefix("/static/")):
                self.faults.append(f"{address}: {name} is not there")
            elif not _is_ours(name):
                self.faults.append(f"{address}: {name} is somebody else's")


def test_every_link_of_every_page_leads_somewhere_today(client: Client) -> None:
    walk = Walk(client, None).go()
    assert walk.faults == []
    visited = {_kind(urlsplit(address).path) for address in walk.seen}
    assert visited >= set(reading_pages()), "a page that no link leads to"
    assert len(walk.seen) > 150


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_links_lead_somewhere_on_a_day_that_changes_things(client: Client, day: dt.date) -> None:
    """A few pages of each kind; all of them in the slow run below."""
    walk = Walk(client, day, per_kind=3).go()
    assert walk.faults == []
    visited = {_kind(urlsplit(address).path) for address in walk.seen}
    assert visited >= {"overview", "agreements", "systems", "events", "sources"}


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_link_of_every_page_leads_somewhere(client: Client, day: dt.date) -> None:
    assert Walk(client, day).go().faults == []


def test_a_walk_finds_what_is_dead(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coopportal.views.EXAMPLES", ("a" * 201,))
    faults = Walk(client, None, per_kind=3).go().faults
    assert any(fault.startswith("/tra-cuu/ → /tra-cuu/?q=aaa") for fault in faults), faults


# --- Any day at all -----------------------------------------------------------------------------

_READ_ONLY = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25
)
_DAYS = st.dates(FIRST_DAY, today())


def _addresses() -> list[str]:
    return sorted(reading_pages().values())


@_READ_ONLY
@given(as_of=_DAYS, known_on=_DAYS, path=st.deferred(lambda: st.sampled_from(_addresses())))
def test_any_page_answers_on_any_two_days(
    client: Client, as_of: dt.date, known_on: dt.date, path: str
) -> None:
    answer = client.get(path, {"tinh-den": as_of.isoformat(), "biet-den": known_on.isoformat()})
    assert answer.status_code in {200, 404}
    assert as_of.strftime("%d/%m/%Y") in answer.content.decode()


def _turning_days() -> list[dt.date]:
    """Days on which anything that pages tell begins or ends, with those beside them; else nothing moves."""
    partial = [
        *Source.objects.values_list("issued_on", flat=True),
        *Event.objects.values_list("happened_on", flat=True),
        *Phase.objects.values_list("signed_on", flat=True),
    ]
    days = {end for value in partial if value for end in (value.first_day, value.last_day)}
    for rows, names in (
        (Phase.objects.all(), ("begins_on", "ends_on")),
        (Province.objects.all(), ("valid_from", "valid_to")),
        (ProgressReport.objects.all(), ("as_of_end",)),
    ):
        for name in names:
            days |= set(rows.values_list(name, flat=True))
    turning = {day + dt.timedelta(step) for day in days - {None} for step in (-1, 0, 1)}
    return sorted(day for day in turning if FIRST_DAY <= day <= today())


@pytest.mark.slow
def test_every_kind_of_page_answers_on_every_day_on_which_anything_changes(client: Client) -> None:
    days = _turning_days()
    assert {dt.date(2014, 9, 13), dt.date(2020, 12, 31), dt.date(2025, 7, 1)} <= set(days)
    failed = [
        (path, day, status)
        for day in days
        for path in _addresses()
        if (status := client.get(path, {"tinh-den": day.isoformat()}).status_code) != 200
    ]
    assert failed == []


@pytest.mark.slow
@settings(_READ_ONLY, max_examples=60)
@given(day=_DAYS)
def test_links_lead_somewhere_on_any_day(client: Client, day: dt.date) -> None:
    assert Walk(client, day, per_kind=4).go().faults == []

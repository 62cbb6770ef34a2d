"""A summary told again is the one that would be computed now: after any change, for any caller."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from agreements.choices import Side
from agreements.models import Party, Representative
from coopportal.rest import kept
from coopportal.rest.kept import KeptAnswers
from deliverables import actions
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.models import Deliverable, Target
from tests import factories as make

ADDRESS = "/api/v1/summary/?group_by=partner,system"


def computed(client: Client, address: str = ADDRESS) -> bytes:
    """The answer as the first caller after a restart gets it."""
    kept.answers.clear()
    response = client.get(address)
    assert response.status_code == 200
    kept.answers.clear()
    return bytes(response.content)


def changes() -> Iterator[tuple[str, Callable[[make.Cooperation], Any]]]:
    """Each changes what the summary says; by a verb, by the admin's means and past both."""
    yield (
        "confirm",
        lambda play: actions.confirm(
            play.report(ReportState.SUBMITTED, stage=Stage.PILOTING, figures={make.indicator(): 3}),
            by=play.manager,
        ),
    )
    yield (
        "publish",
        lambda play: make.report(
            play.deliverable, state=ReportState.PUBLISHED, side=ReportSide.SOURCE, stage=Stage.ENDED
        ),
    )
    yield "a new deliverable", lambda play: make.deliverable(phase=play.deliverable.phase)
    yield (
        "a target",
        lambda play: (
            Target.objects.create(
                deliverable=play.deliverable,
                indicator=make.indicator(),
                value=5,
                set_on=dt.date(2021, 1, 1),
            )
            and make.deliverable(phase=play.deliverable.phase)
        ),
    )
    yield (
        "a name",
        lambda play: Party.objects.filter(pk=play.deliverable.agreement.partner_id).update(
            name="Tên khác"
        ),
    )
    yield "SQL by hand", lambda play: _by_hand(play.deliverable.pk)


def _by_hand(pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE deliverables_deliverable SET system_id = NULL, kind = 'service' WHERE id = %s",
            [pk],
        )


@pytest.mark.django_db
@pytest.mark.parametrize("change", [each for _name, each in changes()], ids=dict(changes()))
def test_no_answer_is_older_than_the_last_change(client: Client, change: Any) -> None:
    play = make.Cooperation()
    before = client.get(ADDRESS).content
    assert client.get(ADDRESS).content == before
    change(play)
    after = client.get(ADDRESS).content
    assert after != before
    assert after == computed(client)


@pytest.mark.django_db
def test_what_was_rolled_back_is_not_told(client: Client) -> None:
    play = make.Cooperation()
    before = client.get(ADDRESS).content
    with transaction.atomic():
        make.deliverable(phase=play.deliverable.phase)
        assert client.get(ADDRESS).content != before
        transaction.set_rollback(True)
    assert client.get(ADDRESS).content == before
    assert Deliverable.objects.filter(phase=play.deliverable.phase).count() == 1


@pytest.mark.django_db
def test_it_is_told_again_from_memory_with_the_same_headers(
    client: Client, query_count: Any
) -> None:
    first = client.get(ADDRESS)
    with query_count() as queries:
        again = client.get(ADDRESS)
    assert len(queries) == 1
    assert "versions_dataversion" in queries[0]["sql"]
    assert again.content == first.content
    for header in ("Content-Type", "ETag", "Cache-Control", "Vary"):
        assert again[header] == first[header]


@pytest.mark.django_db
def test_nobody_is_told_what_another_may_see(
    client: Client, make_user: Any, consumer: User
) -> None:
    play = make.Cooperation()
    play.report(ReportState.SUBMITTED, as_of_end=dt.date(2026, 6, 1))
    officer = play.officer
    assert Representative.objects.filter(user=officer, side=Side.PARTNER).exists()
    told = {}
    for user in (officer, consumer, None):
        one = Client()
        if user:
            one.force_login(user)
        one.get(ADDRESS)
        told[user] = one.get(ADDRESS).json()["totals"]["standings"]
    assert told[officer]["awaiting"] == 1
    assert "awaiting" not in told[consumer]
    assert told[consumer] == told[None]


@pytest.mark.django_db
def test_it_is_told_in_the_language_and_for_the_day_asked(client: Client) -> None:
    first = client.get(ADDRESS)
    with time_machine.travel(dt.datetime(2026, 9, 15, 3, tzinfo=dt.UTC), tick=False):
        assert client.get(ADDRESS).json()["as_of"] == "2026-09-15"
    assert client.get(ADDRESS).content == first.content


def test_memory_is_bounded_and_forgets_the_longest_unasked() -> None:
    noise = {name: random.Random(name).randbytes(1000) for name in "abcd"}  # does not pack
    memory = KeptAnswers(most_bytes=2500, most_bytes_of_one=1500)
    for name in ("a", "b"):
        memory.put(name, noise[name])
    assert memory.get("a") == noise["a"]
    memory.put("c", noise["c"])
    memory.put("d", noise["d"])
    assert [name for name in "abcd" if memory.get(name) is not None] == ["c", "d"]
    memory.put("huge", random.Random(1).randbytes(4000))
    assert memory.get("huge") is None

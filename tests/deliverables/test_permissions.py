"""Who may do what: every state × every role, and what nobody else gets to see."""

import datetime as dt
from collections.abc import Callable
from inspect import signature

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from agreements.choices import Side
from coopportal.clock import ZONE
from deliverables import permissions
from deliverables.choices import ReportSide, ReportState
from deliverables.models import ProgressReport
from tests import factories
from tests.factories import DAY, Cooperation, at

pytestmark = pytest.mark.django_db

#: Who there is; each by what they are to a report of the province.
ROLES: dict[str, Callable[[Cooperation], User | AnonymousUser]] = {
    "author": lambda c: c.officer,
    "colleague": lambda c: c.colleague,
    "manager": lambda c: c.manager,
    "stranger": lambda c: c.stranger,
    "administrator": lambda c: c.administrator,
    "nobody": lambda _: AnonymousUser(),
}
OWN, OTHER, ADMIN = {"author", "colleague"}, {"manager"}, {"administrator"}
EITHER, NOBODY = OWN | OTHER, set[str]()

#: Predicate → who may, for a report of the province, and for one of a public source.
RULES: dict[str, tuple[set[str], set[str]]] = {
    "can_write": (OWN, ADMIN),
    "can_attach": (OWN, NOBODY),
    "can_submit": (OWN, NOBODY),
    "can_withdraw": (OWN, NOBODY),
    "can_decide": (OTHER, EITHER),
    "can_publish": (NOBODY, ADMIN),
    "can_set_aside": (NOBODY, ADMIN),
}
#: Those that ask for the state as well: (draft, any other) of the province, then of a source.
RULES_BY_STATE: dict[str, tuple[tuple[set[str], set[str]], tuple[set[str], set[str]]]] = {
    "can_comment": ((NOBODY, EITHER), (NOBODY, EITHER)),
    "can_edit": ((OWN, NOBODY), (ADMIN, NOBODY)),
    "can_revise": ((OWN, EITHER), (ADMIN, EITHER | ADMIN)),
}
SIDE_STATES = sorted(set(ReportState) - {ReportState.PUBLISHED, ReportState.SET_ASIDE})
SOURCE_STATES = [
    *(ReportState.DRAFT, ReportState.PUBLISHED, ReportState.SET_ASIDE),
    *(ReportState.CONFIRMED, ReportState.DISPUTED),
]
CASES = [
    *((ReportSide.PARTNER, state) for state in SIDE_STATES),
    *((ReportSide.SOURCE, state) for state in SOURCE_STATES),
]


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


def allowed(predicate: str, cooperation: Cooperation, report: ProgressReport) -> set[str]:
    ask = getattr(permissions, predicate)
    return {role for role, who in ROLES.items() if ask(who(cooperation), report)}


def test_the_matrix_holds_every_predicate() -> None:
    # Those of proposals have a matrix of their own: tests/deliverables/test_signing.py.
    asks = {name: ask for name, ask in vars(permissions).items() if name.startswith("can_")}
    predicates = {name for name, ask in asks.items() if "report" in signature(ask).parameters}
    assert asks.keys() - predicates == {"can_write_proposal", "can_decide_proposal"}
    assert predicates == set(RULES) | set(RULES_BY_STATE)


@pytest.mark.parametrize(("side", "state"), CASES)
def test_every_state_and_role(cooperation: Cooperation, side: ReportSide, state: str) -> None:
    report = cooperation.report(state, side=side)
    index = int(side == ReportSide.SOURCE)
    found = {name: allowed(name, cooperation, report) for name in (*RULES, *RULES_BY_STATE)}
    assert found == {
        **{name: rule[index] for name, rule in RULES.items()},
        **{
            name: rule[index][int(state != ReportState.DRAFT)]
            for name, rule in RULES_BY_STATE.items()
        },
    }


def test_for_a_report_of_vnpt_the_sides_change_places(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED, side=ReportSide.VNPT)
    assert allowed("can_decide", cooperation, report) == OWN
    assert allowed("can_withdraw", cooperation, report) == OTHER


def test_a_mandate_counts_on_its_days_only(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    deputy = factories.user()
    factories.representative(
        cooperation.agreement,
        Side.VNPT,
        deputy,
        from_day=dt.date(2026, 1, 1),
        until_day=dt.date(2026, 1, 31),
    )
    for instant, expected in [
        (dt.datetime(2025, 12, 31, 23, 59, tzinfo=ZONE), False),
        (dt.datetime(2026, 1, 1, 0, 0, tzinfo=ZONE), True),
        (dt.datetime(2026, 1, 31, 23, 59, tzinfo=ZONE), True),
        (dt.datetime(2026, 2, 1, 0, 0, tzinfo=ZONE), False),
    ]:
        with time_machine.travel(instant, tick=False):
            assert permissions.can_decide(deputy, report) is expected
            seen = ProgressReport.objects.visible_to(deputy).filter(pk=report.pk)
            assert seen.exists() is expected


def test_whoever_changes_sides_does_not_confirm_what_they_wrote(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    cooperation.agreement.representatives.filter(user=cooperation.officer).update(side=Side.VNPT)
    assert permissions.side_of(cooperation.officer, report) == Side.VNPT
    assert not permissions.can_decide(cooperation.officer, report)
    assert permissions.can_decide(cooperation.manager, report)


def test_whoever_was_entered_on_both_sides_acts_for_neither(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    factories.representative(
        cooperation.agreement, Side.PARTNER, cooperation.manager, from_day=dt.date(2020, 1, 2)
    )
    assert permissions.side_of(cooperation.manager, report) is None
    assert not permissions.can_decide(cooperation.manager, report)
    assert not permissions.can_withdraw(cooperation.manager, report)


def test_a_disabled_account_may_nothing(cooperation: Cooperation) -> None:
    draft, submitted = cooperation.report(), cooperation.report(ReportState.SUBMITTED)
    disabled = {"author", "manager", "administrator"}
    for person in (cooperation.officer, cooperation.manager, cooperation.administrator):
        person.is_active = False
        person.save()
    for name in (*RULES, *RULES_BY_STATE):
        assert allowed(name, cooperation, submitted) & disabled == NOBODY
        assert allowed(name, cooperation, draft) & disabled == NOBODY
    assert visible(cooperation.officer, draft, submitted) == set()


def test_an_administrator_who_also_represents_a_side_confirms_nothing(
    cooperation: Cooperation,
) -> None:
    factories.representative(cooperation.agreement, Side.VNPT, cooperation.administrator)
    for report in (
        cooperation.report(ReportState.SUBMITTED),
        cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE),
    ):
        assert not permissions.can_decide(cooperation.administrator, report)


def test_without_an_agreement_nobody_represents_a_side(cooperation: Cooperation) -> None:
    national = factories.deliverable(phase=None, agreement=None)
    report = factories.report(national, state=ReportState.PUBLISHED)
    assert allowed("can_decide", cooperation, report) == NOBODY
    assert allowed("can_set_aside", cooperation, report) == ADMIN


# --- Who sees what ----------------------------------------------------------------------------


def visible(user: User | AnonymousUser, *reports: ProgressReport) -> set[ProgressReport]:
    mine = ProgressReport.objects.filter(pk__in=[report.pk for report in reports])
    return set(mine.visible_to(user))


EVERYBODY = set(ROLES)
SEEN: dict[tuple[str, str], set[str]] = {
    (ReportSide.PARTNER, ReportState.DRAFT): OWN,
    (ReportSide.PARTNER, ReportState.SUBMITTED): EITHER,
    (ReportSide.PARTNER, ReportState.RETURNED): EITHER,
    (ReportSide.PARTNER, ReportState.WITHDRAWN): EITHER,
    (ReportSide.PARTNER, ReportState.DISPUTED): EITHER,
    (ReportSide.PARTNER, ReportState.CONFIRMED): EVERYBODY,
    (ReportSide.SOURCE, ReportState.DRAFT): ADMIN,
    (ReportSide.SOURCE, ReportState.PUBLISHED): EVERYBODY,
    (ReportSide.SOURCE, ReportState.SET_ASIDE): EVERYBODY,
    (ReportSide.SOURCE, ReportState.CONFIRMED): EVERYBODY,
    # Entered by hand in a state that no verb reaches: it never was official.
    (ReportSide.SOURCE, ReportState.DISPUTED): EITHER | ADMIN,
}


@pytest.mark.parametrize(("side", "state"), CASES)
def test_who_sees_a_report(cooperation: Cooperation, side: str, state: str) -> None:
    report = cooperation.report(state, side=side)
    seen = {role for role, who in ROLES.items() if visible(who(cooperation), report)}
    assert seen == SEEN[side, state]


def test_what_once_was_official_stays_readable(cooperation: Cooperation) -> None:
    """A source disputed later: last year's report, made again, must still find it."""
    source = cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE)
    ProgressReport.objects.filter(pk=source.pk).update(
        state=ReportState.DISPUTED, decided_at=at(DAY), official_to=at(DAY)
    )
    assert visible(AnonymousUser(), source) == {source}


def test_nothing_leaks_between_agreements_or_sides() -> None:
    """Two agreements, each with something of every kind; each person sees their own and no more."""
    here, there = Cooperation(), Cooperation()
    everything: dict[str, ProgressReport] = {}
    for name, cooperation in (("here", here), ("there", there)):
        for side in (ReportSide.PARTNER, ReportSide.VNPT):
            for state in (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED):
                everything[f"{name} {side} {state}"] = cooperation.report(state, side=side)
        everything[f"{name} public"] = cooperation.report(ReportState.CONFIRMED)

    def sees(user: User | AnonymousUser) -> set[str]:
        seen = visible(user, *everything.values())
        return {name for name, report in everything.items() if report in seen}

    public = {"here public", "there public"}
    shared_here = {
        f"here {side} {state}"
        for side in ("partner", "vnpt")
        for state in ("submitted", "returned")
    }
    assert sees(AnonymousUser()) == public
    assert sees(here.stranger) == public
    assert sees(here.administrator) == public
    assert sees(here.officer) == public | shared_here | {"here partner draft"}
    assert sees(here.manager) == public | shared_here | {"here vnpt draft"}
    assert sees(there.manager).isdisjoint(
        {name for name in everything if name.startswith("here ")} - public
    )


def test_no_report_is_seen_twice_by_whoever_holds_two_mandates(cooperation: Cooperation) -> None:
    factories.representative(
        cooperation.agreement, Side.PARTNER, cooperation.officer, from_day=dt.date(2020, 2, 1)
    )
    report = cooperation.report(ReportState.SUBMITTED)
    mine = ProgressReport.objects.filter(pk=report.pk)
    assert list(mine.visible_to(cooperation.officer)) == [report]
    assert permissions.can_withdraw(cooperation.officer, report)

"""Reporting periods without an administrator: proposed, told beforehand, made when the other side agrees."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.choices import PeriodKind
from agreements.models import Phase, ReportingPeriod
from agreements.periods import follow_term, make_periods, to_come
from coopportal.clock import ZONE
from coopportal.partial_dates import PartialDate
from deliverables.actions import signing
from deliverables.actions.signing import DocumentSaid, Proposed, TermSaid
from deliverables.choices import ProposalKind, ProposalState
from deliverables.models import Proposal
from tests import factories
from tests.factories import Cooperation, next_phase

pytestmark = pytest.mark.django_db

QUARTER, YEAR = PeriodKind.QUARTER.value, PeriodKind.YEAR.value


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    """Quarter 3 was closed on 14/09 and due on 21/09; quarter 4 closes on 14/12."""
    with time_machine.travel(dt.datetime(2026, 11, 27, 9, tzinfo=ZONE), tick=False):
        yield


class Running(Cooperation):
    """An agreement whose phase runs to the end of 2027, without any periods."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.phase: Phase = self.deliverable.phase  # type: ignore[assignment]
        self.phase.end_year = 2027
        self.phase.save()

    def accepted(self, kind: ProposalKind, said: Proposed) -> Proposal:
        phase = None if kind == ProposalKind.PHASE else self.phase
        row = signing.begin(self.agreement, by=self.officer, kind=kind, said=said, phase=phase)
        signing.send(row, by=self.officer)
        signing.accept(row, by=self.manager)
        self.phase.refresh_from_db()
        return row

    def add(self, *kinds: str) -> Proposal:
        return self.accepted(ProposalKind.ADDITIONS, Proposed(periods=kinds))

    def amend(self, **term: Any) -> Proposal:
        document = DocumentSaid(number="01/PL", signed_on=PartialDate(2026, 11, 20))
        said = Proposed(document=document, term=TermSaid(**term))
        return self.accepted(ProposalKind.AMENDMENT, said)


def told(phase: Phase) -> list[str]:
    return [f"{row.name} {row.due_on:%d/%m/%Y}" for row in phase.periods.order_by("ends_on", "pk")]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.text.split())


# --- What acceptance makes ------------------------------------------------------------------------


def test_the_periods_of_a_new_phase_are_there_once_it_is_accepted_and_not_before() -> None:
    people = Cooperation()
    said = next_phase(people.agreement, term=TermSaid(2025, 2027), periods=(QUARTER, YEAR))
    row = signing.begin(people.agreement, by=people.officer, kind=ProposalKind.PHASE, said=said)
    assert Proposed.read(row.payload) == said
    signing.send(row, by=people.officer)
    assert not ReportingPeriod.objects.filter(phase__agreement=people.agreement).exists()
    assert not ReportingPeriod.history.exists()
    signing.accept(row, by=people.manager)
    # None is overdue from the start: what was closed and due before nobody could have known of.
    assert told(row.made_phase) == [  # type: ignore[arg-type]
        "quý IV/2026 21/12/2026",
        "năm 2026 21/12/2026",
        "quý I/2027 19/03/2027",
        "quý II/2027 21/06/2027",
        "quý III/2027 21/09/2027",
        "quý IV/2027 21/12/2027",
        "năm 2027 21/12/2027",
    ]
    trace = ReportingPeriod.history.filter(phase=row.made_phase)
    assert {(one.history_type, one.history_user) for one in trace} == {("+", people.manager)}
    assert trace.count() == 7


def test_a_kind_that_the_term_has_no_room_for_is_refused_by_name() -> None:
    people = Cooperation()
    said = next_phase(people.agreement, term=TermSaid(2025, 2026), periods=(QUARTER, YEAR))
    short = dataclasses.replace(said, periods=("half_year",))
    with time_machine.travel(dt.datetime(2026, 12, 28, 9, tzinfo=ZONE), tick=False):
        row = signing.begin(
            people.agreement, by=people.officer, kind=ProposalKind.PHASE, said=short
        )
        with pytest.raises(ValidationError, match=r"Kỳ báo cáo \(6 tháng\): từ hôm nay") as refused:
            signing.send(row, by=people.officer)
    assert "2025–2026" in refused.value.messages[0]
    row.refresh_from_db()
    assert row.state == ProposalState.DRAFT
    assert not ReportingPeriod.objects.filter(phase__agreement=people.agreement).exists()


def test_a_running_phase_gets_periods_by_agreement_and_what_is_there_stays() -> None:
    people = Running()
    people.add(QUARTER)
    assert len(told(people.phase)) == 5
    put_off = people.phase.periods.get(year=2026, number=4)
    put_off.due_on = dt.date(2026, 12, 31)
    put_off.save()
    people.add(QUARTER, YEAR)
    assert told(people.phase)[:2] == ["quý IV/2026 31/12/2026", "năm 2026 21/12/2026"]
    assert len(told(people.phase)) == 7


def test_additions_of_nothing_at_all_are_refused() -> None:
    with pytest.raises(ValidationError, match="hay kỳ báo cáo nào"):
        Running().add()


def test_periods_follow_an_amended_term() -> None:
    people = Running()
    people.add(YEAR)
    people.amend(end_year=2029)
    assert [row.year for row in people.phase.periods.order_by("year")] == [2026, 2027, 2028, 2029]


def test_what_closes_after_a_shortened_term_goes_and_what_is_closed_stays(client: Client) -> None:
    people = Running()
    make_periods(people.phase, PeriodKind.QUARTER)
    closed = people.phase.periods.closed_by(dt.date(2026, 11, 27)).count()
    draft = people.proposal(
        kind=ProposalKind.AMENDMENT,
        phase=people.phase,
        payload=Proposed(term=TermSaid(end_year=2026)).plain(),
    )
    client.force_login(people.officer)
    assert "bỏ 4 kỳ chốt sau thời hạn mới." in text(client, draft.get_absolute_url())
    draft.delete()
    people.amend(end_year=2026)
    assert people.phase.periods.count() == closed + 1
    assert people.phase.periods.latest_first().first().name == "quý IV/2026"  # type: ignore[union-attr]
    gone = ReportingPeriod.history.filter(phase=people.phase, history_type="-")
    assert [(row.year, row.number) for row in gone.order_by("number")] == [
        (2027, number) for number in (1, 2, 3, 4)
    ]


def test_nothing_that_is_closed_is_taken_away_even_after_the_term() -> None:
    phase = factories.phase(start_year=2020, end_year=2026)
    make_periods(phase, PeriodKind.YEAR)
    Phase.objects.filter(pk=phase.pk).update(end_year=2024, ends_on=dt.date(2024, 12, 31))
    phase.refresh_from_db()
    follow_term(phase)
    assert [row.year for row in phase.periods.order_by("year")][-2:] == [2024, 2025]


# --- What is told beforehand ----------------------------------------------------------------------


def test_each_period_is_told_before_anybody_agrees(client: Client) -> None:
    people = Running()
    row = people.proposal(
        ProposalState.SUBMITTED,
        payload=next_phase(
            people.agreement, term=TermSaid(2027, 2032), periods=("month", YEAR)
        ).plain(),
    )
    for who in (people.officer, people.manager):
        client.force_login(who)
        page = text(client, row.get_absolute_url())
        assert "Kỳ báo cáo sẽ được lập" in page
        assert "Năm, 7 kỳ, từ năm 2026" in page
        assert "Tháng, 73 kỳ, từ tháng 12/2026" in page
        assert 'data-l="Chốt số liệu">14/12/2026</td><td data-l="Hạn">21/12/2026' in page
        assert "và 65 kỳ nữa, kỳ cuối là tháng 12/2032: chốt 14/12/2032, hạn 21/12/2032." in page
    signing.send_back(row, by=people.manager, reason="Thiếu.")
    page = text(client, row.get_absolute_url())
    assert "<dt>Kỳ báo cáo</dt><dd>tháng, năm</dd>" in page
    assert "Kỳ báo cáo sẽ được lập" not in page


def test_a_draft_without_a_term_says_what_is_missing(client: Client) -> None:
    people = Cooperation()
    said = next_phase(people.agreement, term=TermSaid(2025), periods=(YEAR,))
    row = people.proposal(payload=said.plain())
    client.force_login(people.officer)
    assert "chưa rõ ngày bắt đầu hoặc năm cuối." in text(client, row.get_absolute_url())


def test_an_amendment_tells_which_periods_go_on_with_the_term(client: Client) -> None:
    people = Running()
    people.add(YEAR)
    row = people.proposal(
        kind=ProposalKind.AMENDMENT,
        phase=people.phase,
        payload=Proposed(term=TermSaid(end_year=2029)).plain(),
    )
    client.force_login(people.officer)
    assert "Năm, 2 kỳ, từ năm 2028" in text(client, row.get_absolute_url())


def test_periods_cost_the_page_of_a_proposal_as_much_for_one_kind_as_for_all(
    client: Client,
) -> None:
    people = Running()
    client.force_login(people.officer)
    counts = []
    for kinds in ((YEAR,), tuple(PeriodKind.values)):
        draft = people.proposal(payload=next_phase(people.agreement, periods=kinds).plain())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(draft.get_absolute_url()).status_code == 200
        counts.append(len(queries))
        draft.delete()
    assert counts == [9, 9]


# --- The form -------------------------------------------------------------------------------------


def test_the_form_ticks_what_the_phase_before_had_and_says_it_back(client: Client) -> None:
    people = Running()
    make_periods(people.phase, PeriodKind.QUARTER)
    client.force_login(people.officer)
    url = reverse("proposal-new", args=[people.agreement.slug])
    assert client.get(url).context["form"]["kbc"].value() == [QUARTER]
    posted = {"so-lv": "1", "so-moi": "0", "lv0-ten": "Dữ liệu số", "kbc": ["half_year", YEAR]}
    assert client.post(url, {**posted, "luu": "1"}).status_code == 302
    row = Proposal.objects.get()
    assert Proposed.read(row.payload).periods == ("half_year", YEAR)
    form = client.get(reverse("proposal-edit", args=[row.uid])).context["form"]
    assert form["kbc"].value() == ["half_year", YEAR]
    shown = client.post(url, {**posted, "them": "so-lv"}).context["form"]
    assert shown["kbc"].value() == ["half_year", YEAR]
    refused = client.post(url, {**posted, "kbc": ["week"], "luu": "1"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["kbc"])


def test_a_running_phase_is_offered_only_the_kinds_that_it_has_not(client: Client) -> None:
    people = Running()
    people.add(QUARTER)
    client.force_login(people.manager)
    url = reverse("additions-new", args=[people.phase.slug])
    answer = client.get(url)
    assert [key for key, _label in answer.context["form"].fields["kbc"].choices] == [
        *("month", "half_year", YEAR)
    ]
    assert "Giai đoạn đã có kỳ: quý." in " ".join(answer.text.split())
    client.post(url, {"so-moi": "0", "kbc": [YEAR], "gui": "1"})
    row = Proposal.objects.get(side="vnpt")
    assert (row.state, Proposed.read(row.payload).periods) == (ProposalState.SUBMITTED, (YEAR,))


# --- The pages of the periods ---------------------------------------------------------------------


def test_the_phase_leads_to_its_periods_and_they_lead_back(client: Client, settings: Any) -> None:
    settings.PUBLIC_READ = True
    people = Running()
    phase, periods = people.phase.get_absolute_url(), reverse("periods", args=[people.phase.slug])
    client.force_login(people.officer)
    assert f'href="{periods}"' in text(client, phase)
    empty = text(client, periods)
    assert "chưa có kỳ báo cáo" in empty
    assert f'href="{reverse("additions-new", args=[people.phase.slug])}#ky-bao-cao"' in empty
    people.add(*PeriodKind.values)
    page = text(client, phase)
    assert "13 kỳ tháng, 5 kỳ quý, 3 kỳ 6 tháng, 2 kỳ năm" in page
    listed = text(client, periods)
    assert f'href="{phase}"' in listed
    assert "#ky-bao-cao" not in listed
    assert "Lập tiếp" not in listed
    for stranger in (people.stranger, people.administrator):
        client.force_login(stranger)
        assert periods not in text(client, phase)
    client.logout()
    assert periods not in text(client, phase)


def test_a_phase_without_an_end_is_provided_for_year_after_year_by_either_side(
    client: Client,
) -> None:
    people = Running()
    people.amend(open_ended=True)
    people.add(YEAR)
    assert [row.year for row in people.phase.periods.order_by("year")] == [2026, 2027]
    address = reverse("periods-go-on", args=[people.phase.slug])
    with time_machine.travel(dt.datetime(2027, 1, 4, 9, tzinfo=ZONE), tick=False):
        assert [row.year for row in to_come(people.phase)] == [2028]
        for who, status in (("stranger", 404), ("administrator", 404)):
            client.force_login(getattr(people, who))
            assert client.post(address).status_code == status
        client.force_login(people.manager)
        listed = text(client, reverse("periods", args=[people.phase.slug]))
        assert "Lập tiếp 1 kỳ" in listed
        assert "năm 2028" in listed
        assert "đã lập thêm 1 kỳ." in client.post(address, follow=True).text
        client.force_login(people.officer)
        assert "đã có đủ" in client.post(address, follow=True).text
        assert to_come(people.phase) == []
    assert [row.year for row in people.phase.periods.order_by("year")] == [2026, 2027, 2028]
    trace = ReportingPeriod.history.get(phase=people.phase, year=2028)
    assert trace.history_user == people.manager


def test_a_phase_whose_end_nobody_knows_says_so(client: Client) -> None:
    people = Running()
    make_periods(people.phase, PeriodKind.YEAR)
    Phase.objects.filter(pk=people.phase.pk).update(end_year=None, ends_on=None)
    client.force_login(people.officer)
    assert text(client, reverse("periods", args=[people.phase.slug]))
    answer = client.post(reverse("periods-go-on", args=[people.phase.slug]), follow=True)
    assert "chưa rõ năm cuối" in answer.text

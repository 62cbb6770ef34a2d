"""A running phase changed by both sides: from a day on, and what held before stays readable as of its day."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agreements.choices import EventKind, Side
from agreements.models import Amendment, Event, Phase, Source
from coopportal.clock import Moment, today
from coopportal.partial_dates import PartialDate
from deliverables.actions import signing
from deliverables.actions.signing import (
    AreaSaid,
    ChangeSaid,
    DeliverableSaid,
    DocumentSaid,
    Proposed,
    SignerSaid,
    TargetSaid,
    TermSaid,
)
from deliverables.choices import DeliverableKind, ProposalKind, ProposalState
from deliverables.models import Deliverable, DueDay, Proposal, Target
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db

#: A phase that runs whatever the day, and the day on which it changes.
START, CHANGE = dt.date(2021, 1, 1), dt.date(2023, 7, 1)
BEFORE = "?tinh-den=30/06/2023"


@pytest.fixture(autouse=True)
def open_to_all(settings: Any) -> None:
    settings.PUBLIC_READ = True


class Running(Cooperation):
    """An agreement whose phase is in force, with two areas, a due day and a target."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.phase: Phase = self.deliverable.phase  # type: ignore[assignment]
        Phase.objects.filter(pk=self.phase.pk).update(end_year=2100, ends_on=dt.date(2100, 12, 31))
        self.phase.refresh_from_db()
        self.first = factories.area(phase=self.phase, position=1, name="Hạ tầng")
        factories.area(phase=self.phase, position=2, name="Nông nghiệp")
        self.units = factories.indicator(name="Số xã dùng")
        self.deliverable.due_on = dt.date(2024, 12, 31)
        self.deliverable.save()
        Target.objects.create(
            deliverable=self.deliverable, indicator=self.units, value=50, set_on=START
        )

    def sent(self, kind: ProposalKind, said: Proposed) -> Proposal:
        row = signing.begin(self.agreement, by=self.officer, kind=kind, said=said, phase=self.phase)
        signing.send(row, by=self.officer)
        return row

    def accepted(self, kind: ProposalKind, said: Proposed) -> Proposal:
        row = self.sent(kind, said)
        signing.accept(row, by=self.manager)
        return row


AREAS = (
    AreaSaid(1, "Hạ tầng số", was="Hạ tầng"),
    AreaSaid(2, "Nông nghiệp", was="Nông nghiệp", ended=True),
    AreaSaid(3, "Dữ liệu mở"),
)
DOCUMENT = DocumentSaid(
    number="01/PL",
    signed_on=PartialDate(2023, 6),
    place="Vinh",
    signers=(SignerSaid("Trần Thị Bình", "Giám đốc", Side.VNPT),),
)


def amendment(**values: Any) -> Proposed:
    return Proposed(
        **{
            "effective_on": CHANGE,
            "document": DOCUMENT,
            "term": TermSaid(end_year=2110),
            "areas": AREAS,
            **values,
        }
    )


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_an_amendment_holds_from_its_day_and_the_old_terms_stay_readable(client: Client) -> None:
    people = Running()
    row = people.accepted(
        ProposalKind.AMENDMENT,
        amendment(deliverables=(DeliverableSaid("Cổng dữ liệu", DeliverableKind.SERVICE, area=3),)),
    )
    kept = Amendment.objects.get(phase=people.phase)
    assert (kept.effective_on, kept.position, str(kept.signed_on)) == (CHANGE, 1, "tháng 6/2023")
    assert kept.terms_before == {
        "end_year": 2100,
        "open_ended": False,
        "areas": {"1": "Hạ tầng", "2": "Nông nghiệp"},
    }
    assert row.made_phase == people.phase
    added = Deliverable.objects.get(title="Cổng dữ liệu")
    assert (added.agreed_on, added.area.position) == (CHANGE, 3)  # type: ignore[union-attr]
    event = Event.objects.get(kind=EventKind.SIGNING, phase=people.phase)
    assert event.participations.get().person.name == "Trần Thị Bình"  # type: ignore[union-attr]
    assert Source.objects.visible_to(None).filter(citations__amendments=kept).count() == 1

    for address in (people.phase.get_absolute_url(), people.agreement.get_absolute_url()):
        now, then = text(client, address), text(client, address + BEFORE)
        document = Source.objects.get(citations__amendments=kept)
        assert f'href="{document.get_absolute_url()}"' in now
        assert all(word in now for word in ("2021–2110", "Hạ tầng số", "Dữ liệu mở", "01/PL"))
        assert "Nông nghiệp" not in now
        assert all(word in then for word in ("2021–2100", "Hạ tầng", "Nông nghiệp"))
        assert not [word for word in ("2110", "Hạ tầng số", "Dữ liệu mở") if word in then]
    assert Deliverable.objects.official(Moment(CHANGE, today())).filter(pk=added.pk).exists()
    eve = Moment(CHANGE - dt.timedelta(days=1), today())
    assert not Deliverable.objects.official(eve).filter(pk=added.pk).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.update(effective_on=START)
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.filter(pk=kept.pk).delete()


def test_a_second_amendment_knows_what_the_first_one_left() -> None:
    people = Running()
    people.accepted(ProposalKind.AMENDMENT, amendment())
    later = amendment(
        effective_on=dt.date(2024, 1, 1),
        document=DocumentSaid(number="02/PL", signed_on=PartialDate(2024, 1, 1)),
        term=TermSaid(open_ended=True),
        areas=(
            AreaSaid(1, "Hạ tầng số", was="Hạ tầng số"),
            AreaSaid(3, "Dữ liệu mở", was="Dữ liệu mở"),
            AreaSaid(4, "An toàn"),
        ),
    )
    people.accepted(ProposalKind.AMENDMENT, later)
    _first, second = Amendment.objects.filter(phase=people.phase).order_by("position")
    assert second.terms_before["areas"] == {"1": "Hạ tầng số", "3": "Dữ liệu mở"}
    assert second.terms_before["end_year"] == 2110
    people.phase.refresh_from_db()
    assert (people.phase.open_ended, people.phase.end_year) == (True, None)


def test_additions_hold_from_their_day(client: Client) -> None:
    people = Running()
    people.accepted(
        ProposalKind.ADDITIONS,
        Proposed(
            effective_on=CHANGE,
            deliverables=(DeliverableSaid("Kho dữ liệu", DeliverableKind.INFRASTRUCTURE, area=1),),
            changes=(
                ChangeSaid(
                    people.deliverable.slug,
                    dt.date(2025, 6, 17),
                    (TargetSaid(people.units.key, Decimal(80), None, None),),
                ),
            ),
        ),
    )
    added = Deliverable.objects.get(title="Kho dữ liệu")
    assert (added.phase, added.agreed_on, added.area) == (people.phase, CHANGE, people.first)
    targets = Target.objects.filter(deliverable=people.deliverable).order_by("set_on")
    assert [(row.value, row.set_on) for row in targets] == [(50, START), (80, CHANGE)]
    change = DueDay.objects.get()
    assert (change.due_before, change.due_on) == (dt.date(2024, 12, 31), dt.date(2025, 6, 17))
    address = people.deliverable.get_absolute_url()
    now, then = text(client, address), text(client, address + BEFORE)
    assert "17/06/2025" in now
    assert ("31/12/2024" in then, "17/06/2025" in then) == (True, False)
    with pytest.raises(IntegrityError), transaction.atomic():
        DueDay.objects.update(due_on=START)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"document": DocumentSaid()}, "ghi ngày ký phụ lục"),
        ({"effective_on": dt.date(2020, 1, 1)}, "không sớm hơn ngày 01/01/2021"),
        ({"areas": (AreaSaid(1, "X", was="Tên khác"),)}, "Lĩnh vực 1 đã đổi"),
        ({"term": TermSaid(end_year=2022)}, "không sớm hơn năm phụ lục"),
        ({"term": TermSaid(), "areas": ()}, "chưa đổi điều gì"),
        ({"changes": (ChangeSaid("khong-co", START),)}, "không có hạng mục"),
    ],
)
def test_an_amendment_that_cannot_stand_is_not_sent(change: dict[str, Any], told: str) -> None:
    people = Running()
    with pytest.raises(ValidationError) as refused:
        people.sent(ProposalKind.AMENDMENT, amendment(**change))
    assert told in " ".join(refused.value.messages)
    assert not Amendment.objects.exists()


def test_only_a_phase_in_force_is_changed_and_only_in_the_order_of_days() -> None:
    people = Running()
    people.accepted(ProposalKind.AMENDMENT, amendment())
    with pytest.raises(ValidationError, match="phải sau ngày 01/07/2023"):
        people.sent(ProposalKind.AMENDMENT, amendment(areas=()))
    due = (ChangeSaid(people.deliverable.slug, dt.date(2026, 1, 1)),)
    people.accepted(ProposalKind.ADDITIONS, Proposed(effective_on=CHANGE, changes=due))
    Proposal.objects.filter(state=ProposalState.DRAFT).delete()
    again = (ChangeSaid(people.deliverable.slug, dt.date(2027, 1, 1)),)
    with pytest.raises(ValidationError, match="đổi thời hạn"):
        people.sent(ProposalKind.ADDITIONS, Proposed(effective_on=CHANGE, changes=again))
    Proposal.objects.filter(state=ProposalState.DRAFT).delete()
    Phase.objects.filter(pk=people.phase.pk).update(ends_on=dt.date(2022, 12, 31))
    with pytest.raises(ValidationError, match="không còn"):
        people.sent(ProposalKind.ADDITIONS, Proposed(changes=again))


def test_the_forms_of_a_running_phase(client: Client) -> None:
    people = Running()
    client.force_login(people.officer)
    url = reverse("amendment-new", args=[people.phase.slug])
    form = client.get(url).context["form"]
    assert [row.name.value() for row in form.area_rows] == ["Hạ tầng", "Nông nghiệp", None, None]
    data = {
        "so-lv": "3",
        "so-moi": "0",
        "so": "01/PL",
        "ky": "06/2023",
        "hl": "01/07/2023",
        "den": "2110",
        "lv0-ten": "Hạ tầng số",
        "lv1-ten": "",
        "lv2-ten": "Dữ liệu mở",
    }
    refused = client.post(url, {**data, "luu": "1"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["lv1-ten"])
    client.post(url, {**data, "lv1-ten": "Nông nghiệp", "lv1-kt": "on", "luu": "1"})
    row = Proposal.objects.get(kind=ProposalKind.AMENDMENT)
    said = Proposed.read(row.payload)
    assert (said.areas, said.term, said.effective_on) == (AREAS, TermSaid(end_year=2110), CHANGE)
    page = text(client, row.get_absolute_url())
    assert re.search(r">Sửa lời</span> <span class=.was.>trước là “Hạ tầng”</span>", page)

    url = reverse("additions-new", args=[people.phase.slug])
    line = f"hm{people.deliverable.pk}"
    typed = {f"{line}-han": "17/06/2025", f"{line}-{people.units.pk}-dich": "80", "so-moi": "0"}
    sent = client.post(url, {**typed, "gui": "1"})
    assert sent.status_code == 302, sent.context["form"].errors
    row = Proposal.objects.get(kind=ProposalKind.ADDITIONS)
    target = TargetSaid(people.units.key, Decimal(80))
    assert row.state == ProposalState.SUBMITTED
    assert Proposed.read(row.payload).changes == (
        ChangeSaid(people.deliverable.slug, dt.date(2025, 6, 17), (target,)),
    )
    client.force_login(people.manager)
    assert "17/06/2025" in text(client, row.get_absolute_url())
    waiting = text(client, reverse("review"))
    assert row.get_absolute_url() in waiting

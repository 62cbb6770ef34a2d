"""Signing what comes next: every verb, state and role; what acceptance does, all of it or nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.choices import EventKind, LineageBasis, Side
from agreements.models import Event, Phase, Source
from coopportal.partial_dates import PartialDate
from deliverables.actions import signing
from deliverables.actions.signing import (
    AreaSaid,
    DeliverableSaid,
    Proposed,
    TargetSaid,
    TermSaid,
)
from deliverables.choices import (
    PROPOSAL_TRANSITIONS,
    DeliverableKind,
    ProposalKind,
    ProposalState,
    ReportState,
)
from deliverables.models import Deliverable, Proposal, Target
from tests import factories
from tests.factories import Cooperation, next_phase

pytestmark = pytest.mark.django_db

#: The side that each role stands on.
ROLES = {
    "officer": "partner",
    "colleague": "partner",
    "manager": "vnpt",
    "stranger": "",
    "administrator": "",
}
Verb = Callable[[Proposal, Any], Any]
VERBS: dict[str, tuple[Verb, str, dict[str, str]]] = {
    "send": (lambda p, by: signing.send(p, by=by), "proposal-send", {}),
    "withdraw": (lambda p, by: signing.withdraw(p, by=by), "proposal-withdraw", {}),
    "accept": (lambda p, by: signing.accept(p, by=by), "proposal-accept", {}),
    "return": (
        lambda p, by: signing.send_back(p, by=by, reason="Thiếu."),
        "proposal-return",
        {"reason": "Thiếu."},
    ),
    "discard": (lambda p, by: signing.discard(p, by=by), "proposal-discard", {}),
    "begin again": (lambda p, by: signing.begin_again(p, by=by), "proposal-again", {}),
}
LEADS = {
    "send": ProposalState.SUBMITTED,
    "withdraw": ProposalState.WITHDRAWN,
    "accept": ProposalState.ACCEPTED,
    "return": ProposalState.RETURNED,
}


def may(verb: str, role: str, side: str) -> bool:
    own = ROLES[role]
    return own not in ("", side) if verb in {"accept", "return"} else own == side


def fits(verb: str, state: str) -> bool:
    if verb == "discard":
        return state == ProposalState.DRAFT
    if verb == "begin again":
        return state in {ProposalState.RETURNED, ProposalState.WITHDRAWN}
    return LEADS[verb] in PROPOSAL_TRANSITIONS[ProposalState(state)]


def kept() -> list[tuple[Any, ...]]:
    """All that is stored of proposals and of what comes of them."""
    counts = (Phase.objects.count(), Deliverable.objects.count(), Event.objects.count())
    rows = Proposal.objects.order_by("pk").values_list("pk", "state", "version", "reason")
    return [*rows, counts]


class _RollBack(Exception):  # noqa: N818  (no error: the way out of the block)
    pass


@pytest.mark.parametrize("side", [Side.PARTNER, Side.VNPT])
@pytest.mark.parametrize("state", list(ProposalState))
def test_every_verb_state_and_role(side: str, state: str, client: Client) -> None:
    """By verb: done, 403 or too late. By page: the same, and 404 for what one may not know of."""
    people = Cooperation()
    author = people.officer if side == Side.PARTNER else people.manager
    row = people.proposal(state, side=side, author=author)
    before = kept()
    for role, own in ROLES.items():
        user = getattr(people, role)
        client.force_login(user)
        sees = own == side or (state != ProposalState.DRAFT and own != "")
        for verb, (act, address, words) in VERBS.items():
            allowed, fitting = may(verb, role, side), fits(verb, state)
            case = (verb, role, state)
            expected: Any = None if fitting else signing.ProposalConflictError
            expected = expected if allowed else PermissionDenied
            try:
                with transaction.atomic():
                    fresh = Proposal.objects.with_context().get(pk=row.pk)
                    caught: Any = None
                    try:
                        with transaction.atomic():
                            act(fresh, user)
                    except (PermissionDenied, signing.ProposalConflictError) as refusal:
                        caught = type(refusal)
                    assert caught is expected, case
                    assert (kept() != before) is (expected is None), case
                    raise _RollBack
            except _RollBack:
                pass
            with transaction.atomic():
                answer = client.post(reverse(address, args=[row.uid]), words)
                # Pressed once more by the same person, it was done already.
                again = state == LEADS.get(verb) and row.decided_by == user and verb != "send"
                status = 302 if allowed and (fitting or again) else 409 if allowed else 403
                assert answer.status_code == (status if sees else 404), case
                assert (kept() != before) is (sees and allowed and fitting), case
                transaction.set_rollback(True)


def test_nobody_decides_on_his_own_and_an_administrator_on_none() -> None:
    people = Cooperation()
    row = people.proposal(ProposalState.SUBMITTED)
    factories.representative(people.agreement, Side.VNPT, people.administrator)
    with pytest.raises(PermissionDenied):
        signing.accept(row, by=people.administrator)
    people.officer.mandates.update(side=Side.VNPT)
    with pytest.raises(PermissionDenied):
        signing.accept(row, by=people.officer)
    assert list(Proposal.objects.awaiting(people.manager)) == [row]
    assert list(Proposal.objects.awaiting(people.officer)) == []
    assert list(Proposal.objects.awaiting(people.administrator)) == []


# --- What acceptance does -----------------------------------------------------------------------


def accepted(people: Cooperation, said: Proposed, **values: Any) -> Proposal:
    """Proposed by the province, accepted by VNPT."""
    row = signing.begin(
        people.agreement, by=people.officer, said=said, **{"kind": ProposalKind.PHASE, **values}
    )
    signing.send(row, by=people.officer)
    signing.accept(row, by=people.manager)
    return row


def test_what_was_proposed_is_in_force_once_accepted(client: Client, settings: Any) -> None:
    settings.PUBLIC_READ = True
    people = Cooperation()
    before: Any = people.deliverable.phase
    theme = factories.area(phase=before, position=1, name="Hạ tầng").themes.create(
        key="ha-tang-thu", name="Hạ tầng thử", position=99
    )
    factories.area(phase=before, position=2, name="Ứng dụng")
    factories.area(phase=before, position=3, name="Nông nghiệp")
    units = factories.indicator(name="Số xã dùng")
    people.report(ReportState.CONFIRMED, figures={units: 60}, logged=True)
    said = next_phase(
        people.agreement,
        areas=(AreaSaid(1, "Hạ tầng số", (1, 2)), AreaSaid(2, "Dữ liệu số")),
        deliverables=(
            DeliverableSaid(
                title=people.deliverable.title,
                area=1,
                continues=people.deliverable.slug,
                targets=(TargetSaid(units.key, Decimal(100), Decimal(60), None),),
            ),
            DeliverableSaid("Kho dữ liệu", DeliverableKind.INFRASTRUCTURE, area=2),
        ),
    )
    phase: Any = accepted(people, said).made_phase
    assert (phase.years, phase.slug) == ("2025–2030", f"{people.agreement.slug}-2025-2030")
    merged, new = phase.areas.order_by("position")
    assert [row.position for row in merged.continues.order_by("position")] == [1, 2]
    assert (list(merged.themes.all()), merged.lineage_basis) == ([theme], LineageBasis.SOURCE)
    assert (list(new.continues.all()), new.name) == ([], "Dữ liệu số")
    goes_on, fresh = phase.deliverables.order_by("area__position")
    assert (goes_on.continues, goes_on.system) == (people.deliverable, people.deliverable.system)
    target = Target.objects.get(deliverable=goes_on)
    assert (target.baseline, target.value, str(target.set_on)) == (60, 100, "2025-12-20")
    assert (fresh.kind, fresh.agreement) == (DeliverableKind.INFRASTRUCTURE, people.agreement)
    event = Event.objects.get(phase=phase)
    signer = event.participations.get()
    assert (event.kind, event.place) == (EventKind.SIGNING, "Vinh")
    assert (signer.person.name, signer.side, signer.role) == ("Nguyễn Văn An", "partner", "signed")
    source = Source.objects.get(citations__phases=phase)
    assert Source.objects.visible_to(None).filter(pk=source.pk).exists()
    assert (source.number, source.citations.get().deliverables.count()) == ("05/TTHT", 2)

    assert "Hạ tầng số" in client.get(phase.get_absolute_url()).content.decode()
    earlier = client.get(phase.get_absolute_url() + "?tinh-den=19/12/2025").content.decode()
    assert "Hạ tầng số" not in earlier


def test_a_first_phase_and_one_within_another() -> None:
    people = Cooperation()
    above = factories.phase()
    agreement = factories.agreement()
    factories.representative(agreement, Side.PARTNER, people.officer)
    factories.representative(agreement, Side.VNPT, people.manager)
    people.agreement = agreement
    said = next_phase(agreement, term=TermSaid(2025, open_ended=True, parent=above.slug))
    phase: Any = accepted(people, said).made_phase
    assert (phase.parent, phase.open_ended, phase.slug) == (above, True, f"{agreement.slug}-2025")
    assert [area.lineage_basis for area in phase.areas.all()] == [""]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"areas": ()}, "ít nhất một lĩnh vực"),
        ({"term": TermSaid(2024, 2030)}, "không sớm hơn năm 2025"),
        ({"term": TermSaid(2025, None)}, "không thời hạn"),
        ({"term": TermSaid(2030, 2026)}, "Năm cuối phải không sớm hơn"),
        ({"areas": (AreaSaid(1, "A", (9,)),)}, "không có lĩnh vực 9"),
        ({"deliverables": (DeliverableSaid("B", DeliverableKind.DEPLOYMENT),)}, "chọn hệ thống"),
        ({"deliverables": (DeliverableSaid("B", continues="khong-co"),)}, "đã được tiếp nối"),
        ({"before": "khac"}, "đã có giai đoạn khác"),
    ],
)
def test_what_cannot_come_into_force_is_not_sent(change: dict[str, Any], told: str) -> None:
    people = Cooperation()
    said = dataclasses.replace(next_phase(people.agreement), **change)
    row = signing.begin(people.agreement, by=people.officer, kind=ProposalKind.PHASE, said=said)
    before = kept()
    with pytest.raises(ValidationError) as refused:
        signing.send(row, by=people.officer)
    assert told in " ".join(refused.value.messages)
    assert kept() == before


def test_acceptance_that_fails_leaves_nothing_half_stored(client: Client) -> None:
    """Between sending and accepting another phase was signed: the page says why, the proposal waits on."""
    people = Cooperation()
    row = people.proposal(ProposalState.SUBMITTED)
    factories.phase(agreement=people.agreement, start_year=2025, end_year=2030)
    before = kept()
    client.force_login(people.manager)
    answer = client.post(reverse("proposal-accept", args=[row.uid]))
    assert answer.status_code == 422
    assert "đã có giai đoạn khác" in answer.content.decode()
    assert kept() == before


def test_what_was_sent_stays_as_it_was_sent() -> None:
    people = Cooperation()
    rows = Proposal.objects.filter(pk=people.proposal(ProposalState.RETURNED).pk)
    for change in (
        {"payload": {"before": ""}},
        {"side": Side.VNPT},
        {"author": people.manager},
        {"reason": "Lý do khác."},
        {"state": ProposalState.ACCEPTED},
        {"decided_by": people.stranger},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.delete()
    again = signing.begin_again(rows.get(), by=people.officer)
    assert (again.revises, again.payload) == (rows.get(), rows.get().payload)


# --- The form -----------------------------------------------------------------------------------


def typed(people: Cooperation, **values: str) -> dict[str, Any]:
    said = next_phase(people.agreement)
    return {
        "so-lv": "2",
        "so-moi": "1",
        "loai-vb": said.document.instrument,
        "so": "05/TTHT",
        "ky": "20/12/2025",
        "tu": "2025",
        "den": "2030",
        "lv0-ten": "Dữ liệu số",
        **values,
    }


def new_url(people: Cooperation) -> str:
    return reverse("proposal-new", args=[people.agreement.slug])


def test_the_form_begins_with_what_there_is_and_says_it_back(client: Client) -> None:
    people = Cooperation()
    phase: Any = people.deliverable.phase
    for position in (1, 2):
        factories.area(phase=phase, position=position, name=f"Nội dung {position}")
    units = factories.indicator()
    people.report(ReportState.CONFIRMED, figures={units: 60}, logged=True)
    client.force_login(people.officer)
    form = client.get(new_url(people)).context["form"]
    assert [row.name.value() for row in form.area_rows] == ["Nội dung 1", "Nội dung 2", None, None]
    assert [row.continues.value() for row in form.area_rows][:2] == [["1"], ["2"]]
    line = f"hm{people.deliverable.pk}"
    data = typed(
        people,
        **{
            "lv1-ten": "Gộp",
            "lv1-noi": ["1", "2"],
            f"{line}-tn": "on",
            f"{line}-lv": "2",
            f"{line}-{units.pk}-dich": "1.000",
            f"{line}-{units.pk}-dhan": "31/12/2028",
            "moi0-ten": "Kho dữ liệu",
            "moi0-loai": "infrastructure",
            "moi0-ct": units.name.upper(),
            "moi0-goc": "0",
            "moi0-dich": "12",
        },
    )
    answer = client.post(new_url(people), {**data, "luu": "1"})
    row = Proposal.objects.get()
    assert answer.headers["Location"] == reverse("proposal", args=[row.uid])
    said = Proposed.read(row.payload)
    assert said.areas == (AreaSaid(1, "Dữ liệu số"), AreaSaid(2, "Gộp", (1, 2)))
    goes_on, fresh = said.deliverables
    assert (goes_on.area, goes_on.continues) == (2, people.deliverable.slug)
    # The last official figure is the baseline, whatever one would like it to be.
    assert goes_on.targets[0].baseline == 60
    assert (goes_on.targets[0].value, str(goes_on.targets[0].due_on)) == (1000, "2028-12-31")
    assert fresh.targets == (TargetSaid(units.key, Decimal(12), Decimal(0)),)
    assert said.document.signed_on == PartialDate(2025, 12, 20)
    assert Proposed.read(said.plain()) == said

    form = client.get(reverse("proposal-edit", args=[row.uid])).context["form"]
    held = {name: form[name].value() for name in (*data, "moi0-han") if name in form.fields}
    assert held["lv1-noi"] == ["1", "2"]
    assert held[f"{line}-tn"] is True
    assert (held[f"{line}-{units.pk}-dich"], held["moi0-ct"]) == ("1.000", units.name)
    assert f"{held['ky']}" == "20/12/2025"


def test_what_was_typed_is_kept_with_what_is_wrong(client: Client) -> None:
    people = Cooperation()
    client.force_login(people.officer)
    data = typed(people, ky="31/02/2025", den="hai nghìn", **{"moi0-ten": "Kho", "moi0-ct": "X"})
    answer = client.post(new_url(people), {**data, "gui": "1"})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert {name: form[name].value() for name in data if name in form.fields} == {
        name: text for name, text in data.items() if name in form.fields
    }
    assert set(form.errors) == {"ky", "den", "moi0-loai", "moi0-ct", "moi0-dich"}
    page = answer.content.decode()
    assert "31/02/2025" in page
    assert "hai nghìn" in page
    assert not Proposal.objects.exists()

    more = client.post(new_url(people), {**data, "them": "so-lv"})
    assert (more.status_code, len(more.context["form"].area_rows)) == (200, 5)
    assert more.context["form"]["den"].value() == "hai nghìn"
    assert not more.context["form"].errors


def test_two_who_write_one_draft(client: Client) -> None:
    people = Cooperation()
    client.force_login(people.officer)
    data = typed(people)
    first = client.post(new_url(people), {**data, "luu": "1"})
    second = client.post(new_url(people), {**data, "luu": "1"})
    assert first.headers["Location"] == second.headers["Location"]
    row = Proposal.objects.get()
    assert client.get(new_url(people)).headers["Location"] == reverse(
        "proposal-edit", args=[row.uid]
    )

    client.force_login(people.colleague)
    theirs = client.post(new_url(people), {**data, "noi": "Cửa Lò", "luu": "1"})
    assert theirs.status_code == 409
    assert "Cửa Lò" in theirs.content.decode()
    edit = reverse("proposal-edit", args=[row.uid])
    assert client.post(edit, {**data, "noi": "Vinh", "v": "1", "luu": "1"}).status_code == 302
    stale = client.post(edit, {**data, "noi": "Cửa Lò", "v": "1", "luu": "1"})
    assert stale.status_code == 412
    assert "Cửa Lò" in stale.content.decode()
    assert stale.context["version"] == "2"
    row.refresh_from_db()
    assert (row.payload["document"]["place"], row.version) == ("Vinh", 2)

    sent = client.post(edit, {**data, "v": "2", "gui": "1"}, follow=True)
    assert "đã gửi" in sent.content.decode()
    row.refresh_from_db()
    assert (row.state, row.submitted_by) == (ProposalState.SUBMITTED, people.colleague)


# --- What the pages cost ------------------------------------------------------------------------


def asked(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_queries_of_the_pages(client: Client) -> None:
    people = Cooperation()
    client.force_login(people.officer)
    row = people.proposal(ProposalState.WITHDRAWN)
    page, form = reverse("proposal", args=[row.uid]), new_url(people)
    counts = [asked(client, url) for url in (reverse("proposals"), page, form)]
    for _ in range(4):
        people.proposal(ProposalState.WITHDRAWN)
        factories.deliverable(phase=people.deliverable.phase)
        factories.area(phase=people.deliverable.phase)
    assert [asked(client, url) for url in (reverse("proposals"), page, form)] == counts
    assert counts == [7, 8, 16]

"""A proposal where there are hundreds of deliverables: page by page, nothing lost, nothing refused unread."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.forms import BooleanField, MultipleChoiceField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deliverables.actions import signing
from deliverables.actions.signing import DeliverableSaid, Proposed, TargetSaid
from deliverables.choices import DeliverableKind, ProposalKind, ProposalState, ReportState
from deliverables.models import Deliverable, Indicator, Proposal, Target
from tests import factories
from tests.factories import Cooperation, next_phase

pytestmark = pytest.mark.django_db

MANY = 400
HEAD = {
    "loai-vb": "thoa_thuan_hop_tac_chien_luoc",
    "ky": "20/12/2025",
    "tu": "2025",
    "den": "2030",
}


def with_deliverables(number: int, *, figures: int = 2) -> tuple[Cooperation, list[Indicator]]:
    """An agreement with so many open deliverables in two areas, each measured by so many indicators."""
    people = Cooperation()
    phase: Any = people.deliverable.phase
    areas = [factories.area(phase=phase, position=place) for place in (1, 2)]
    rows = Deliverable.objects.bulk_create(
        Deliverable(
            slug=f"viec-{place:03}",
            agreement=people.agreement,
            phase=phase,
            area=areas[place % 2],
            kind=people.deliverable.kind,
            system=people.deliverable.system,
            title=f"Việc thứ {place:03}",
            sort_key=f"{place:03}".encode(),
        )
        for place in range(1, number)
    )
    measured = [factories.indicator() for _ in range(figures)]
    Target.objects.bulk_create(
        Target(deliverable=row, indicator=each, value=Decimal(10), set_on="2021-01-01")
        for row in rows
        for each in measured
    )
    return people, measured


def sent_by_browser(answer: Any, **typed: Any) -> dict[str, Any]:
    """What a browser posts of the form that it was shown, with what was typed since."""
    form, data = answer.context["form"], {}
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(field, MultipleChoiceField):
            data |= {name: value} if value else {}
        elif isinstance(field, BooleanField):
            data |= {name: "on"} if value else {}
        else:
            data[name] = "" if value is None else value
    data |= {"so-lv": str(form.areas), "so-moi": str(form.fresh), "dong": form.leaf.keys}
    data |= {"tim": form.leaf.words, "v": str(answer.context["version"])}
    return {**data, **typed}


def number_of_boxes(data: dict[str, Any]) -> int:
    return sum(len(value) if isinstance(value, list) else 1 for value in data.values())


def test_four_hundred_deliverables_are_proposed_page_by_page(client: Client) -> None:
    people, measured = with_deliverables(MANY)
    client.force_login(people.officer)
    url = reverse("proposal-new", args=[people.agreement.slug])
    answer = client.get(url)
    pages = answer.context["form"].leaf.total
    assert pages > 1
    targets: dict[str, str] = {}
    for page in range(1, pages + 1):
        form = answer.context["form"]
        assert form.leaf.number == page
        typed: dict[str, Any] = dict(HEAD) if page == 1 else {}
        for line in form.leaf.lines:
            prefix = f"hm{line.deliverable.pk}"
            typed |= {f"{prefix}-tn": "on", f"{prefix}-han": "31/12/2029"}
            for indicator, _official in line.figures:
                typed[f"{prefix}-{indicator.pk}-dich"] = "50"
            targets[line.deliverable.slug] = "2029-12-31"
        data = sent_by_browser(answer, **typed)
        assert number_of_boxes(data) <= django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        onward = {"sang": str(page + 1)} if page < pages else {"luu": "1"}
        answer = client.post(url, {**data, **onward})
        assert answer.status_code == 302
        url = answer.headers["Location"].partition("#")[0]
        answer = client.get(url)
    assert len(targets) == MANY
    said = Proposed.read(Proposal.objects.get().payload)
    told = {one.continues: one for one in said.deliverables}
    assert {slug: str(one.due_on) for slug, one in told.items()} == targets
    # Each in the area that carries its own on, on whatever page it stood.
    assert [told[f"viec-00{place}"].area for place in (1, 2, 3)] == [2, 1, 2]
    assert [target.value for target in told["viec-399"].targets] == [50] * len(measured)
    assert answer.status_code == 200
    assert "Việc thứ 399" in answer.content.decode()


def test_all_go_on_at_one_press_and_come_into_force(client: Client) -> None:
    people, _measured = with_deliverables(MANY)
    before: Any = people.deliverable.phase
    client.force_login(people.officer)
    url = reverse("proposal-new", args=[people.agreement.slug])
    first = client.get(url).context["form"].leaf.lines[0].deliverable
    data = sent_by_browser(client.get(url), **HEAD, **{f"hm{first.pk}-han": "01/02/2027"})
    answer = client.post(url, {**data, "chon": "1"}, follow=True)
    form = answer.context["form"]
    assert (form.chosen, len(form.grounds.lines)) == (MANY, MANY)
    row = Proposal.objects.get()
    # One of the last page does not go on.
    last = client.get(reverse("proposal-edit", args=[row.uid]), {"trang": str(form.leaf.total)})
    dropped = last.context["form"].leaf.lines[-1].deliverable
    data = sent_by_browser(last)
    del data[f"hm{dropped.pk}-tn"]
    url = f"{reverse('proposal-edit', args=[row.uid])}?trang={form.leaf.total}"
    assert client.post(url, {**data, "gui": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == ProposalState.SUBMITTED

    client.force_login(people.manager)
    with CaptureQueriesContext(connection) as queries:
        client.post(reverse("proposal-accept", args=[row.uid]))
    assert len(queries) < 300, "one by one they would be thousands"
    row.refresh_from_db()
    phase: Any = row.made_phase
    assert phase.deliverables.count() == MANY - 1
    assert Deliverable.objects.filter(phase=before, continued_by__isnull=True).get() == dropped
    assert str(phase.deliverables.get(continues=first).due_on) == "2027-02-01"
    for area in phase.areas.order_by("position"):
        # Where the one before stood in the area that this one carries on.
        assert {one.continues.area.position for one in area.deliverables.all()} == {area.position}


def test_what_is_wrong_on_a_page_is_told_there_and_nothing_typed_is_lost(client: Client) -> None:
    people, measured = with_deliverables(MANY)
    client.force_login(people.officer)
    url = reverse("proposal-new", args=[people.agreement.slug])
    answer = client.get(url)
    line = answer.context["form"].leaf.lines[3]
    box = f"hm{line.deliverable.pk}-{measured[0].pk}-dich"
    data = sent_by_browser(answer, **HEAD, **{box: "nhiều", f"hm{line.deliverable.pk}-tn": "on"})
    refused = client.post(url, {**data, "sang": "2"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {box}
    assert refused.context["form"].leaf.number == 1
    assert sent_by_browser(refused) == data
    assert not Proposal.objects.exists()
    mended = client.post(url, {**sent_by_browser(refused), box: "12", "sang": "2"})
    second = client.get(mended.headers["Location"].partition("#")[0])
    assert second.context["form"].leaf.number == 2
    # What is wrong there keeps what was said here.
    other = second.context["form"].leaf.lines[0].deliverable
    data = sent_by_browser(second, **{f"hm{other.pk}-han": "31/02/2027", f"hm{other.pk}-tn": "on"})
    address = second.wsgi_request.get_full_path()
    assert client.post(address, {**data, "gui": "1"}).status_code == 422
    assert client.post(address, {**data, f"hm{other.pk}-han": "", "luu": "1"}).status_code == 302
    said = Proposed.read(Proposal.objects.get().payload)
    assert [one.continues for one in said.deliverables] == [line.deliverable.slug, other.slug]
    assert [target.value for target in said.deliverables[0].targets] == [12]


def test_areas_that_move_take_along_what_stands_on_other_pages(client: Client) -> None:
    people, _measured = with_deliverables(MANY)
    client.force_login(people.officer)
    url = reverse("proposal-new", args=[people.agreement.slug])
    data = sent_by_browser(client.get(url), **HEAD)
    client.post(url, {**data, "chon": "1"})
    row = Proposal.objects.get()
    edit = f"{reverse('proposal-edit', args=[row.uid])}?trang=2"
    answer = client.get(edit)
    assert {one.area for one in Proposed.read(row.payload).deliverables} == {None, 1, 2}
    # The first area ends: the second is the first now, and what stood in the first stands in none.
    data = sent_by_browser(answer, **{"lv0-ten": ""})
    assert client.post(edit, {**data, "luu": "1"}).status_code == 302
    row.refresh_from_db()
    said = Proposed.read(row.payload)
    assert [area.name for area in said.areas] == [data["lv1-ten"]]
    places = {one.continues: one.area for one in said.deliverables}
    assert len(places) == MANY
    assert (places["viec-001"], places["viec-002"], places["viec-399"]) == (1, None, 1)


def test_one_is_found_by_its_words_and_enter_saves_what_was_typed(client: Client) -> None:
    people, _measured = with_deliverables(MANY)
    phase: Any = people.deliverable.phase
    client.force_login(people.manager)
    url = reverse("additions-new", args=[phase.slug])
    # Nothing typed yet: the page turns, and there is nothing to keep.
    turned = client.post(url, {**sent_by_browser(client.get(url)), "sang": "2"})
    assert turned.headers["Location"] == f"{url}?trang=2#h-hm"
    assert not Proposal.objects.exists()
    answer = client.get(f"{url}?trang=2")
    one = answer.context["form"].leaf.lines[0].deliverable
    data = sent_by_browser(answer, **{f"hm{one.pk}-han": "30/06/2026", "tim": "VIEC THU 377"})
    moved = client.post(f"{url}?trang=2", {**data, "luu": "enter"})
    row = Proposal.objects.get()
    assert row.kind == ProposalKind.ADDITIONS
    found = client.get(moved.headers["Location"].partition("#")[0])
    [line] = found.context["form"].leaf.lines
    assert line.deliverable.title == "Việc thứ 377"
    data = sent_by_browser(found, **{f"hm{line.deliverable.pk}-han": "01/07/2026"})
    address = found.wsgi_request.get_full_path()
    back = client.post(address, {**data, "bo-loc": "1"})
    assert back.headers["Location"] == reverse("proposal-edit", args=[row.uid]) + "#h-hm"
    row.refresh_from_db()
    said = Proposed.read(row.payload)
    assert [(each.deliverable, str(each.due_on)) for each in said.changes] == [
        (one.slug, "2026-06-30"),
        ("viec-377", "2026-07-01"),
    ]
    nothing = client.get(reverse("proposal-edit", args=[row.uid]), {"tim": "không có"})
    assert "Không có hạng mục nào có “không có”" in nothing.content.decode()
    refused = client.get(reverse("proposal-edit", args=[row.uid]), {"trang": "99"})
    assert (refused.status_code, "Danh sách có" in refused.content.decode()) == (400, True)


def test_the_rows_of_a_page_stay_its_rows(client: Client) -> None:
    """Whatever is reported or taken up meanwhile: what was typed belongs to the row where it was typed."""
    people, _measured = with_deliverables(90)
    client.force_login(people.officer)
    url = f"{reverse('proposal-new', args=[people.agreement.slug])}?trang=2"
    answer = client.get(url)
    first = answer.context["form"].leaf.lines[0].deliverable
    data = sent_by_browser(answer, **HEAD, **{f"hm{first.pk}-tn": "on"})
    gone = Deliverable.objects.get(slug="viec-002")
    factories.report(gone, state=ReportState.CONFIRMED, stage="ended", logged=True)
    assert client.post(url, {**data, "luu": "1"}).status_code == 302
    said = Proposed.read(Proposal.objects.get().payload)
    assert [one.continues for one in said.deliverables] == [first.slug]


def test_the_form_asks_as_much_for_four_hundred_as_for_one(client: Client) -> None:
    def asked(people: Cooperation) -> tuple[int, int]:
        client.force_login(people.officer)
        url = reverse("proposal-new", args=[people.agreement.slug])
        with CaptureQueriesContext(connection) as shown:
            answer = client.get(url)
        data = sent_by_browser(answer, **HEAD)
        with CaptureQueriesContext(connection) as stored:
            assert client.post(url, {**data, "luu": "1"}).status_code == 302
        return len(shown), len(stored)

    assert asked(with_deliverables(1)[0]) == asked(with_deliverables(MANY)[0])


def test_one_among_hundreds_that_cannot_stand_is_named_and_none_is_stored() -> None:
    people, [units] = with_deliverables(60, figures=1)
    rows = [
        DeliverableSaid(
            one.title,
            continues=one.slug,
            targets=(TargetSaid(units.key, Decimal(20), Decimal(20 if place == 40 else 5)),),
        )
        for place, one in enumerate(Deliverable.objects.filter(agreement=people.agreement))
    ]
    said = next_phase(people.agreement, deliverables=tuple(rows))
    draft = signing.begin(people.agreement, by=people.officer, kind=ProposalKind.PHASE, said=said)
    with pytest.raises(ValidationError) as refused:
        signing.send(draft, by=people.officer)
    assert refused.value.messages == [
        f"Mục tiêu của “{rows[40].title}”, {units.name}: Mục tiêu phải khác số gốc."
    ]
    assert Deliverable.objects.filter(agreement=people.agreement).count() == 60
    draft.refresh_from_db()
    assert draft.state == ProposalState.DRAFT


def test_names_that_are_taken_or_alike_are_numbered() -> None:
    people, _measured = with_deliverables(1)
    factories.deliverable(slug=f"{people.agreement.slug}-kho-2025")
    new = tuple(DeliverableSaid("Kho", DeliverableKind.INFRASTRUCTURE) for _n in range(2))
    said = next_phase(people.agreement, deliverables=new)
    draft = signing.begin(people.agreement, by=people.officer, kind=ProposalKind.PHASE, said=said)
    signing.send(draft, by=people.officer)
    signing.accept(draft, by=people.manager)
    made: Any = draft.made_phase
    slugs = sorted(made.deliverables.values_list("slug", flat=True))
    assert slugs == [f"{people.agreement.slug}-kho-2025-{number}" for number in (2, 3)]
    history = Deliverable.history.filter(slug__in=slugs)
    assert sorted(history.values_list("slug", "history_type")) == [(slug, "+") for slug in slugs]

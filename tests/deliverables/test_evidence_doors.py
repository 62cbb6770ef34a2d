"""A document between the two sides: no door tells of it before the report that rests on it is official."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts.models import User
from agreements.models import Source
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import EvidenceSaid, FigureSaid, Said
from deliverables.choices import Stage
from deliverables.models import ProgressReport
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db

#: Words that stand nowhere else, in each part of the document.
NUMBER, TITLE, QUOTE = "7041/BC-KINH", "Báo cáo kiểm kê quýnh quáng", "đúng 7041 xã quýnh"
SECRETS = (NUMBER, "quýnh")


@pytest.fixture(autouse=True)
def _public() -> Any:
    with override_settings(PUBLIC_READ=True):
        yield


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


def draft(cooperation: Cooperation, **values: Any) -> ProgressReport:
    indicator = factories.indicator()
    said = Said(
        **{
            "as_of": PartialDate(2021, 5, 4),
            "stage": Stage.DEPLOYED,
            "figures": {indicator.key: FigureSaid(Decimal(43))},
            "evidence": [EvidenceSaid(NUMBER, TITLE, PartialDate(2021, 5, 3), "trang 3", QUOTE)],
            **values,
        }
    )
    return actions.start_draft(cooperation.deliverable, by=cooperation.officer, said=said)


def doors(cooperation: Cooperation, source: Source) -> list[str]:
    """Every address that tells of sources, citations or reports and may be asked for this one."""
    agreement, deliverable = cooperation.agreement.slug, cooperation.deliverable.slug
    return [
        "/nguon/?q=quynh",
        "/nguon/?dang=csv&q=quynh",
        f"/nguon/{source.slug}/",
        "/tra-cuu/?q=quynh",
        "/tra-cuu/?q=7041",
        "/tra-cuu/goi-y/?q=quynh",
        f"/hang-muc/{deliverable}/",
        f"/hang-muc/?q={deliverable}",
        f"/thoa-thuan/{agreement}/",
        "/thay-doi/",
        "/api/v1/sources/?q=quynh",
        "/api/v1/sources/?format=csv",
        "/api/v1/sources/?page_size=500",
        f"/api/v1/sources/{source.slug}/",
        f"/api/v1/reports/?agreement={agreement}",
        f"/api/v1/reports/?agreement={agreement}&format=csv",
        f"/api/v1/deliverables/?agreement={agreement}",
        f"/api/v1/deliverables/{deliverable}/",
        f"/api/v1/agreements/{agreement}/",
        "/api/v1/changes/?page_size=500",
        "/quan-tri/agreements/source/?q=quynh",
        f"/quan-tri/agreements/source/{source.pk}/change/",
        f"/quan-tri/agreements/source/{source.pk}/history/",
        "/quan-tri/agreements/citation/?q=quynh",
        *(
            f"/quan-tri/autocomplete/?term=quynh&app_label=agreements&model_name={name}"
            for name in ("discrepancyside&field_name=citation", "citation&field_name=source")
        ),
        "/quan-tri/deliverables/progressreport/?q=quynh",
    ]


def telling(client: Client, cooperation: Cooperation, source: Source) -> list[str]:
    """The doors that tell anything of the document, the words that were asked left out."""
    found = []
    for address in doors(cooperation, source):
        response = client.get(address, follow=True)
        text = b"".join(response) if response.streaming else response.content
        told = text.decode().lower()
        if response.status_code == 200 and any(secret.lower() in told for secret in SECRETS):
            found.append(address)
    return found


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def outsiders(cooperation: Cooperation) -> dict[str, Client]:
    return {
        "public": client_of(None),
        "stranger": client_of(cooperation.stranger),
        "administrator": client_of(cooperation.administrator),
    }


Step = Callable[[ProgressReport, Cooperation], Any]
STEPS: dict[str, list[Step]] = {
    "draft": [],
    "submitted": [lambda r, c: actions.submit(r, by=c.officer)],
    "returned": [
        lambda r, c: actions.submit(r, by=c.officer),
        lambda r, c: actions.send_back(r, by=c.manager, reason="Thiếu."),
    ],
    "disputed": [
        lambda r, c: actions.submit(r, by=c.officer),
        lambda r, c: actions.dispute(r, by=c.manager, reason="Sai.", counter_stage=Stage.PILOTING),
    ],
    "withdrawn": [
        lambda r, c: actions.submit(r, by=c.officer),
        lambda r, c: actions.withdraw(r, by=c.officer),
    ],
}


@pytest.mark.parametrize("state", STEPS)
def test_no_door_tells_of_it_before(cooperation: Cooperation, state: str) -> None:
    report = draft(cooperation)
    source = report.citations.get().source
    for step in STEPS[state]:
        step(report, cooperation)
    assert {
        name: telling(client, cooperation, source)
        for name, client in outsiders(cooperation).items()
    } == {"public": [], "stranger": [], "administrator": []}
    # It could have leaked: its own side finds it by the same doors.
    own = telling(client_of(cooperation.officer), cooperation, source)
    assert {f"/nguon/{source.slug}/", "/api/v1/sources/?q=quynh"} <= set(own)
    other = telling(client_of(cooperation.manager), cooperation, source)
    assert (f"/nguon/{source.slug}/" in other) is (state != "draft")


def test_every_door_tells_of_it_once_it_is_official(cooperation: Cooperation) -> None:
    report = draft(cooperation)
    source = report.citations.get().source
    actions.submit(report, by=cooperation.officer)
    actions.confirm(report, by=cooperation.manager)
    told = telling(client_of(None), cooperation, source)
    assert {
        "/nguon/?q=quynh",
        f"/nguon/{source.slug}/",
        "/tra-cuu/?q=quynh",
        f"/hang-muc/{cooperation.deliverable.slug}/",
        "/api/v1/sources/?q=quynh",
        f"/api/v1/sources/{source.slug}/",
        f"/api/v1/reports/?agreement={cooperation.agreement.slug}",
    } <= set(told)


def test_other_words_of_a_public_document_wait_for_their_own_report(
    cooperation: Cooperation,
) -> None:
    """The document is public, a second report quotes it anew: those words are not."""
    first = draft(cooperation, evidence=[EvidenceSaid("9/BC", "Báo cáo", PartialDate(2021))])
    source = first.citations.get().source
    actions.submit(first, by=cooperation.officer)
    actions.confirm(first, by=cooperation.manager)
    words = EvidenceSaid("9/BC", "Báo cáo", PartialDate(2021), "trang 3", QUOTE)
    second = draft(cooperation, as_of=PartialDate(2021, 4), evidence=[words])
    assert second.citations.get().source == source
    for state in ("draft", "submitted"):
        if state == "submitted":
            actions.submit(second, by=cooperation.officer)
        assert {
            name: telling(client, cooperation, source)
            for name, client in outsiders(cooperation).items()
        } == {"public": [], "stranger": [], "administrator": []}
    assert f"/nguon/{source.slug}/" in telling(client_of(cooperation.manager), cooperation, source)

"""The signed document of a proposal as a file: checked, fixed once sent, the text of what comes of it."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from agreements.models import Source, StoredFile
from deliverables.actions import signing
from deliverables.choices import ProposalKind, ProposalState
from deliverables.models import Proposal, ProposalFile
from tests import papers
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db


def address(name: str, row: Proposal) -> str:
    return reverse(f"proposal-{name}", args=[row.uid])


def body(client: Client, row: Proposal) -> bytes:
    answer = client.get(address("file", row))
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)  # type: ignore[arg-type]


def test_the_signed_file_goes_with_the_proposal_and_with_what_comes_of_it(client: Client) -> None:
    people = Cooperation()
    row = people.proposal()
    client.force_login(people.officer)
    refused = client.post(address("attach", row), {"tep": papers.upload(b"MZ hello", "a.pdf")})
    assert refused.status_code == 422
    assert not ProposalFile.objects.exists()
    client.post(address("attach", row), {"tep": papers.upload(papers.pdf(2), "Nháp.pdf")})
    content = papers.pdf(3)
    client.post(address("attach", row), {"tep": papers.upload(content, "Thỏa thuận.pdf")})
    assert StoredFile.objects.count() == 1  # the one that made way is gone
    page = client.get(address("file", row)[: -len("tep/")]).content.decode()
    assert "Thỏa thuận.pdf" in page
    assert "3 trang" in page
    client.force_login(people.manager)
    assert client.get(address("file", row)).status_code == 404  # a draft is its own side's

    signing.send(row, by=people.officer)
    assert body(client, row) == content
    with pytest.raises(signing.ProposalConflictError):
        signing.detach(row, by=people.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalFile.objects.filter(proposal=row).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        ProposalFile.objects.filter(proposal=row).update(name="khác.pdf")
    signing.accept(row, by=people.manager)
    source = Source.objects.get(citations__phases=row.made_phase)
    assert (source.document.stored, source.file) == (StoredFile.objects.get(), "Thỏa thuận.pdf")
    client.force_login(people.stranger)
    assert client.get(address("file", row)).status_code == 404


def test_a_draft_that_goes_takes_its_file_along_and_one_that_begins_again_keeps_it(
    client: Client,
) -> None:
    people = Cooperation()
    returned = people.proposal()
    signing.attach(returned, by=people.officer, upload=papers.upload(papers.pdf()))
    with pytest.raises(PermissionDenied):
        signing.detach(returned, by=people.manager)
    signing.send(returned, by=people.officer)
    signing.send_back(returned, by=people.manager, reason="Thiếu chữ ký.")
    again = signing.begin_again(returned, by=people.officer)
    assert ProposalFile.objects.get(proposal=again).stored == StoredFile.objects.get()
    signing.discard(again, by=people.officer)
    assert StoredFile.objects.count() == 1  # what was returned still rests on it

    alone = people.proposal()
    client.force_login(people.officer)
    upload = papers.upload(papers.pdf(4), "b.pdf")
    assert client.post(address("attach", alone), {"tep": upload}).status_code == 302
    assert client.post(address("detach", alone)).status_code == 302
    assert (StoredFile.objects.count(), ProposalFile.objects.count()) == (1, 1)


def test_additions_have_no_document(client: Client) -> None:
    people = Cooperation()
    row = people.proposal(kind=ProposalKind.ADDITIONS, phase=people.deliverable.phase)
    client.force_login(people.officer)
    answer = client.post(address("attach", row), {"tep": papers.upload(papers.pdf())})
    assert answer.status_code == 422
    assert "không kèm văn bản ký" in answer.content.decode()
    assert row.state == ProposalState.DRAFT

"""Files of reports through their pages: attached, sent, handed out; who may, and what no longer changes."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from agreements.models import StoredFile
from coopportal.files import disk
from coopportal.files.handing_out import hand_out
from deliverables import actions, permissions
from deliverables.choices import ReportSide, ReportState
from deliverables.models import EvidenceFile, OfficialChange, ProgressReport
from tests import factories, papers
from tests.deliverables.test_reporting import address, only, written
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db
CONTENT = papers.pdf(12, title="Biên bản nghiệm thu")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "tep")


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


def as_user(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def attached(report: ProgressReport, content: bytes = CONTENT, name: str = "Biên bản.pdf") -> Any:
    assert report.author
    return actions.attach_upload(
        report, by=report.author, upload=papers.upload(content, name), version=report.version
    )


def place_of(file: EvidenceFile) -> str:
    return address(file.report, f"tep/{file.stored.sha256}")


# --- The whole way --------------------------------------------------------------------------------


def test_a_report_is_sent_with_its_file_and_the_other_side_has_it(cooperation: Cooperation) -> None:
    officer, manager = as_user(cooperation.officer), as_user(cooperation.manager)
    form = f"/hang-muc/{cooperation.deliverable.slug}/bao-cao/"
    sent = written(cooperation) | {"gui": "1", "tep": papers.upload(CONTENT, "Biên bản 12.pdf")}
    assert officer.post(form, sent).status_code == 302
    file = only(cooperation).files.get()
    assert (only(cooperation).state, file.uploaded_by) == (
        ReportState.SUBMITTED,
        cooperation.officer,
    )
    for page in ("/cho-xac-nhan/", address(file.report)):
        text = manager.get(page).content.decode()
        assert place_of(file) in text, page
        assert "PDF, 12 trang, 2 KB" in text, page
        assert "Không có văn bản kèm theo" not in text
        assert "<b>Chưa có minh chứng" not in text
    answer = manager.get(place_of(file), headers={"Accept-Encoding": "gzip"})
    assert b"".join(answer.streaming_content) == CONTENT  # type: ignore[attr-defined]
    actions.confirm(only(cooperation), by=cooperation.manager)
    shown = manager.get(f"/hang-muc/{cooperation.deliverable.slug}/").content.decode()
    assert place_of(file) in shown
    public = Client().get(f"/hang-muc/{cooperation.deliverable.slug}/").content.decode()
    assert file.name not in public
    assert file.stored.sha256 not in public


def test_a_file_comes_as_an_attachment_that_nothing_runs(cooperation: Cooperation) -> None:
    name = "C:\\tệp\\đợt 1;\r\nX: y.pdf"
    file = attached(cooperation.report(), papers.picture("JPEG") + b"<html>", name)
    answer = as_user(cooperation.officer).get(place_of(file), headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    told = {
        *("Content-Type", "Content-Disposition", "Content-Length", "X-Content-Type-Options"),
        *("Cache-Control", "Content-Encoding", "Cross-Origin-Resource-Policy"),
    }
    assert {header: answer.get(header) for header in told} == {
        "Content-Type": "image/jpeg",
        "Content-Disposition": "attachment; filename*=utf-8''%C4%91%E1%BB%A3t%201-%20X-%20y.jpg",
        "Content-Length": str(file.stored.size),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Content-Encoding": None,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("bien-ban.pdf", 'attachment; filename="bien-ban.pdf"'),
        ("Biên bản.pdf", "attachment; filename*=utf-8''Bi%C3%AAn%20b%E1%BA%A3n.pdf"),
    ],
)
def test_a_name_is_told_as_browsers_read_it(rf: Any, name: str, header: str) -> None:
    stored = factories.stored_file(CONTENT)
    answer = hand_out(rf.get("/"), stored.file.name, name=name, kind=stored.kind)
    assert answer["Content-Disposition"] == header
    answer.close()


def test_who_has_a_file(cooperation: Cooperation) -> None:
    draft = cooperation.report()
    file = attached(draft)
    gone = factories.user()
    factories.representative(
        cooperation.agreement, "vnpt", gone, from_day=factories.DAY, until_day=factories.DAY
    )
    people = {
        "officer": cooperation.officer,
        "colleague": cooperation.colleague,
        "manager": cooperation.manager,
        "stranger": cooperation.stranger,
        "expired": gone,
        "administrator": cooperation.administrator,
    }

    def who() -> list[str]:
        codes = {
            name: as_user(user).get(place_of(file)).status_code for name, user in people.items()
        }
        assert set(codes.values()) <= {200, 404}
        assert Client().get(place_of(file)).status_code == 302
        return [name for name, code in codes.items() if code == 200]

    assert who() == ["officer", "colleague"]
    actions.submit(draft, by=cooperation.officer)
    assert who() == ["officer", "colleague", "manager"]
    actions.confirm(draft, by=cooperation.manager)
    assert who() == ["officer", "colleague", "manager"], (
        "official figures are public, files are not"
    )
    # The same content in a report of another agreement opens nothing here, and the other way round.
    other = Cooperation()
    theirs = attached(other.report())
    assert theirs.stored == file.stored
    assert as_user(other.officer).get(place_of(theirs)).status_code == 200
    assert as_user(other.officer).get(place_of(file)).status_code == 404
    assert as_user(cooperation.officer).get(place_of(theirs)).status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_a_404_in_words(cooperation: Cooperation) -> None:
    file = attached(cooperation.report())
    disk.remove(file.stored.file.name)
    assert as_user(cooperation.officer).get(place_of(file)).status_code == 404


# --- Attached and taken away ------------------------------------------------------------------------


def test_attached_twice_it_is_there_once_and_every_save_counts(
    cooperation: Cooperation, django_capture_on_commit_callbacks: Any
) -> None:
    draft = cooperation.report()
    officer = as_user(cooperation.officer)

    def send(**more: Any) -> Any:
        return officer.post(
            address(draft, "tep"), {"tep": papers.upload(CONTENT), "v": "1", **more}
        )

    assert [send().status_code, send().status_code] == [302, 302], "pressed twice it is no conflict"
    file = draft.files.get()
    draft.refresh_from_db()
    assert draft.version == 2
    assert "Tệp khác.pdf" not in officer.get(address(draft)).content.decode()
    stale = send(tep=papers.upload(papers.pdf(title="khác"), "Tệp khác.pdf"))
    assert stale.status_code == 412, "the draft was saved since"
    page = officer.get(address(draft, "sua")).content.decode()
    assert "PDF, 12 trang" in page
    assert 'enctype="multipart/form-data"' in page
    assert officer.post(place_of(file) + "go/", {"v": "1"}).status_code == 412
    with django_capture_on_commit_callbacks(execute=True):
        assert officer.post(place_of(file) + "go/", {"v": "2"}).status_code == 302
    assert not StoredFile.objects.exists()
    assert list(disk.lying()) == []


def test_what_is_not_taken_is_told_beside_the_box_and_nothing_is_stored(
    cooperation: Cooperation,
) -> None:
    draft = cooperation.report()
    officer = as_user(cooperation.officer)
    virus = papers.upload(b"MZ" + b"\0" * 100, "Biên bản.pdf")
    for sent, word in (({"tep": virus}, "cổng xem nội dung"), ({}, "Chọn một tệp trước")):
        page = officer.post(address(draft, "tep"), {"v": "1", **sent})
        assert (page.status_code, word in page.content.decode()) == (422, True)
    form = f"/hang-muc/{cooperation.deliverable.slug}/bao-cao/"
    virus.seek(0)
    page = officer.post(form, written(cooperation, pv="toàn tỉnh") | {"gui": "1", "tep": virus})
    assert page.status_code == 422
    assert ("id_tep", page.context["page"].file_error) in page.context["page"].faults
    assert 'value="toàn tỉnh"' in page.content.decode()
    # A good file beside a wrong date has to be chosen again, and the page says so.
    boxes = written(cooperation, ngay="14/9") | {"gui": "1", "tep": papers.upload(CONTENT, "a.pdf")}
    assert "Tệp “a.pdf” chưa được lưu: chọn lại" in officer.post(form, boxes).content.decode()
    assert only(cooperation) == draft
    assert (StoredFile.objects.count(), list(disk.lying())) == (0, [])


def test_a_full_disk_keeps_what_was_typed_and_stores_no_half(
    cooperation: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = as_user(cooperation.officer)

    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("coopportal.files.disk.os.fsync", full)
    form = f"/hang-muc/{cooperation.deliverable.slug}/bao-cao/"
    sent = written(cooperation, pv="toàn tỉnh") | {"luu": "1", "tep": papers.upload(CONTENT)}
    page = officer.post(form, sent)
    assert page.status_code == 507
    assert "có thể đã hết chỗ" in page.content.decode()
    assert 'value="toàn tỉnh"' in page.content.decode()
    assert not cooperation.deliverable.reports.exists(), "neither the draft nor the file"
    draft = cooperation.report()
    page = officer.post(address(draft, "tep"), {"tep": papers.upload(CONTENT), "v": "1"})
    assert page.status_code == 507
    assert list(disk.lying()) == []


def test_a_report_has_so_many_files_and_no_more(cooperation: Cooperation) -> None:
    draft = cooperation.report()
    for n in range(10):
        attached(draft, papers.pdf(title=str(n)))
    with pytest.raises(ValidationError, match="tối đa 10 tệp"):
        attached(draft, papers.pdf(title="10"))
    assert (draft.files.count(), StoredFile.objects.count()) == (10, 10)


@pytest.mark.parametrize("state", [ReportState.SUBMITTED, ReportState.CONFIRMED])
def test_once_sent_nothing_is_attached_or_taken_away(
    cooperation: Cooperation, state: ReportState
) -> None:
    draft = cooperation.report()
    file = attached(draft)
    factories._step(draft, ReportState.SUBMITTED, factories.at(factories.DAY))
    if state != ReportState.SUBMITTED:
        factories._step(draft, state, factories.at(factories.DAY))
    sent = {"tep": papers.upload(papers.pdf(title="khác")), "v": "2"}
    officer, manager = as_user(cooperation.officer), as_user(cooperation.manager)
    for person, code in ((officer, 409), (manager, 403)):
        assert person.post(address(draft, "tep"), sent).status_code == code
        assert person.post(place_of(file) + "go/", {"v": "2"}).status_code == code
    assert list(draft.files.all()) == [file]


def test_only_its_own_side_attaches_and_sources_have_no_files(cooperation: Cooperation) -> None:
    draft = cooperation.report()
    source = cooperation.report(side=ReportSide.SOURCE)
    for user in (cooperation.manager, cooperation.stranger, cooperation.administrator):
        assert not permissions.can_attach(user, draft)
        assert not permissions.can_attach(user, source)
        with pytest.raises(PermissionDenied):
            actions.attach_upload(draft, by=user, upload=papers.upload(CONTENT), version=1)
    assert (StoredFile.objects.count(), list(disk.lying())) == (0, [])


# --- Carried over, discarded, proved -----------------------------------------------------------------


def test_what_revises_a_report_rests_on_the_same_contents(
    cooperation: Cooperation, django_capture_on_commit_callbacks: Any
) -> None:
    report = cooperation.report()
    file = attached(report)
    actions.submit(report, by=cooperation.officer)
    actions.send_back(report, by=cooperation.manager, reason="Thiếu trang 2.")
    draft = actions.revise(report, by=cooperation.officer)
    assert [row.stored for row in draft.files.all()] == [file.stored]
    assert StoredFile.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(draft, by=cooperation.officer)
    assert disk.is_there(file.stored.file.name), "the report that was returned still rests on it"
    other = cooperation.report()
    alone = attached(other, papers.pdf(title="riêng")).stored
    with django_capture_on_commit_callbacks(execute=True):
        actions.discard_draft(other, by=cooperation.officer)
    assert not disk.is_there(alone.file.name)
    assert list(StoredFile.objects.all()) == [file.stored]


def test_the_chain_holds_the_files_of_a_report(cooperation: Cooperation) -> None:
    report = cooperation.report()
    bare = report.content()
    assert "files" not in bare, "as every report was hashed before there were files"
    file = attached(report)
    actions.submit(report, by=cooperation.officer)
    actions.confirm(report, by=cooperation.manager)
    fresh = ProgressReport.objects.get(pk=report.pk)
    assert fresh.content() == {**bare, "files": [[file.stored.sha256, "Biên bản.pdf"]]}
    change = OfficialChange.objects.get(report=report)
    assert change.hash == change.compute_hash()
    assert OfficialChange.objects.first_broken() is None

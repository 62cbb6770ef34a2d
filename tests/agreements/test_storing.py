"""One content is kept once, and whatever fails in between leaves neither a row nor a file behind."""

from __future__ import annotations

import errno
import os
import threading
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, connections, transaction

from agreements.choices import SourceScope
from agreements.models import Filing, SourceFile, StoredFile
from agreements.storing import NotStoredError, attach_to_source, forget_unused, storing
from coopportal.files import disk
from tests import factories, papers

CONTENT = papers.pdf(12, title="Biên bản nghiệm thu")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "tep")
    return tmp_path / "tep"


def lying() -> list[str]:
    return [path for path, _found in disk.lying()]


def stored(content: bytes = CONTENT, name: str = "Biên bản.pdf") -> StoredFile:
    with storing(papers.upload(content, name)) as handed_in:
        return handed_in.stored


def check_files(*options: str) -> str:
    out = StringIO()
    call_command("check_files", *options, stdout=out)
    return out.getvalue()


def grown_old() -> None:
    """As if everything on the disk had been there for two hours."""
    before = time.time() - 7200
    for path in lying():
        os.utime(disk.media() / path, (before, before))


@pytest.mark.django_db
def test_the_same_content_is_stored_once_whatever_it_is_called(media: Path) -> None:
    first, second = stored(), stored(name="Tên khác.exe")
    assert first == second
    assert lying() == [first.file.name]
    place = media / first.file.name
    assert place.read_bytes() == CONTENT
    assert place.parent.relative_to(media).as_posix() == (
        f"evidence/{first.sha256[:2]}/{first.sha256[2:4]}"
    )
    assert place.stat().st_mode & 0o177 == 0, "its owner reads it, and nobody runs it"
    assert place.parent.stat().st_mode & 0o077 == 0
    assert first.told == f"PDF, 12 trang, {max(1, round(len(CONTENT) / 1024))} KB"
    assert stored(papers.signed_pdf(2)).told.endswith("2 trang, 1 KB, có chữ ký số")


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["fsync", "rename", "mkdir"])
def test_a_full_disk_leaves_nothing(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    owner = os if where == "fsync" else Path
    monkeypatch.setattr(owner, where, full)
    with pytest.raises(NotStoredError, match="hết chỗ"):
        stored()
    monkeypatch.undo()
    assert (lying(), StoredFile.objects.count()) == ([], 0)
    assert stored().file.name in lying(), "and the next attempt goes well"


@pytest.mark.django_db
@pytest.mark.parametrize("failure", [OperationalError("server closed"), ValidationError("không")])
def test_a_failure_after_the_file_was_placed_takes_it_away(failure: Exception) -> None:
    def fail() -> None:
        with storing(papers.upload(CONTENT)) as handed_in:
            assert lying() == [handed_in.stored.file.name]
            raise failure

    with pytest.raises(type(failure)):
        fail()
    assert (lying(), StoredFile.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_a_failure_does_not_take_away_what_was_there_before() -> None:
    before = stored()

    def fail() -> None:
        with storing(papers.upload(CONTENT)):
            raise OperationalError

    with pytest.raises(OperationalError):
        fail()
    assert (lying(), StoredFile.objects.get()) == ([before.file.name], before)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_and_one_of_which_nobody_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "commit", gone)
        with pytest.raises(OperationalError):
            stored()
    assert (lying(), StoredFile.objects.count()) == ([], 0)

    with monkeypatch.context() as patch:
        patch.setattr(connection, "commit", gone)
        patch.setattr(StoredFile.objects, "filter", _unless_committing(gone))
        with pytest.raises(OperationalError):
            stored()
    # It may have been committed: a file too many is better than one too few.
    assert (len(lying()), StoredFile.objects.count()) == (1, 0)
    assert "khớp nhau" in check_files(), "it may still be on its way"
    grown_old()
    with pytest.raises(CommandError, match="--clean"):
        check_files()
    assert "Tệp thừa, không dòng nào ghi: 1" in check_files("--clean")
    assert lying() == []


def _unless_committing(gone: Any) -> Any:
    """The first question of an attempt is answered, the one after the failed commit is not."""
    ask, asked = StoredFile.objects.filter, []

    def answer(*args: Any, **kwargs: Any) -> Any:
        asked.append(kwargs)
        return gone() if "file" in kwargs else ask(*args, **kwargs)

    return answer


@pytest.mark.django_db(transaction=True)
def test_two_who_hand_in_the_same_at_once_share_it() -> None:
    start, found, failed = threading.Barrier(3), [], []

    def hand_in() -> None:
        try:
            start.wait(20)
            found.append(stored().pk)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand_in) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert set(found) == {StoredFile.objects.get().pk}
    assert lying() == [StoredFile.objects.get().file.name]


@pytest.mark.django_db(transaction=True)
def test_a_failure_to_see_the_outermost_transaction_is_a_mistake_of_ours() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        stored()
    assert (lying(), StoredFile.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_contents_that_nothing_names_go_and_others_stay(
    django_capture_on_commit_callbacks: Any,
) -> None:
    used, idle = stored(), stored(papers.pdf(title="khác"))
    factories.evidence_file(factories.report(), stored=used)
    with pytest.raises(CommandError, match="Còn thứ thừa"):
        check_files()
    with django_capture_on_commit_callbacks(execute=True):
        assert f"không còn gì dùng đến: 1 ({idle.pk})" in check_files("--clean")
    assert lying() == [used.file.name]
    assert list(StoredFile.objects.all()) == [used]
    assert forget_unused([used.pk, idle.pk]) == 0


@pytest.mark.django_db
def test_a_file_that_was_lost_or_damaged_is_told_and_comes_back_by_handing_it_in() -> None:
    row = stored()
    factories.evidence_file(factories.report(), stored=row)
    place = disk.media() / row.file.name
    place.write_bytes(bytes(len(CONTENT)))
    assert "khớp nhau" in check_files(), "by its length it is the same"
    with pytest.raises(CommandError, match="1 tệp thiếu hoặc hỏng"):
        check_files("--hashes")
    place.unlink()
    with pytest.raises(CommandError, match="nộp lại"):
        check_files()
    assert stored() == row
    assert "khớp nhau" in check_files("--hashes")


@pytest.mark.django_db
def test_a_document_that_a_side_filed_has_one_text_and_those_who_may_read_it() -> None:
    cooperation = factories.Cooperation()
    source = factories.source(scope=SourceScope.FILED)
    filing = Filing.objects.create(source=source, agreement=cooperation.agreement, side="partner")
    with storing(papers.upload(CONTENT, "../Thỏa thuận.pdf")) as handed_in:
        link = attach_to_source(source, handed_in)
    source.refresh_from_db()
    assert (source.file, source.sha256) == ("Thỏa thuận.pdf", link.stored.sha256)
    with pytest.raises(ValidationError, match="đã có tệp"), storing(papers.upload(CONTENT)) as more:
        attach_to_source(source, more)
    people = [cooperation.officer, cooperation.manager, cooperation.stranger]
    everybody = [*people, cooperation.administrator, None]

    def seen() -> list[bool]:
        return [SourceFile.objects.visible_to(user).exists() for user in everybody]

    assert seen() == [True, False, False, False, False]
    Filing.objects.filter(pk=filing.pk).update(sent_at=factories.at(factories.DAY))
    assert seen() == [True, True, False, False, False]
    Filing.objects.filter(pk=filing.pk).update(opened_at=factories.at(factories.DAY))
    assert seen() == [True, True, False, False, False], "the document is public, its file is not"

"""Backup and restore: the same rows, files, numbers, chain and guards on the other side, or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Max

from coopportal import archive
from coopportal.archive import database, manifest, restoring, tables
from coopportal.files import disk
from deliverables.choices import Aggregation, Decision, ReportState
from deliverables.management.commands.backup import chain_head
from deliverables.models import EvidenceFile, OfficialChange, ProgressReport, Verdict
from deliverables.triggers import expected, lifted
from tests import factories as make
from tests.other_database import empty_database, manage

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"%PDF-1.7 \x00\xff minh hoa"


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "tep")
    return tmp_path / "tep"


@pytest.fixture
def evidence(media: Path) -> EvidenceFile:
    """What two sides wrote, of every kind of value there is, with a file; and a key given out in vain."""
    together = make.Cooperation()
    figure = make.indicator(unit="%", aggregation=Aggregation.NONE)
    together.report(ReportState.CONFIRMED, figures={figure: "81.25"}, as_of="2021-03", logged=True)
    disputed = together.report(ReportState.DISPUTED, figures={figure: None})
    Verdict.objects.create(
        report=disputed,
        side="vnpt",
        decision=Decision.DISPUTE,
        reason="Số liệu “khác”:\n\t\\N, \\x00 và ''",
        counter_figures={figure.key: {"value": "80.5", "text": "Điện Biên"}, "a": [1, None, 2.5]},
        by=together.manager,
        at=make.at(make.DAY),
    )
    together.report(ReportState.DRAFT).delete()
    return make.evidence_file(
        together.report(), name="Công văn.pdf", stored=make.stored_file(CONTENT)
    )


@pytest.fixture
def elsewhere(tmp_path: Path, settings: Any) -> Callable[[], AbstractContextManager[Any]]:
    """`with elsewhere() as other:` all code works on an empty database and an empty folder of files."""

    def go() -> AbstractContextManager[Any]:
        settings.MEDIA_ROOT = str(tmp_path / "tep-khac")
        return empty_database(tmp_path)

    return go


def run(name: str, *args: Any) -> str:
    out = StringIO()
    call_command(name, *args, stdout=out, stderr=out)
    return out.getvalue()


def held() -> dict[str, tuple[int, str, int | None]]:
    """Rows, digest and last number of every table of the database that is worked on.

    A row may have been given its key by hand; then the highest key is the one to go on from.
    """
    told = {}
    for model in tables.archived():
        found = tables.digest(model, connection)
        last = None
        if database.numbers_itself(model):
            highest = model._base_manager.aggregate(highest=Max("pk"))["highest"] or 0
            last = max(database.last_number(model, connection), highest)
        told[model._meta.db_table] = (found.rows, found.sha256, last)
    return told


def is_empty() -> bool:
    return not any(rows for rows, _sha256, _last in held().values())


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- There and back ---------------------------------------------------------------------------


def test_everything_comes_back_as_it_was(
    evidence: EvidenceFile, media: Path, tmp_path: Path, elsewhere: Any, settings: Any
) -> None:
    (media / "them.txt").write_bytes(b"")
    # An upload that is still on its way is nobody's yet.
    disk.write(BytesIO(b"%PDF-"))
    told = run("backup", tmp_path / "a.zip")
    rows, files, seal = held(), files_in(media), chain_head(connection)
    assert len(rows) > 70
    assert files.pop(next(path for path in files if ".incoming" in path)) == b"%PDF-"
    assert files == {"them.txt": b"", evidence.stored.file.name: CONTENT}
    assert f"{sum(row[0] for row in rows.values())} dòng, 2 tệp" in told
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "tep"}
    with elsewhere() as other:
        guards = database.triggers(other)
        assert expected(other.vendor) <= {name for name, _text in guards}
        assert "đều khớp" in run("restore", tmp_path / "a.zip")
        assert held() == rows
        assert files_in(Path(settings.MEDIA_ROOT)) == files
        assert "khớp" in run("check_files", "--hashes")
        assert database.triggers(other) == guards
        assert chain_head(other) == seal
        assert run("verify_chain").startswith("Chuỗi nguyên vẹn: ")
        # A key that a deleted draft once had is not given out again.
        last = rows["deliverables_progressreport"][2]
        assert last is not None
        assert make.report().pk == last + 1
        # The guards are not only there, they refuse.
        official = ProgressReport.objects.get(state=ReportState.CONFIRMED)
        with pytest.raises(IntegrityError, match="không sửa, không xóa được"):
            ProgressReport.objects.filter(pk=official.pk).update(narrative="khác")


def test_every_table_is_kept_or_left_out_on_purpose() -> None:
    there = set(connection.introspection.table_names())
    kept = {model._meta.db_table for model in tables.archived()}
    assert there - kept == there & tables.LEFT_OUT.keys()
    assert kept <= there


def test_a_file_that_rows_name_and_nobody_has_is_told(
    evidence: EvidenceFile, media: Path, tmp_path: Path
) -> None:
    (media / evidence.stored.file.name).unlink()
    told = run("backup", tmp_path / "a.zip")
    assert f"không có trong MEDIA_ROOT: {evidence.stored.file.name}" in told
    assert manifest.check(tmp_path / "a.zip").missing == [evidence.stored.file.name]


# --- While people work ------------------------------------------------------------------------


def _confirm_one(together: make.Cooperation, figure: Any) -> None:
    with transaction.atomic():
        together.report(ReportState.CONFIRMED, figures={figure: 1}, logged=True)


def test_what_is_confirmed_during_a_backup_is_in_the_next_one(
    media: Path, tmp_path: Path, elsewhere: Any
) -> None:
    """Between two tables another connection makes a report official: the archive knows nothing of it."""
    together, figure = make.Cooperation(), make.indicator()
    before, seal = held(), chain_head(connection)
    told: list[str] = []

    def tell(table: str, rows: int) -> None:
        told.append(table)
        if len(told) in {1, 30}:
            _confirm_one(together, figure)

    made = archive.write(tmp_path / "a.zip", connection, media=media, seal=chain_head, tell=tell)
    assert chain_head(connection)["seq"] == seal["seq"] + 2
    assert made.seal == seal
    assert {name: (part.rows, part.sha256) for name, part in made.tables.items()} == {
        name: row[:2] for name, row in before.items()
    }
    with elsewhere():
        run("restore", tmp_path / "a.zip")
        assert chain_head(connection) == seal
        assert {name: row[:2] for name, row in held().items()} == {
            name: row[:2] for name, row in before.items()
        }


def test_writers_are_not_kept_waiting_and_no_report_comes_over_in_part(
    media: Path, tmp_path: Path, elsewhere: Any
) -> None:
    together, figure = make.Cooperation(), make.indicator()
    done, failed, stop = threading.Event(), [], threading.Event()

    def work() -> None:
        try:
            while not stop.is_set():
                _confirm_one(together, figure)
                done.set()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=work)
    writer.start()
    try:
        assert done.wait(30)
        run("backup", tmp_path / "a.zip")
        done.clear()
        assert done.wait(30), "the writer goes on after the backup"
    finally:
        stop.set()
        writer.join()
    assert failed == []
    written = together.deliverable.reports.count()
    with elsewhere():
        run("restore", tmp_path / "a.zip")
        reports = ProgressReport.objects.filter(deliverable=together.deliverable.pk)
        ids = list(reports.order_by("pk").values_list("pk", flat=True))
        assert 0 < len(ids) < written
        assert [row.measurements.count() for row in reports] == [1] * len(ids)
        assert OfficialChange.objects.filter(report__in=ids).count() == len(ids)


# --- Refused, and nothing written -------------------------------------------------------------


@pytest.fixture
def archived(evidence: EvidenceFile, tmp_path: Path) -> Path:
    run("backup", tmp_path / "a.zip")
    return tmp_path / "a.zip"


def _damaged(path: Path) -> Iterator[tuple[str, bytes]]:
    whole = path.read_bytes()
    for part in range(1, 20):
        yield f"cut at {part}/20", whole[: len(whole) * part // 20]
    yield "last byte gone", whole[:-1]
    yield "empty", b""
    step = len(whole) // 150
    for place in range(0, len(whole), step):
        turned = bytearray(whole)
        turned[place] ^= 0x41
        yield f"byte {place} turned", bytes(turned)


def test_a_damaged_archive_is_never_taken_for_another(archived: Path, tmp_path: Path) -> None:
    """Refused; or, where the byte says nothing of the content (a member's time), read as what it was."""
    whole = manifest.check(archived)
    damaged, refused, total = tmp_path / "b.zip", [], 0
    for what, content in _damaged(archived):
        total += 1
        damaged.write_bytes(content)
        try:
            assert manifest.check(damaged) == whole, what
        except archive.ArchiveRefusedError as error:
            refused.append(str(error))
    assert all("Chưa ghi gì" in told or "định dạng" in told for told in refused)
    assert len(refused) > total * 0.8


def test_a_truncated_archive_leaves_no_trace(archived: Path, elsewhere: Any, settings: Any) -> None:
    archived.write_bytes(archived.read_bytes()[:-2000])
    with elsewhere():
        with pytest.raises(CommandError, match=r"bị hỏng hoặc bị cắt cụt .* Chưa ghi gì"):
            run("restore", archived)
        assert is_empty()
        assert not Path(settings.MEDIA_ROOT).exists()


def _rewritten(path: Path, into: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """An archive whose manifest says something else, whole in every other way."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(into, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == manifest.MEMBER:
                told = json.loads(content)
                change(told)
                content = json.dumps(told).encode()
            target.writestr(info, content)
    return into


def _other_release(told: dict[str, Any]) -> None:
    told["migrations"].append(["deliverables", "9999_later"])


def _later_format(told: dict[str, Any]) -> None:
    told["version"] = 2


@pytest.mark.parametrize(
    ("change", "says"),
    [(_other_release, r"phiên bản khác .*deliverables\.9999_later"), (_later_format, "định dạng")],
)
def test_an_archive_of_another_release_is_refused(
    change: Any, says: str, archived: Path, tmp_path: Path, elsewhere: Any
) -> None:
    other = _rewritten(archived, tmp_path / "b.zip", change)
    with elsewhere():
        with pytest.raises(CommandError, match=says):
            run("restore", other)
        assert is_empty()


def test_a_file_cannot_be_written_outside_its_folder(archived: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archived, "a") as content:
        content.writestr("files/../../x.txt", "x")

    def add(told: dict[str, Any]) -> None:
        part = {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        told["files"]["../../x.txt"] = part

    other = _rewritten(archived, tmp_path / "b.zip", add)
    with pytest.raises(archive.ArchiveRefusedError, match="bị hỏng"):
        manifest.check(other)


def test_only_an_empty_database_and_an_empty_folder(
    archived: Path, elsewhere: Any, settings: Any
) -> None:
    before = held()
    with pytest.raises(CommandError, match=r"không trống \(đã có dòng ở accounts_user, "):
        run("restore", archived)
    assert held() == before
    with elsewhere():
        there = Path(settings.MEDIA_ROOT)
        there.mkdir()
        (there / "cua-ai.txt").write_bytes(b"x")
        with pytest.raises(CommandError, match=r"MEDIA_ROOT .* không trống"):
            run("restore", archived)
        assert is_empty()
        assert files_in(there) == {"cua-ai.txt": b"x"}


def test_a_backup_never_takes_the_place_of_a_file(archived: Path) -> None:
    before = archived.read_bytes()
    with pytest.raises(CommandError, match="không ghi đè"):
        run("backup", archived)
    assert archived.read_bytes() == before


def test_a_backup_that_cannot_be_written_says_so(media: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Không ghi được tệp sao lưu"):
        run("backup", tmp_path / "khong-co" / "a.zip")


def test_what_fails_at_the_last_moment_is_taken_back_and_may_be_tried_again(
    archived: Path, elsewhere: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with elsewhere() as other:
        guards = database.triggers(other)
        take_place = restoring.files.take_place

        def fail(staging: Path, media: Path) -> None:
            take_place(staging, media)
            raise OSError("No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(restoring.files, "take_place", fail)
            with pytest.raises(CommandError, match="đã hủy hết: No space left"):
                run("restore", archived)
        # What migrate makes is there; nothing else is.
        filled = {name for name, (rows, _sha256, _last) in held().items() if rows}
        assert filled == {"auth_permission", "django_content_type", "versions_dataversion"}
        assert files_in(Path(settings.MEDIA_ROOT)) == {}
        assert database.triggers(other) == guards
        assert "đều khớp" in run("restore", archived)


# --- As an operator calls it ------------------------------------------------------------------


def test_from_the_command_line_into_a_file_that_was_not_there(
    archived: Path, tmp_path: Path, elsewhere: Any
) -> None:
    """An archive of a tampered database is refused by the chain; the untouched one then goes in.

    Into SQLite, whichever database it came from; then back into an empty one of the first kind.
    """
    rows = held()
    with lifted(connection):
        ProgressReport.objects.filter(state=ReportState.CONFIRMED).update(narrative="khác")
    run("backup", tmp_path / "gia.zip")
    place = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'moi.sqlite3'}",
        "MEDIA_ROOT": str(tmp_path / "tep-moi"),
    }
    refused = manage("restore", str(tmp_path / "gia.zip"), **place)
    assert refused.returncode == 1
    assert "Chuỗi bị đứt ở thay đổi số" in refused.stderr
    assert _filled(tmp_path / "moi.sqlite3") == restoring.MADE_BY_MIGRATE
    done = manage("restore", str(archived), **place)
    assert (done.returncode, done.stderr) == (0, "")
    assert "đều khớp" in done.stdout
    again = manage("backup", str(tmp_path / "b.zip"), **place)
    assert (again.returncode, again.stderr) == (0, "")
    made = manifest.check(tmp_path / "b.zip")
    assert made.database == "sqlite"
    assert {name: (p.rows, p.sha256, p.last_number) for name, p in made.tables.items()} == rows
    with elsewhere():
        run("restore", tmp_path / "b.zip")
        assert held() == rows


def _filled(path: Path) -> set[str]:
    import sqlite3

    own = sqlite3.connect(path)
    filled = {
        model._meta.db_table
        for model in tables.archived()
        if own.execute(f"SELECT 1 FROM {model._meta.db_table} LIMIT 1").fetchone()
    }
    own.close()
    return filled


def test_a_duration_and_an_instant_keep_their_least_parts() -> None:
    told = tables.line([dt.timedelta(days=1, microseconds=3), make.at(make.DAY), b"\x00", None])
    assert json.loads(told) == ["1 day, 0:00:00.000003", "2021-05-04T02:00:00+00:00", "AA==", None]
    with pytest.raises(TypeError):
        tables.line([object()])

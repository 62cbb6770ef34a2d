"""Why a verb was not carried out: what stands in its way, and who was there first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from coopportal.clock import ZONE
from deliverables.models import ProgressReport

if TYPE_CHECKING:
    from deliverables.actions.said import Said


class ConflictError(Exception):
    """The report is no longer where the actor saw it (409); the message says who did what and when.

    ``report`` is the one that stands in the way, as it is stored; ``by`` and ``at`` name who brought it
    there, where that is known and the actor may know it.
    """

    def __init__(
        self, report: ProgressReport, message: str = "", *, nameless: bool = False
    ) -> None:
        self.report = report
        self.by, self.at = ("", None) if message or nameless else _last_hand(report)
        super().__init__(message or self._state_told())

    def _state_told(self) -> str:
        state = self.report.get_state_display()
        if self.at is None:
            return _("Báo cáo đã ở tình trạng “%(state)s”, không làm lại được.") % {"state": state}
        return _("Báo cáo đã ở tình trạng “%(state)s”: %(who)s, lúc %(at)s.") % {
            "state": state,
            "who": self.by,
            "at": _moment(self.at),
        }


class DraftOpenError(ConflictError):
    """The side has a draft of this deliverable and day already; ``report`` is that draft."""

    def __init__(self, draft: ProgressReport) -> None:
        super().__init__(
            draft,
            _(
                "Đã có bản nháp của hạng mục này cho ngày %(day)s: %(who)s lập lúc %(at)s. "
                "Mở bản nháp đó để sửa tiếp."
            )
            % {
                "day": f"{draft.as_of_end:%d/%m/%Y}",
                "who": draft.author,
                "at": _moment(draft.created_at),
            },
        )
        self.by, self.at = str(draft.author), draft.created_at


class StaleReportError(Exception):
    """The report is not what the actor says to have read (412); ``report`` is the one that is meant."""

    def __init__(self, report: ProgressReport, message: str = "") -> None:
        self.report = report
        super().__init__(
            message or _("Báo cáo đã khác bản được đọc. Xem lại bản đang lưu rồi mới quyết định.")
        )


class StaleDraftError(StaleReportError):
    """The draft was saved by somebody else, or in another tab, since the actor read it (412).

    ``report`` is the draft as it is stored now, ``said`` what was not taken over: show both, lose neither.
    """

    def __init__(self, report: ProgressReport, said: Said | None = None) -> None:
        self.said = said
        super().__init__(
            report,
            _(
                "Bản nháp đã được lưu ở nơi khác từ khi mở ra (nay là lần lưu %(version)s). "
                "So hai bản rồi lưu lại."
            )
            % {"version": report.version},
        )


class KeyReusedError(Exception):
    """A key stood for another request already; ``report`` is what that one was about."""

    def __init__(self, report: ProgressReport) -> None:
        self.report = report
        super().__init__(
            _("Khóa này đã dùng cho một yêu cầu khác. Mỗi yêu cầu mới dùng một khóa mới.")
        )


def _moment(instant: dt.datetime) -> str:
    return timezone.localtime(instant, ZONE).strftime("%H:%M %d/%m/%Y")


def _last_hand(report: ProgressReport) -> tuple[str, dt.datetime | None]:
    """Who brought the report to its state, and when: by a verdict, or by a move that has none."""
    last = (
        report.verdicts.select_related("by").order_by("-at").first()
        or report.moves.filter(state=report.state).select_related("by").first()
    )
    return (str(last.by), last.at) if last else ("", None)

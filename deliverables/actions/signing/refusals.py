"""Why a verb on a proposal was not carried out: who was there first, or which draft is open already."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from coopportal.clock import ZONE
from deliverables.choices import ProposalState
from deliverables.models import Proposal


class ProposalConflictError(Exception):
    """The proposal is no longer where the actor saw it (409); the message says who did what and when."""

    def __init__(self, proposal: Proposal, message: str = "") -> None:
        self.proposal = proposal
        super().__init__(message or self._state_told())

    def _state_told(self) -> str:
        row = self.proposal
        by, at = row.decided_by or row.submitted_by, row.decided_at or row.submitted_at
        if row.state == ProposalState.DRAFT or by is None or at is None:
            return _("Đề nghị này còn là bản nháp.")
        return _("Đề nghị đã ở tình trạng “%(state)s”: %(who)s, lúc %(at)s.") % {
            "state": row.get_state_display(),
            "who": by,
            "at": timezone.localtime(at, ZONE).strftime("%H:%M %d/%m/%Y"),
        }


class ProposalOpenError(ProposalConflictError):
    """The side has a draft of this kind already; ``proposal`` is that draft."""

    def __init__(self, draft: Proposal) -> None:
        message = _(
            "Bên mình đã có một bản nháp cùng loại, %(who)s lập lúc %(at)s. "
            "Mở bản nháp đó để sửa tiếp."
        ) % {
            "who": draft.author,
            "at": timezone.localtime(draft.created_at, ZONE).strftime("%H:%M %d/%m/%Y"),
        }
        super().__init__(draft, message)


class StaleProposalError(Exception):
    """The draft was saved by somebody else, or in another tab, since the actor read it (412)."""

    def __init__(self, proposal: Proposal) -> None:
        self.proposal = proposal
        super().__init__(
            _(
                "Bản nháp đã được lưu ở nơi khác từ khi mở ra (nay là lần lưu %(version)s). Những gì "
                "anh, chị vừa gõ còn nguyên dưới đây: so với bản đang lưu rồi bấm lưu lần nữa."
            )
            % {"version": proposal.version}
        )

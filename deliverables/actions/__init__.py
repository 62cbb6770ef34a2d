"""The verbs of a report: who did what, in one transaction with the trace it leaves.

Every door (page, API, admin, Excel, command line) calls these; nothing else moves a report's state.
"""

from deliverables.actions.comments import comment, mark_queue_seen
from deliverables.actions.decisions import confirm, dispute, send_back
from deliverables.actions.drafts import discard_draft, revise, save_draft, start_draft
from deliverables.actions.files import attach_file, attach_upload, detach_file
from deliverables.actions.many import Outcome, confirm_many, send_back_many, submit_many
from deliverables.actions.refusals import (
    ConflictError,
    DraftOpenError,
    KeyReusedError,
    StaleDraftError,
    StaleReportError,
)
from deliverables.actions.requests import once
from deliverables.actions.said import EvidenceSaid, FigureSaid, Said
from deliverables.actions.sending import submit, withdraw
from deliverables.actions.sheet import SheetOutcome, SheetRow, save_sheet
from deliverables.actions.sources import publish, set_aside

__all__ = [
    "ConflictError",
    "DraftOpenError",
    "EvidenceSaid",
    "FigureSaid",
    "KeyReusedError",
    "Outcome",
    "Said",
    "SheetOutcome",
    "SheetRow",
    "StaleDraftError",
    "StaleReportError",
    "attach_file",
    "attach_upload",
    "comment",
    "confirm",
    "confirm_many",
    "detach_file",
    "discard_draft",
    "dispute",
    "mark_queue_seen",
    "once",
    "publish",
    "revise",
    "save_draft",
    "save_sheet",
    "send_back",
    "send_back_many",
    "set_aside",
    "start_draft",
    "submit",
    "submit_many",
    "withdraw",
]

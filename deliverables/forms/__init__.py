"""What people type of a report, as forms: one for everything it says, one for a verdict. No writing here."""

from deliverables.forms.dates import DayForm
from deliverables.forms.said import OtherIndicator, SaidForm
from deliverables.forms.verdict import CommentForm, DisputeForm, ReturnForm

__all__ = ["CommentForm", "DayForm", "DisputeForm", "OtherIndicator", "ReturnForm", "SaidForm"]

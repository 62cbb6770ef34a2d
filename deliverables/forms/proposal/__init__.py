"""The form in which a side words what it proposes; its parts, one a file."""

from deliverables.forms.proposal.form import ProposalForm
from deliverables.forms.proposal.grounds import Grounds, Line
from deliverables.forms.proposal.returning import ProposalReturnForm

__all__ = ["Grounds", "Line", "ProposalForm", "ProposalReturnForm"]

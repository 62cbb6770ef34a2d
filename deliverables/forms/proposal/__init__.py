"""The form in which a side words what it proposes; its parts, one a file."""

from deliverables.forms.proposal.form import ProposalForm
from deliverables.forms.proposal.grounds import Grounds, Line
from deliverables.forms.proposal.paging import WORDS_PARAMETER, Leaf, leaf_of
from deliverables.forms.proposal.returning import ProposalReturnForm

__all__ = [
    "WORDS_PARAMETER",
    "Grounds",
    "Leaf",
    "Line",
    "ProposalForm",
    "ProposalReturnForm",
    "leaf_of",
]

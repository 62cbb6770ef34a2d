"""What a total means (design.md §4, docs/adr/0010): counts, progress and figures of deliverables by group.

``summary_of`` is the one door. ``reading`` holds the three questions that are put to the database, ``rules``
what may be made of the answers without it, ``groups`` by what one may group, ``progress`` how far a
deliverable has come.
"""

from deliverables.summaries.totals.groups import KEYS, Member
from deliverables.summaries.totals.rules import Figure, Total
from deliverables.summaries.totals.summary import Group, Summary, summary_of

__all__ = ["KEYS", "Figure", "Group", "Member", "Summary", "Total", "summary_of"]

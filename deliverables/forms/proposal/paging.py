"""Which deliverables stand on a page of a proposal's form; what is said of the others stays in the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from coopportal.clock import BadParameter
from coopportal.pagination import PAGE_PARAMETER
from coopportal.vietnamese import fold
from deliverables.forms.proposal.grounds import Grounds, Line

#: Words that the deliverables shown have in their titles or systems.
WORDS_PARAMETER = "tim"
#: Boxes of deliverables on one page. Together with the most areas and new deliverables that a form takes
#: they stay below DATA_UPLOAD_MAX_NUMBER_FIELDS, so that no form is too long to be read.
_BOXES = 300


@dataclass(frozen=True)
class Leaf:
    """One page of the deliverables that there are: ``number`` of ``total``, of those that have ``words``."""

    lines: Sequence[Line]
    number: int = 1
    total: int = 1
    words: str = ""

    @property
    def keys(self) -> str:
        """The rows by key, sent along with the form: they are its rows wherever they stand by then."""
        return ",".join(str(line.deliverable.pk) for line in self.lines)

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.total else 0


def leaf_of(grounds: Grounds, query: Mapping[str, str], keys: str = "") -> Leaf:
    """The page that an address asks for, or the rows that were posted with a form.

    Raises :class:`BadParameter` where there is no such page.
    """
    words = query.get(WORDS_PARAMETER, "").strip()
    found = [line for line in grounds.lines if fold(words) in _told(line)]
    pages = list(_pages(found, grounds.new_phase)) or [[]]
    asked = query.get(PAGE_PARAMETER, "").strip() or "1"
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 0
    if not 1 <= number <= len(pages):
        raise BadParameter(
            PAGE_PARAMETER,
            _("Không có trang này. Danh sách có %(pages)d trang.") % {"pages": len(pages)},
            asked[:40],
        )
    lines = pages[number - 1]
    if keys:
        posted = set(keys.split(","))
        lines = [line for line in grounds.lines if str(line.deliverable.pk) in posted]
    return Leaf(lines, number, len(pages), words)


def _told(line: Line) -> str:
    system = line.deliverable.system
    return fold(f"{line.deliverable.title} {system.name if system else ''}")


def _pages(lines: Sequence[Line], new_phase: bool) -> Iterator[list[Line]]:
    page: list[Line] = []
    boxes = 0
    for line in lines:
        # Going on and its area, the due day, one more indicator, two boxes for each it has.
        own = (2 if new_phase else 0) + 1 + 4 + 2 * len(line.figures)
        if page and boxes + own > _BOXES:
            yield page
            page, boxes = [], 0
        page.append(line)
        boxes += own
    if page:
        yield page

"""The reporting periods that both sides agreed on, made when the proposal that names them is accepted."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.choices import PeriodKind
from agreements.models import Phase
from agreements.periods import make_periods
from coopportal.clock import today


def make_agreed_periods(kinds: Iterable[str], phase: Phase, *, by: User | None) -> None:
    """Those of each kind that are not overdue from the start; a kind that leaves none is refused."""
    for kind in map(PeriodKind, kinds):
        made = make_periods(phase, kind, by=by, due_from=today())
        if not made.added + made.kept:
            raise ValidationError(
                [
                    _(
                        "Kỳ báo cáo (%(kind)s): từ hôm nay đến hết thời hạn %(years)s không còn ngày "
                        "chốt nào của loại kỳ này. Bỏ chọn, hoặc chọn loại kỳ ngắn hơn."
                    )
                    % {"kind": kind.label.lower(), "years": phase.years}
                ]
            )

"""Why a proposal goes back, in one's own words."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

_LONGEST = 2000


class ProposalReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Vì sao trả lại, cần sửa điểm nào?"),
        widget=forms.Textarea({"rows": 3}),
        max_length=_LONGEST,
        error_messages={"required": gettext_lazy("Ghi lý do trả lại, cần sửa điểm nào.")},
    )

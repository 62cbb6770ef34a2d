"""The document of a proposal and its term: kind, number, day, place, who signed, years, reporting periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, gettext_lazy

from agreements.choices import Instrument, PeriodKind, Side
from deliverables.actions.signing import DocumentSaid, Proposed, SignerSaid, TermSaid
from deliverables.choices import ProposalKind
from deliverables.forms.dates import TypedDateField
from deliverables.forms.proposal.boxes import DueField, LineField, choice
from deliverables.forms.proposal.grounds import Grounds

SIGNERS = 4


@dataclass(frozen=True)
class SignerRow:
    name: Any
    title: Any
    side: Any

    @property
    def boxes(self) -> tuple[Any, ...]:
        return (self.name, self.title, self.side)


def _year(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1990,
        max_value=2200,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "maxlength": 4}),
        error_messages={
            "invalid": gettext_lazy("Ghi năm bằng bốn chữ số, ví dụ 2026"),
            "min_value": gettext_lazy("Năm phải nằm trong khoảng 1990 đến 2200."),
            "max_value": gettext_lazy("Năm phải nằm trong khoảng 1990 đến 2200."),
        },
    )


def add_head(form: forms.Form, grounds: Grounds) -> None:
    """Add the boxes that the kind of proposal has."""
    fields = form.fields
    if grounds.signs:
        if grounds.new_phase:
            kinds = [one for one in Instrument.choices if one[0] != Instrument.UNKNOWN]
            fields["loai-vb"] = choice(gettext_lazy("Loại văn bản"), kinds)
        fields["so"] = LineField(80, label=gettext_lazy("Số, ký hiệu"))
        fields["ten"] = LineField(300, label=gettext_lazy("Tên văn bản"), rows=2)
        fields["ky"] = TypedDateField(label=gettext_lazy("Ngày ký"), required=False, ended=True)
        fields["noi"] = LineField(200, label=gettext_lazy("Nơi ký"))
        for place in range(SIGNERS):
            fields[f"nk{place}-ten"] = LineField(120, label=gettext_lazy("Họ và tên"))
            fields[f"nk{place}-cd"] = LineField(200, label=gettext_lazy("Chức danh"))
            fields[f"nk{place}-phia"] = choice(gettext_lazy("Phía"), Side.choices)
        if grounds.new_phase:
            fields["tu"] = _year(gettext_lazy("Năm đầu"))
        fields["den"] = _year(gettext_lazy("Năm cuối"))
        fields["kth"] = forms.BooleanField(label=gettext_lazy("Không thời hạn"), required=False)
        if grounds.new_phase and grounds.parents:
            fields["thuoc"] = choice(
                gettext_lazy("Trong khuôn khổ thỏa thuận"),
                grounds.parents,
                gettext_lazy("không, thỏa thuận đứng riêng"),
            )
    if not grounds.new_phase:
        fields["hl"] = DueField(label=gettext_lazy("Có hiệu lực từ ngày"))
    there = () if grounds.new_phase else grounds.period_kinds
    if kinds := [(kind.value, kind.label) for kind in PeriodKind if kind not in there]:
        fields["kbc"] = forms.MultipleChoiceField(
            label=gettext_lazy("Kỳ báo cáo"),
            choices=kinds,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


def head_of(said: Proposed) -> dict[str, Any]:
    """What a stored proposal says, as the boxes hold it."""
    document, term = said.document, said.term
    held: dict[str, Any] = {
        "loai-vb": document.instrument,
        "so": document.number,
        "ten": document.title,
        "ky": document.signed_on,
        "noi": document.place,
        "tu": term.start_year,
        "den": term.end_year,
        "kth": term.open_ended,
        "thuoc": term.parent,
        "hl": said.effective_on,
        "kbc": list(said.periods),
    }
    for place, signer in enumerate(document.signers):
        held |= {
            f"nk{place}-ten": signer.name,
            f"nk{place}-cd": signer.title,
            f"nk{place}-phia": signer.side,
        }
    return held


def check_head(form: forms.Form, data: dict[str, Any]) -> None:
    """A title or a side without a name; years against "không thời hạn"."""
    for place in range(SIGNERS):
        rest = data.get(f"nk{place}-cd") or data.get(f"nk{place}-phia")
        if rest and not data.get(f"nk{place}-ten"):
            form.add_error(f"nk{place}-ten", _("Ghi họ và tên người ký"))
        elif data.get(f"nk{place}-ten") and not data.get(f"nk{place}-phia"):
            form.add_error(f"nk{place}-phia", _("Chọn người này ký cho phía nào"))
    if data.get("kth") and data.get("den"):
        form.add_error(
            "den", ValidationError(_("Chọn “không thời hạn” thì để trống năm cuối."), code="both")
        )


def document_said(data: dict[str, Any]) -> DocumentSaid:
    return DocumentSaid(
        instrument=data.get("loai-vb", ""),
        number=data.get("so", ""),
        title=data.get("ten", ""),
        signed_on=data.get("ky"),
        place=data.get("noi", ""),
        signers=tuple(
            SignerSaid(data[f"nk{place}-ten"], data[f"nk{place}-cd"], data[f"nk{place}-phia"])
            for place in range(SIGNERS)
            if data.get(f"nk{place}-ten")
        ),
    )


def term_said(data: dict[str, Any], kind: ProposalKind) -> TermSaid:
    if kind == ProposalKind.ADDITIONS:
        return TermSaid()
    return TermSaid(data.get("tu"), data.get("den"), data.get("kth", False), data.get("thuoc", ""))

"""The boxes of a document that proves a figure: number, day, page, words. Files come elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from agreements.models.source import DOCUMENT_WORDS
from coopportal.vietnamese import nfc
from deliverables.actions.said import EvidenceSaid
from deliverables.forms.dates import TypedDateField

#: Names of the boxes, each followed by the document's place: number, day of issue, page, words.
DOCUMENT_BOXES = ("mc", "mn", "mt", "mq")
#: Letters: of a number, else it is a name; of a name; of a page; of a quotation (agreements.models.source).
_NUMBER, _NAME, _PLACE, _QUOTE = 80, 300, 80, 240


@dataclass(frozen=True)
class EvidenceRow:
    """The boxes of one document: its number, its day, the page, the words."""

    number: Any
    issued_on: Any
    locator: Any
    quote: Any

    @property
    def bad(self) -> bool:
        return any(box.errors for box in (self.number, self.issued_on, self.locator, self.quote))

    @property
    def detailed(self) -> bool:
        """Whether more than the number is there to see, so that it stands open."""
        return self.bad or any(box.value() for box in (self.issued_on, self.locator, self.quote))


def add_document(form: forms.Form, place: int, cited: Any, named: str = "") -> None:
    """Add the boxes of one document; ``cited`` is what a draft rests on already.

    ``named`` is what the first box is called where no label stands beside it.
    """
    form.fields[f"mc{place}"] = forms.CharField(
        label=gettext_lazy("Số văn bản, tên nguồn"),
        max_length=_NAME,
        required=False,
        widget=forms.TextInput(
            {
                "placeholder": gettext_lazy("số văn bản"),
                "autocomplete": "off",
                "data-col": "mc",
                **({"aria-label": named} if named else {}),
            }
        ),
        initial=cited and name_of(cited.source),
    )
    form.fields[f"mn{place}"] = TypedDateField(
        label=gettext_lazy("Ngày văn bản"), required=False, initial=cited and cited.source.issued_on
    )
    form.fields[f"mt{place}"] = forms.CharField(
        label=gettext_lazy("Trang, mục"),
        max_length=_PLACE,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
        initial=cited and cited.locator,
    )
    form.fields[f"mq{place}"] = forms.CharField(
        label=gettext_lazy("Trích nguyên văn"),
        max_length=_QUOTE,
        required=False,
        widget=forms.Textarea({"rows": 2, "placeholder": gettext_lazy("Chép đúng câu có con số")}),
        initial=cited and cited.quote,
    )


def check_document(form: forms.Form, place: int, data: Mapping[str, Any]) -> None:
    """A day, a page or words of a document want its number; a quotation is a sentence at most."""
    rest = [data.get(f"{box}{place}") for box in DOCUMENT_BOXES[1:]]
    if any(rest) and not data.get(f"mc{place}") and f"mc{place}" not in form.errors:
        form.add_error(f"mc{place}", _("Ghi số văn bản làm minh chứng"))
    words = len((data.get(f"mq{place}") or "").split())
    if words > DOCUMENT_WORDS:
        form.add_error(
            f"mq{place}",
            _("Trích %(words)d từ; chỉ chép câu có con số, tối đa %(most)d từ.")
            % {"words": words, "most": DOCUMENT_WORDS},
        )


def documents_said(form: forms.Form, places: int, cited: Sequence[Any]) -> Iterator[EvidenceSaid]:
    """What the boxes say, and after it the documents that the form had no room for."""
    for place in range(places):
        name = nfc(form.cleaned_data[f"mc{place}"])
        if not name:
            continue
        before: Any = cited[place].source if place < len(cited) else None
        same = before is not None and name == name_of(before)
        number, title = (name, "") if len(name) <= _NUMBER else ("", name)
        yield EvidenceSaid(
            number=before.number if same else number,
            title=before.title if same else title,
            issued_on=form.cleaned_data[f"mn{place}"],
            locator=nfc(form.cleaned_data[f"mt{place}"]),
            quote=nfc(form.cleaned_data[f"mq{place}"]),
            url=before.url if same else "",
        )
    for row in cited[places:]:
        yield EvidenceSaid(
            number=row.source.number,
            title=row.source.title,
            issued_on=row.source.issued_on,
            locator=row.locator,
            quote=row.quote,
            url=row.source.url,
        )


def name_of(source: Any) -> str:
    """What a document is called in the one box that there is for it."""
    return str(source.number or source.title)

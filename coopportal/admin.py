"""What all pages of the admin share: search without marks, boxes as one types, history, refusals.

Not here: which rows there are and who may change them (each app's admin).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from coopportal.figures import CountFormField, FigureFormField
from coopportal.partial_dates import UNKNOWN_DAY, PartialDate, PartialDateField
from coopportal.vietnamese import fold

admin.site.site_header = _("Cổng hợp tác số – Quản trị")
admin.site.site_title = _("Cổng hợp tác số – Quản trị")
admin.site.index_title = _("Dữ liệu của Cổng")
admin.site.empty_value_display = "–"

#: Words beyond these narrow nothing and cost a comparison each.
MOST_WORDS = 12


def column(
    path: str, label: Any, *, ordering: str = "", empty: Any = "–"
) -> Callable[[models.Model], Any]:
    """A column of a change list: what ``path`` leads to, under a heading, sorted as Vietnamese sorts.

    Sorting by the text itself would put Đ last; ``ordering`` names the sort key instead.
    """

    @admin.display(description=label, ordering=ordering or path, empty_value=empty)
    def told(row: models.Model) -> Any:
        value: Any = row
        for step in path.split("__") if path != "__str__" else [path]:
            value = getattr(value, step, None)
            if value is None:
                return None
        value = value() if callable(value) else value
        return str(value) if isinstance(value, PartialDate) else value

    told.__name__ = path  # names the column's class in the page
    return told


def date_column(path: str, label: Any) -> Callable[[models.Model], Any]:
    """A column for a partial date: one that is not known is said, not left blank."""
    return column(path, label, empty=UNKNOWN_DAY)


def keyed_by(source: str, key: str = "slug") -> type[forms.ModelForm]:
    """A form whose key may be left empty: it is then made of another field, without marks."""

    class KeyedForm(forms.ModelForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            if key in self.fields:
                self.fields[key].required = False
                self.fields[key].help_text = _(
                    "Dùng trong địa chỉ trang, không đổi được về sau. Để trống thì lấy từ tên."
                )

        def clean(self) -> dict[str, Any] | None:
            cleaned = super().clean() or self.cleaned_data
            if key in self.fields and key not in self.errors and not cleaned.get(key):
                longest = self.fields[key].max_length  # type: ignore[attr-defined]
                cleaned[key] = "-".join(fold(str(cleaned.get(source) or "")).split())[:longest]
                if not cleaned[key]:
                    self.add_error(key, self.fields[key].error_messages["required"])
            return cleaned

    return KeyedForm


class TypedFields:
    """Boxes for what people type here, and choices that cost no query each; for pages and inlines."""

    formfield_overrides: Mapping[type[models.Field], Mapping[str, Any]] = {
        models.DecimalField: {"form_class": FigureFormField},
        models.PositiveIntegerField: {"form_class": CountFormField},
        models.URLField: {"assume_scheme": "https"},
    }

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if isinstance(db_field, PartialDateField):
            kwargs.setdefault(
                "help_text", _("dd/mm/yyyy, mm/yyyy hoặc yyyy; chưa rõ thì để trống.")
            )
        elif isinstance(db_field, models.SlugField):
            kwargs.setdefault(
                "error_messages",
                {"invalid": _("Mã chỉ gồm chữ không dấu, chữ số, gạch nối và gạch dưới.")},
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            # Whoever picks a row here does not mean to delete it everywhere.
            field.widget.can_delete_related = False
        return field

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        queryset = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        model = db_field.remote_field.model
        joined = getattr(admin.site._registry.get(model), "list_select_related", ())
        if not isinstance(joined, Sequence):
            return queryset
        if queryset is None:
            queryset = model._default_manager.using(db)
        return queryset.select_related(*joined)


class PortalAdmin(TypedFields, admin.ModelAdmin):
    """A model's pages. ``search_fields`` may name folded columns of other rows, through relations.

    ``fixed`` are columns written once: addresses and keys that others hold on to.
    """

    fixed: tuple[str, ...] = ()
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    search_help_text = _("Gõ có dấu hay không dấu đều được.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset = super().get_queryset(request)
        if isinstance(self.list_select_related, bool):
            return queryset
        return queryset.select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that hold the words side by side, else rows that hold each of them somewhere.

        The same rule as the portal's search: "dien bien" means Điện Biên and no "biên lai điện tử".
        """
        words = fold(search_term).split()[:MOST_WORDS]
        if not words:
            return (queryset.none() if search_term.strip() else queryset), False
        paths = self.get_search_fields(request)
        together = self._holding([" ".join(words)], paths)
        if len(words) > 1 and not together.exists():
            together = self._holding(words, paths)
        return queryset.filter(pk__in=together.values("pk")), False

    def _holding(self, pieces: list[str], paths: Iterable[str]) -> QuerySet[Any]:
        """Rows where every piece stands in one of the columns; each folded one compares as it is."""
        holding = Q()
        for piece in pieces:
            either = Q()
            for path in paths:
                lookup = "contains" if path.endswith("search_text") else "icontains"
                either |= Q(**{f"{path}__{lookup}": piece})
            holding &= either
        return self.model._default_manager.filter(holding).order_by()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), *(self.fixed if obj else ()))

    # A row that somebody else has just used, changed or sealed: the database has the last word.

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            return self._refused(request)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delete_view(request, *args, **kwargs)
        except IntegrityError:
            return self._refused(request)

    def _refused(self, request: HttpRequest) -> HttpResponse:
        told = _(
            "Chưa lưu gì: dữ liệu vừa có người khác thay đổi hoặc đã được dùng ở nơi khác. "
            "Xem lại nội dung mới nhất bên dưới rồi thử lại."
        )
        self.message_user(request, told, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class RecordedAdmin(PortalAdmin, SimpleHistoryAdmin):
    """A model with history: one page tells who changed what, from what, to what, and when.

    There is no going back to a version by button: a correction is made like every other change.
    """

    object_history_template = "admin/history.html"
    object_history_list_template = "admin/history_rows.html"

    def get_urls(self) -> Any:
        return super(SimpleHistoryAdmin, self).get_urls()

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        actions = (
            LogEntry.objects.filter(
                object_id=object_id, content_type=ContentType.objects.get_for_model(self.model)
            )
            .select_related("user")
            .order_by("-action_time")
        )
        context = {"actions": actions, **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            _keep_origin(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row_form in formset.initial_forms:
            if row_form.has_changed():
                _keep_origin(row_form.instance)
        super().save_formset(request, form, formset, change)


def _keep_origin(row: models.Model) -> None:
    """Record what a row said before its first change here: `loaddata` leaves no history."""
    model: Any = row._meta.concrete_model
    history = getattr(model, getattr(model._meta, "simple_history_manager_attribute", ""), None)
    if history is None or history.filter(**{model._meta.pk.attname: row.pk}).exists():
        return
    before = model._base_manager.get(pk=row.pk)
    before._history_user = None
    history.bulk_history_create(
        [before], default_change_reason=gettext("Trước lần sửa đầu tiên tại đây")
    )


class Sealed:
    """Read here, never written: what only the verbs of a report may make. For pages and inlines."""

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AppendOnly(Sealed):
    """Rows may be added; what stands there stays."""

    def has_add_permission(self, request: HttpRequest, *parent: Any) -> bool:
        # Django's own answer, past the one of ``Sealed``.
        return bool(super(Sealed, self).has_add_permission(request, *parent))  # type: ignore[misc]


class Inline(TypedFields, admin.TabularInline):
    """Rows of another model on a page of the one they belong to; empty ones are asked for by button."""

    extra = 0
    list_select_related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

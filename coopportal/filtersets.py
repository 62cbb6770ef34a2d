"""How lists are asked: filters by stable key, day, word and choice, and one way to order. No nouns here.

A page and the API give the same FilterSet the same parameters; only the names of the two days and of
the page number differ, and those are read before it (``Moment``, ``coopportal.lists``, ``coopportal.rest``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, ClassVar

import django_filters
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import Exists, F, Model, Q, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from coopportal.clock import BadParameter, Moment, parse_day
from coopportal.vietnamese import fold, spellings

#: The value that asks for rows where a key is missing: deliverables without a phase, without a report.
NONE = "none"
ORDERING_PARAMETER = "ordering"
#: Words beyond these narrow nothing and cost a comparison each.
MOST_WORDS = 12


def holding_phrase(text: str, columns: Sequence[str]) -> Q:
    """Rows where a text stands as typed in one of the folded columns, marks and i or y forgiven."""
    condition = Q()
    for spelling in spellings(text):
        condition |= any_of(columns, "__contains", spelling)
    return condition


def holding_words(text: str, columns: Sequence[str]) -> Q:
    """Rows where each word of a text stands in one of the folded columns, likewise forgiven."""
    condition = Q()
    for word in fold(text).split()[:MOST_WORDS]:
        condition &= holding_phrase(word, columns)
    return condition


def any_of(paths: Sequence[str], lookup: str, value: Any) -> Q:
    """Rows that reach ``value`` by one of several paths; ``lookup`` is appended to each."""
    condition = Q()
    for path in paths:
        condition |= Q(**{f"{path}{lookup}": value})
    return condition


class AskedFilter(django_filters.Filter):
    """A filter that can refuse its value with words, and describe itself to the API's schema.

    ``FilterSet.explain`` calls :meth:`refuse_unknown` when a list turns out empty: a key that exists
    nowhere is a mistake to be named, one that merely matches nothing is an honest empty list. So no
    list with rows pays for the check.
    """

    field_class = forms.CharField
    #: JSON Schema of the value, for the API's description.
    schema: ClassVar[Mapping[str, Any]] = {"type": "string"}

    def __init__(self, *, about: Any = "", example: str = "", **kwargs: Any) -> None:
        kwargs.setdefault("label", about)
        super().__init__(**kwargs)
        self.about = about
        self.example = example

    @property
    def name(self) -> str:
        return next(name for name, own in self.parent.filters.items() if own is self)

    @property
    def moment(self) -> Moment:
        return self.parent.moment

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs if value in EMPTY_VALUES else self.narrow(qs, value)

    def narrow(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        raise NotImplementedError

    def told(self, text: str) -> str:
        """A value as a reader is told it."""
        return text

    def shape_of(self, text: str) -> str | None:
        """What of a value decides the form of the statement: empty where it is only compared.

        None where that cannot be said; such a list is put together anew for every call.
        """
        return None

    def refuse_unknown(self, value: Any) -> None:
        """Raise :class:`BadParameter` if the value names nothing that exists."""


class KeyFilter(AskedFilter):
    """Rows that hang on one row of another noun, named by its stable key.

    ``paths`` lead to that noun (one suffices to match); ``optional`` admits ``none``. ``many`` says that a
    path may reach the same key twice from one row.
    """

    def __init__(
        self,
        model: str,
        *paths: str,
        key: str = "slug",
        optional: bool = False,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.many = many
        self.target = model
        self.paths = paths
        self.key = key
        self.optional = optional

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.optional and value == NONE:
            missing = Q()
            for path in self.paths:
                missing &= Q(**{f"{path}__isnull": True})
            return rows.filter(missing)
        condition = any_of(self.paths, f"__{self.key}", value)
        if self.many:
            condition = Q(pk__in=rows.model._base_manager.filter(condition).values("pk"))
        return rows.filter(condition)

    def shape_of(self, text: str) -> str | None:
        return NONE if self.optional and text == NONE else ""

    def refuse_unknown(self, value: str) -> None:
        if self.optional and value == NONE:
            return
        model: type[Model] = apps.get_model(self.target)
        keys = model._default_manager.values_list(self.key, flat=True)
        if keys.filter(**{self.key: value}).exists():
            return
        refuse_key(self.name, value, model._meta.verbose_name, list(keys[:2000]))


def refuse_key(parameter: str, value: str, noun: Any, known: Sequence[str]) -> None:
    """Refuse a key that does not exist, with the few existing ones that look most like it."""
    near = [key for key in known if value and value.casefold() in key][:3]
    near = near or get_close_matches(value, known, n=3, cutoff=0.6)
    message = gettext("Không có %(noun)s nào mang mã “%(key)s”.") % {
        "noun": noun,
        "key": value[:40],
    }
    if near:
        message += " " + gettext("Mã gần giống: %(keys)s.") % {"keys": ", ".join(near)}
    raise BadParameter(parameter, message, value[:40])


class WordChoice(forms.ChoiceField):
    """A choice by its key; refuses others by naming those there are."""

    keys: Sequence[str] = ()

    def validate(self, value: str) -> None:
        if value and not self.valid_value(value):
            raise ValidationError(
                gettext("Không có giá trị “%(value)s”. Chọn một trong: %(choices)s.")
                % {
                    "value": value[:40],
                    "choices": ", ".join(self.keys),
                }
            )


class WordFilter(AskedFilter):
    """Rows with one key of a fixed vocabulary; ``optional`` admits ``none`` for an empty column."""

    field_class = WordChoice  # type: ignore[assignment]

    def __init__(
        self, vocabulary: Any, path: str = "", *, optional: bool = False, **kwargs: Any
    ) -> None:
        self.vocabulary = vocabulary
        self.optional = optional
        self.choices = list(vocabulary.choices)
        if optional:
            self.choices.append((NONE, _("không có")))
        choices = [("", _("tất cả")), *self.choices]
        super().__init__(choices=choices, field_name=path or None, **kwargs)

    @property
    def field(self) -> Any:
        field = super().field
        field.keys = [key for key, _label in self.choices]
        return field

    @property
    def schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return {
            "type": "string",
            "enum": [key for key, _label in self.choices],
            "x-enum-descriptions": [str(label) for _key, label in self.choices],
        }

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if self.optional and value == NONE:
            return rows.filter(
                Q(**{f"{self.field_name}__isnull": True}) | Q(**{self.field_name: ""})
            )
        return rows.filter(**{self.field_name: value})

    def told(self, text: str) -> str:
        return str(dict(self.choices).get(text, text))

    def shape_of(self, text: str) -> str | None:
        return text


class DayFilter(AskedFilter):
    """One whole day, ISO or dd/mm/yyyy; what it narrows is the subclass's or the method's to say."""

    schema: ClassVar[Mapping[str, Any]] = {"type": "string", "format": "date"}

    def __init__(self, *, question: str, path: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question
        self.path = path

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        day = parse_day(self.name, value)
        narrowed: QuerySet[Any] = getattr(self.parent, self.question)(rows, day, self.path)
        return narrowed


class WordsFilter(AskedFilter):
    """Folded words: "dien bien" finds Điện Biên.

    Rows that hold the words side by side in one of the folded columns; where no row does, those that
    hold each of them. ``columns`` may lead through many rows (aliases): no row comes twice.
    """

    def __init__(self, *columns: str, **kwargs: Any) -> None:
        kwargs.setdefault("about", _("Từ cần tìm, có dấu hay không dấu"))
        kwargs.setdefault("example", "dien bien")
        super().__init__(**kwargs)
        self.columns = columns

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not fold(value):
            raise BadParameter(self.name, gettext("Gõ ít nhất một chữ hoặc một số."), value[:40])
        every = rows.model._base_manager
        phrase = every.filter(holding_phrase(value, self.columns))
        scattered = every.filter(~Exists(phrase), holding_words(value, self.columns))
        return rows.filter(Q(pk__in=phrase.values("pk")) | Q(pk__in=scattered.values("pk")))


class ListFilterSet(django_filters.FilterSet):
    """Base of every list: rows at a moment, narrowed by what was asked, in the order that was asked.

    ``rows_at`` gives the rows that exist at a moment for a user. ``orderings`` maps the words that
    ``ordering`` takes to columns, a column being a path or ``-path``; empty values come last either way.
    ``unique`` closes every order, so that pages neither repeat nor lose a row.
    """

    orderings: ClassVar[Mapping[str, Sequence[str]]] = {}
    default_ordering: ClassVar[str] = ""
    #: Columns in ``orderings`` that may be NULL: databases disagree on where those come.
    nullable: ClassVar[frozenset[str]] = frozenset()
    unique: ClassVar[str] = "slug"
    #: Whether there may be so many rows that a page keeps their number; nothing that they depend on may be
    #: unknown to the data's version (docs/adr/0014).
    dear_to_count: ClassVar[bool] = False

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        moment: Moment,
        user: Any = None,
        for_form: bool = False,
        rows: QuerySet[Any] | None = None,
    ) -> None:
        self.moment = moment
        self.user = user
        if not for_form:
            # A filter that was not asked needs no form field; building all of them costs a millisecond.
            self.base_filters = {
                name: own for name, own in type(self).asked().items() if data.get(name)
            }
        super().__init__(data, self.rows_at(moment, user) if rows is None else rows)

    @classmethod
    def asked(cls) -> Mapping[str, AskedFilter]:
        """Every filter of the list, by name."""
        filters: Mapping[str, AskedFilter] = cls.base_filters  # type: ignore[misc]
        return filters

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        raise NotImplementedError

    @classmethod
    def parameters(cls) -> list[str]:
        """Everything that the query string may hold for this list, beside days and page."""
        return [*cls.asked(), *([ORDERING_PARAMETER] if cls.orderings else [])]

    @classmethod
    def shape_of(cls, data: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, dict[str, str]]:
        """What of a question decides the form of its statement; and the values that are only compared.

        None where that cannot be said of one of the filters asked.
        """
        shape, compared = [data.get(ORDERING_PARAMETER, "")], {}
        for name, own in cls.asked().items():
            text = data.get(name, "")
            if not text.strip():
                continue
            own_shape = own.shape_of(text.strip())
            if own_shape is None:
                return None, {}
            if not own_shape:
                compared[name] = text.strip()
            shape += [name, text if own_shape == text.strip() else own_shape]
        return tuple(shape), compared

    def refuse(self) -> None:
        """Raise :class:`BadParameter` for the first value that cannot be meant."""
        for name, messages in self.form.errors.items():
            raise BadParameter(name, messages[0], str(self.data.get(name, ""))[:40])

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        self.refuse()
        ordering = self.data.get(ORDERING_PARAMETER, "") or self.default_ordering
        return super().filter_queryset(queryset).order_by(*self.columns(ordering))

    def count(self) -> int:
        """How many rows the list has."""
        return int(self.qs.count())

    def columns(self, ordering: str) -> list[Any]:
        """The columns behind ``partner`` or ``-signed_on,partner``."""
        columns: list[Any] = []
        for word in filter(None, ordering.split(",")):
            bare = word.removeprefix("-")
            if bare not in self.orderings:
                raise BadParameter(
                    ORDERING_PARAMETER,
                    gettext("Không sắp xếp theo “%(word)s” được. Chọn: %(words)s.")
                    % {"word": word[:40], "words": ", ".join(self.orderings)},
                    word[:40],
                )
            for path in self.orderings[bare]:
                down = path.startswith("-") != word.startswith("-")
                columns.append(self._column(path.removeprefix("-"), down=down))
        return [*columns, self.unique]

    def _column(self, path: str, *, down: bool) -> Any:
        if path not in self.nullable:
            return f"-{path}" if down else path
        return F(path).desc(nulls_last=True) if down else F(path).asc(nulls_last=True)

    def explain(self) -> None:
        """Called for an empty list: raise :class:`BadParameter` if a key that was asked does not exist."""
        for name, own in self.filters.items():
            value = self.form.cleaned_data.get(name)
            if value not in EMPTY_VALUES and isinstance(own, AskedFilter):
                own.refuse_unknown(value)

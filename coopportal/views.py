"""The pages that belong to no single app: overview and search; error pages are in refusals.py."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from coopportal.clock import BadParameter, Moment
from coopportal.overview import overview_at
from coopportal.pagination import PAGE_PARAMETER, SYSTEMS_PAGE_PARAMETER, page_of
from coopportal.query import page_moment
from coopportal.search import (
    GROUP_PARAMETER,
    Answer,
    Group,
    is_question,
    rows_of_group,
    search as search_all,
    suggest,
)
from coopportal.signed import MAP_PARAMETER, map_choice

#: Words that find something in the data the portal starts with; offered where nothing was typed.
EXAMPLES = ("Nghệ An", "vnEdu", "VNPT-iOffice", "an toàn thông tin", "hội nghị truyền hình")


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The whole cooperation on one page, at the moment asked."""
    moment = page_moment(request, MAP_PARAMETER, PAGE_PARAMETER, SYSTEMS_PAGE_PARAMETER)
    page = overview_at(moment, map_choice(request), request.GET)
    return render(request, "overview.html", {"page": page})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``: names of any kind, typed with or without tone marks."""
    moment = page_moment(request, "q", GROUP_PARAMETER, PAGE_PARAMETER)
    asked = request.GET.get("q", "").strip()
    context: dict[str, Any] = {
        "asked": asked,
        "searched": is_question(asked),
        "examples": EXAMPLES,
    }
    if (group := request.GET.get(GROUP_PARAMETER, "").strip()) and context["searched"]:
        context |= _one_group(request, group, asked, moment)
    else:
        _refuse_page_without_group(request)
        context["answer"] = search_all(asked, moment)
    return render(request, "search.html", context)


def _one_group(request: HttpRequest, key: str, asked: str, moment: Moment) -> dict[str, Any]:
    """All results of one kind, page by page."""
    label, rows = rows_of_group(key, asked, moment)
    page = page_of(request, rows, per_page=50)
    group = Group(key, label, list(page), page.paginator.count)
    return {"answer": Answer([group] if group.total else []), "alone": group, "page": page}


def _refuse_page_without_group(request: HttpRequest) -> None:
    if request.GET.get(PAGE_PARAMETER, "1").strip() not in {"", "1"}:
        raise BadParameter(
            PAGE_PARAMETER,
            _("Chỉ có trang khi xem một loại kết quả. Bỏ tham số này, hoặc thêm nhom."),
            request.GET[PAGE_PARAMETER][:40],
        )


@require_safe
@cache_control(private=True, max_age=120)
def suggestions(request: HttpRequest) -> JsonResponse:
    """``?q=``: what the search box offers while one types, as JSON; a bad parameter is named in it."""
    try:
        moment = page_moment(request, "q")
    except BadParameter as error:
        return JsonResponse({"parameter": error.parameter, "message": error.message}, status=400)
    found = suggest(request.GET.get("q", ""), moment)
    rows = [
        {"kind": one.kind, "label": one.label, "hint": one.hint, "url": one.url} for one in found
    ]
    return JsonResponse({"suggestions": rows})

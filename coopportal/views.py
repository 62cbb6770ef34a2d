"""The pages that belong to no single app: overview and search; error pages are in refusals.py."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coopportal.overview import MAP_PARAMETER, map_choice, overview_at
from coopportal.query import page_moment
from coopportal.search import is_question, search as search_all

#: Words that find something in the data the portal starts with; offered where nothing was typed.
EXAMPLES = ("Nghệ An", "vnEdu", "VNPT-iOffice", "an toàn thông tin", "hội nghị truyền hình")


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The whole cooperation on one page, at the moment asked."""
    moment = page_moment(request, MAP_PARAMETER)
    return render(request, "overview.html", {"page": overview_at(moment, map_choice(request))})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``: names of any kind, typed with or without tone marks."""
    moment = page_moment(request, "q")
    asked = request.GET.get("q", "").strip()
    context = {
        "asked": asked,
        "searched": is_question(asked),
        "answer": search_all(asked, moment),
        "examples": EXAMPLES,
    }
    return render(request, "search.html", context)

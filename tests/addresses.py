"""One address of each kind of page, found from the urlconf so that a new page cannot be forgotten."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

#: What fills the slug of a page of one row; rows of the real data.
SLUGS = {
    "agreement": "nghe-an",
    "phase": "nghe-an-2014-2020",
    "phase-reckoning": "nghe-an-2014-2020",
    "system": "ioffice",
    "deliverable": "quang-ngai-vnedu",
    "source": "bao-nghe-an-2020",
    "reports-compared": "quang-ngai-vnedu",
}

#: Of those who represent a side: nobody else reads them (tests/deliverables/test_reporting.py and so on).
REPORTING = {
    *("work", "read-figure", "review", "review-seen", "report", "report-new", "report-edit"),
    *("report-confirm", "report-return", "report-dispute", "report-revise", "report-comment"),
    *("report-discard", "report-withdraw", "periods", "periods-go-on", "period"),
    *("report-file", "report-file-attach", "report-file-detach", "source-file"),
    *("proposals", "proposal-new", "amendment-new", "additions-new", "proposal", "proposal-edit"),
    *("proposal-send", "proposal-accept", "proposal-return", "proposal-withdraw"),
    *("proposal-again", "proposal-discard", "proposal-file", "proposal-attach", "proposal-detach"),
}

#: Lists of administrators alone (tests/agreements/test_assignment.py).
ADMINISTRATION = {"assignment", "vacancies", "sleepers"}

#: Not pages that one reads: answers to machines and what changes something.
NO_READING = {"healthz", "readyz", "login", "logout", "suggestions", *REPORTING, *ADMINISTRATION}


#: Not pages at all.
FILES = {"favicon"}


def _is_about_accounts(entry: URLPattern) -> bool:
    """Signing in, passwords, one's own account: pages that one fills in, tested in tests/accounts/."""
    view = getattr(entry.callback, "view_class", entry.callback)
    return str(view.__module__).startswith(("accounts.", "allauth.", "coopportal.my_account"))


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if _is_about_accounts(entry):
                continue
            yield (entry.name or "", route)
        elif not entry.namespace and not route.startswith("api/"):
            yield from _patterns(entry, route)


def reading_pages() -> dict[str, str]:
    """Name of an address → one path of it; a page of one row without an entry above fails here."""
    return {
        name: "/" + route.replace("<slug:slug>", SLUGS.get(name, f"no slug for {name}"))
        for name, route in _patterns(get_resolver())
        if name and name not in NO_READING | FILES
    }

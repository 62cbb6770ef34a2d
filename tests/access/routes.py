"""Every address of the urlconf as a route, and one path of it for an own, another's and a missing object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver

#: What a route's key is called in the urlconf: ``<slug:slug>``, ``(?P<key>[^/]+)``.
_KEY = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Route:
    """An address as docs/permissions.md writes it: ``/hang-muc/<slug>/``."""

    text: str

    @property
    def keys(self) -> list[str]:
        return re.findall(r"<(\w+)>", self.text)

    @property
    def is_admin(self) -> bool:
        return self.text.startswith("/quan-tri/")

    @property
    def model(self) -> type[Model] | None:
        """The model whose pages in the admin these are."""
        found = re.match(r"/quan-tri/(\w+)/(\w+)/", self.text)
        return apps.get_model(*found.groups()) if found else None

    def path(self, **keys: Any) -> str:
        """The address with its keys filled in."""
        return re.sub(r"<(\w+)>", lambda found: str(keys[found[1]]), self.text)


def _walk(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)


def told(pattern: str) -> str:
    """A pattern of the urlconf as an address: keys by their names, no signs of regular expressions."""
    text = _KEY.sub(lambda found: f"<{found[1] or found[2]}>", pattern)
    return "/" + text.replace("^", "").replace("$", "").replace(".*", "<anything>")


def routes() -> list[Route]:
    """Each address once, in the order of the urlconf: the first that matches is the one that answers."""
    return [Route(text) for text in dict.fromkeys(map(told, _walk(get_resolver(), "")))]

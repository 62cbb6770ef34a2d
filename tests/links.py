"""What a page of HTML links to, fetches and offers as places to link to."""

from html.parser import HTMLParser
from typing import Self


class Links(HTMLParser):
    """The addresses of a page, and the places in it that an address can name."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.places: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("id"):
            self.places.add(str(values["id"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag in {"link", "script", "img"}:
            self.files.append(str(values.get("href") or values.get("src") or ""))
        if tag == "use":
            self.links.append(str(values.get("href")))

    @classmethod
    def of(cls, text: str) -> Self:
        page = cls()
        page.feed(text)
        return page

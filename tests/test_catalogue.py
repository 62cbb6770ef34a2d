"""What Django says to people is Vietnamese: its own catalogue, and ours where that has nothing."""

import ast
import gettext
import re
from pathlib import Path

import django
import pytest

_DJANGO = Path(django.__file__).parent
_OURS = Path(__file__).resolve().parent.parent / "locale/vi/LC_MESSAGES/django.mo"
# Names of languages and of column types, the page of a site without pages, texts of our own CSRF page
# and of a developer's errors: nobody meets them here.
_UNMET = re.compile(
    r"^(?:Algerian Arabic|Armenian|Central Kurdish \(Sorani\)|Colombian Spanish|Igbo|Kabyle|Kyrgyz"
    r"|(?:Lower|Upper) Sorbian|Malay|Norwegian Bokmål|Scottish Gaelic|Tajik|Turkmen|Uyghur|Uzbek"
    r"|%\(from\)s-%\(to\)s relationships?|Positive big integer|String \(unlimited\)"
    r"|Universally unique identifier|Connect, get help, or contribute|Django (?:Community|Documentation)"
    r"|Get started with Django|The install worked|Topics, references|Tutorial: A Polling App"
    r"|View <a href|You are seeing this|If you (?:are using the|have configured)|More information is"
    r"|Empty list and|…$)"
)


def _messages(catalogue: Path) -> set[str]:
    """The msgids of a catalogue's source."""
    found = re.findall(r'^msgid ((?:"[^\n]*"\n)+)', catalogue.read_text("utf-8"), re.MULTILINE)
    return {"".join(map(ast.literal_eval, lines.splitlines())) for lines in found} - {""}


def _translations(catalogue: Path) -> set[str]:
    with catalogue.open("rb") as file:
        held = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {key[0] if isinstance(key, tuple) else key for key, words in held.items() if words}


@pytest.mark.parametrize("part", ["conf", "contrib/admin", "contrib/auth"])
def test_every_message_that_people_meet_is_vietnamese(part: str) -> None:
    said = _messages(_DJANGO / part / "locale/en/LC_MESSAGES/django.po")
    assert len(said) > 50
    told = _translations(_DJANGO / part / "locale/vi/LC_MESSAGES/django.mo") | _translations(_OURS)
    # A message with a context stands in a catalogue under both.
    told |= {key.rpartition("\x04")[2] for key in told}
    assert {text for text in said - told if not _UNMET.match(text)} == set()

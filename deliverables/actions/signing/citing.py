"""What accepted terms rest on: the signed document as a filed source, and the signing itself."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.choices import EventKind, Instrument, ParticipationRole, SourceScope
from agreements.models import Citation, Event, Filing, Participation, Person, Phase, Source
from coopportal.vietnamese import fold
from deliverables.actions.signing.document import hand_on
from deliverables.actions.signing.refused import checked
from deliverables.actions.signing.terms import DocumentSaid, SignerSaid
from deliverables.models import Proposal


@dataclass(frozen=True)
class Signed:
    """What a document is called where nobody gave it a name, and the slug of the event of its signing."""

    title: str
    event_title: str
    event_slug: str


def cite(document: DocumentSaid, signed: Signed, proposal: Proposal, at: dt.datetime) -> Citation:
    """The signed document as a whole, open to everybody from the moment it is in force (docs/adr/0013)."""
    issued_on: Any = document.signed_on
    source = Source(
        slug=_source_slug(document, signed, proposal),
        scope=SourceScope.FILED,
        title=document.title or signed.title,
        number=document.number,
        issued_on=issued_on,
    )
    checked(source, _("Văn bản ký"))
    source.save(force_insert=True)
    Filing.objects.create(
        source=source,
        agreement=proposal.agreement,
        side=proposal.side,
        sent_at=proposal.submitted_at,
        opened_at=at,
    )
    hand_on(proposal, source)
    return Citation.objects.create(source=source)


def _source_slug(document: DocumentSaid, signed: Signed, proposal: Proposal) -> str:
    """Readable, and one for each proposal: the same number may be signed twice over the years."""
    name = slugify(fold(document.number or signed.title))[:50].strip("-")
    return f"{name or 'van-ban'}-{hashlib.sha256(str(proposal.uid).encode()).hexdigest()[:16]}"


def record_signing(
    document: DocumentSaid, signed: Signed, phase: Phase, citation: Citation
) -> Event:
    """The event of the signing with those who signed, as its document tells it."""
    happened_on: Any = document.signed_on
    event = Event(
        slug=signed.event_slug,
        kind=EventKind.SIGNING,
        title=signed.event_title,
        happened_on=happened_on,
        agreement=phase.agreement,
        phase=phase,
        place=document.place,
    )
    checked(event, _("Lễ ký"))
    event.save(force_insert=True)
    event.citations.add(citation)
    for position, signer in enumerate(document.signers, start=1):
        part = Participation(
            event=event,
            position=position,
            person=_person(signer, phase),
            title=signer.title,
            side=signer.side,
            role=ParticipationRole.SIGNED,
        )
        checked(part, _("Người ký %s") % signer.name)
        part.save(force_insert=True)
        part.citations.add(citation)
    return event


def _person(signer: SignerSaid, phase: Phase) -> Person:
    """Who took part in this agreement under the same name before, else somebody new: names are no keys."""
    known = Person.objects.filter(
        name=signer.name, participations__event__agreement=phase.agreement
    ).first()
    if known is not None:
        return known
    party = phase.agreement.vnpt_party if signer.side == "vnpt" else phase.agreement.partner
    same = Person.objects.filter(name=signer.name, party=party).first()
    if same is not None:
        return same
    slug = free_slug(Person, slugify(fold(signer.name)) or "nguoi-ky")
    person = Person(slug=slug, name=signer.name, party=party)
    checked(person, _("Người ký %s") % signer.name)
    person.save(force_insert=True)
    return person


def free_slug(model: Any, wanted: str, *, beside: Container[str] = ()) -> str:
    """The slug itself, or the first of its numbered ones that no row has, nor any ``beside`` them."""
    most = model._meta.get_field("slug").max_length
    slug, number = wanted[:most], 1
    while slug in beside or model._default_manager.filter(slug=slug).exists():
        number += 1
        slug = f"{wanted[: most - len(str(number)) - 1]}-{number}"
    return slug


def instrument_named(instrument: str) -> str:
    return str(Instrument(instrument).label)

"""One mail a day to each person who acts for a side: what is due, overdue, returned, waiting, stale.

Not here: what those words mean (deliverables/models/owing.py, queues.py) and when it runs (cron).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.models import Representative
from deliverables.models import Digest, ProgressReport, Proposal
from deliverables.summaries.deadlines import Deadlines, deadlines_of

#: Titles of each kind in a mail; how many there are in all is always said.
MOST = 10


@dataclass(frozen=True)
class Letter:
    """What one person is told on one day."""

    user: User
    day: dt.date
    deadlines: Deadlines
    returned: list[Any]
    returned_count: int
    awaiting: list[Any]
    awaiting_count: int
    proposals: list[Any]

    def __bool__(self) -> bool:
        return bool(self.deadlines or self.returned_count or self.awaiting_count or self.proposals)

    @property
    def portal(self) -> str:
        return str(settings.PORTAL_URL)

    @property
    def stale_days(self) -> int:
        return int(settings.STALE_AFTER_DAYS)

    @property
    def name(self) -> str:
        return self.user.get_full_name()

    @property
    def address(self) -> str:
        return reverse("work")

    @property
    def subject(self) -> str:
        owing = sum(row.owing for row in self.deadlines.rows)
        parts = (
            (owing, _("%(count)s hạng mục đến hạn, quá hạn")),
            (self.returned_count, _("%(count)s báo cáo bị trả lại")),
            (self.awaiting_count, _("%(count)s báo cáo chờ xác nhận")),
            (len(self.proposals), _("%(count)s đề nghị ký kết chờ trả lời")),
            (self.deadlines.stale, _("%(count)s hạng mục lâu không có số mới")),
        )
        told = [words % {"count": count} for count, words in parts if count]
        return _("Cổng hợp tác số: %(what)s") % {"what": ", ".join(told[:2])}

    @property
    def body(self) -> str:
        return render_to_string("mail/digest.txt", {"letter": self})


@dataclass
class Outcome:
    """What a run did: mails sent, people with nothing to be told or told already, mails that failed."""

    sent: int = 0
    nothing: int = 0
    already: int = 0
    failed: int = 0


def receivers(day: dt.date) -> Iterator[User]:
    """People with an address and a mandate on the day; programs have no mailbox."""
    mandates = Representative.objects.on(day).filter(user=OuterRef("pk"))
    people = User.objects.filter(Exists(mandates), is_active=True, is_service=False)
    return people.exclude(email="").order_by("pk").iterator()


def letter_to(user: User, day: dt.date) -> Letter:
    """What a person would be told: eight queries."""
    mine = Representative.objects.acting(user, day)
    reports = ProgressReport.objects.all()
    returned = reports.returned_to(user).select_related("deliverable").order_by("decided_at", "pk")
    awaiting = reports.awaiting_verdict_of(user).select_related("deliverable")
    return Letter(
        user=user,
        day=day,
        deadlines=deadlines_of(set(mine.values_list("agreement", flat=True)), day, user),
        returned=list(returned[:MOST]),
        returned_count=returned.count(),
        awaiting=list(awaiting.order_by("submitted_at", "pk")[:MOST]),
        awaiting_count=awaiting.count(),
        proposals=list(
            Proposal.objects.awaiting(user).with_context().order_by("submitted_at", "pk")
        ),
    )


def send_digests(day: dt.date) -> Outcome:
    """Mail every person's digest of the day, once; one that fails is tried again by the next run."""
    outcome = Outcome()
    for user in receivers(day):
        letter = letter_to(user, day)
        if not letter:
            outcome.nothing += 1
            continue
        with transaction.atomic():
            digest = Digest.objects.claim(user, day)
            if digest is None:
                outcome.already += 1
                continue
            # Only what is committed counts as claimed: two runs at once do not send twice.
            transaction.on_commit(partial(_deliver, letter, digest, outcome))
    return outcome


def _deliver(letter: Letter, digest: Digest, outcome: Outcome) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        message = EmailMessage(letter.subject, letter.body, to=[letter.user.email])
    try:
        message.send()
    except (SMTPException, OSError) as error:
        digest.note_failure(error)
        outcome.failed += 1
    else:
        digest.note_sent()
        outcome.sent += 1

"""Tokens with which programs call the API. Not here: how a request brings one (accounts/rest.py)."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import TokenScope
from accounts.models.user import User
from coopportal.clock import now
from coopportal.vietnamese import VietnameseCharField
from coopportal.vocabulary import one_of

#: How every token begins, so that people and secret scanners recognise one that went astray.
PREFIX = "coop_"
#: Bytes of chance in a token. Nobody guesses 256 bits, so its digest needs no salt and no slow hash.
ENTROPY = 32
#: The longest a token may live; then its owner makes another one.
LONGEST_LIFE = dt.timedelta(days=365)
#: How exactly ``last_used_at`` is known: a busy program does not cost a write for each call.
USE_NOTED_EVERY = dt.timedelta(minutes=1)


def digest_of(key: str) -> str:
    """What the database keeps of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


class TokenQuerySet(models.QuerySet["Token"]):
    def alive(self, at: dt.datetime | None = None) -> TokenQuerySet:
        """Accepted at an instant, by default now: not revoked, not expired, its owner's account open."""
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=at or now(), owner__is_active=True
        )


class TokenManager(models.Manager.from_queryset(TokenQuerySet)):  # type: ignore[misc]
    def issue(self, *, by: User, **values: Any) -> tuple[Token, str]:
        """Make a token of these ``owner``, ``name``, ``scope`` and ``expires_at``; see ``Token.issue``."""
        token = Token(**values)
        return token, token.issue(by=by)


class Token(models.Model):
    """A program's key to the API, held by its digest only.

    ``scope`` says what the key may do: read what is official for everybody, or read and report as its
    owner. ``last_used_at`` is exact to a minute. Revoking is for good.
    """

    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="tokens", verbose_name=_("tài khoản")
    )
    name = VietnameseCharField(
        _("tên"), max_length=80, help_text=_("Phần mềm nào dùng, ví dụ “Bảng điều khiển IOC”.")
    )
    scope = models.CharField(_("phạm vi"), max_length=10, choices=TokenScope)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("tạo lúc"), editable=False)
    made_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="tokens_made",
        editable=False,
        verbose_name=_("người tạo"),
    )
    expires_at = models.DateTimeField(_("hết hạn"))
    last_used_at = models.DateTimeField(_("dùng lần cuối"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("thu hồi lúc"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="tokens_revoked",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("người thu hồi"),
    )

    objects = TokenManager()

    class Meta:
        verbose_name = _("khóa truy cập")
        verbose_name_plural = _("khóa truy cập")
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("scope", TokenScope, "token"),
            models.CheckConstraint(
                name="token_expires_after_making",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message=_("Hạn dùng phải sau lúc tạo khóa. Chọn ngày khác."),
            ),
            models.CheckConstraint(
                name="token_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                violation_error_message=_("Khóa bị thu hồi phải ghi lúc nào và ai thu hồi."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        """Whether a call with this token is accepted now, its owner's account left aside."""
        return self.revoked_at is None and self.expires_at > now()

    def clean(self) -> None:
        """A key that lives longer than a year is one that nobody remembers."""
        super().clean()
        if self.expires_at and self.expires_at - (self.created_at or now()) > LONGEST_LIFE:
            raise ValidationError(
                {"expires_at": _("Khóa dùng được nhiều nhất 365 ngày. Chọn ngày sớm hơn.")}
            )

    def issue(self, *, by: User) -> str:
        """Make it, and return its key, which nobody can read again after this.

        Raises ``ValidationError`` for what a token may not be.
        """
        key = PREFIX + secrets.token_urlsafe(ENTROPY)
        self.digest, self.created_at, self.made_by = digest_of(key), now(), by
        self.full_clean()
        self.save(force_insert=True)
        return key

    def revoke(self, *, by: User) -> None:
        """End it for good, from this instant; one that has ended stays as it is."""
        instant = now()
        done = Token.objects.filter(pk=self.pk, revoked_at__isnull=True).update(
            revoked_at=instant, revoked_by=by
        )
        if done:
            self.revoked_at, self.revoked_by = instant, by

    def note_use(self) -> None:
        """Remember that it was used now, at most once a minute."""
        instant = now()
        if self.last_used_at is None or instant - self.last_used_at >= USE_NOTED_EVERY:
            Token.objects.filter(pk=self.pk).update(last_used_at=instant)
            self.last_used_at = instant

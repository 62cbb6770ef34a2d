"""The portal's user. Not here: whom a user represents (agreements.Representative)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind
from coopportal.clock import now
from coopportal.vietnamese import FoldedTextField, SortKeyField, VietnameseCharField


class AccountManager(UserManager["User"]):
    use_in_migrations = False

    def named(self, typed: str) -> User | None:
        """The account that somebody means who types its user name or its e-mail address.

        E-mail in any case; a user name wins over an equal e-mail of somebody else.
        """
        typed = typed.strip()
        if not typed or "\x00" in typed:
            return None
        found = self.alias(folded_email=Lower("email")).filter(
            Q(username=typed) | Q(folded_email=typed.lower())
        )
        return min(found, key=lambda user: user.username != typed, default=None)


class User(AbstractUser):
    """Somebody who signs in: an officer, a VNPT manager, an administrator; or a program's own account.

    One account is one person. A program that belongs to nobody in particular has a *service account*:
    it calls the API with a token and has no password to sign in with.

    A Vietnamese name is one name, spoken and sorted by its last word: no first and last name.

    When an account was last used is ``last_login``: a session lasts no longer than a day's work, so it
    is exact to a day. A password that an administrator gave has to be changed before anything else.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = VietnameseCharField(_("họ và tên"), max_length=150)
    email = models.EmailField(_("thư điện tử"), blank=True)
    phone = models.CharField(
        _("điện thoại"),
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(
                r"^\+?[0-9][0-9 .]{6,18}$", _("Số điện thoại chỉ gồm chữ số, ví dụ 0912 345 678.")
            )
        ],
    )
    must_change_password = models.BooleanField(
        _("phải đổi mật khẩu"),
        default=False,
        help_text=_("Phải đặt mật khẩu mới ngay khi đăng nhập, trước mọi việc khác."),
    )
    password_set_at = models.DateTimeField(_("đặt mật khẩu lúc"), null=True, editable=False)
    # Part of what a session is valid for: one more, and all sessions so far have ended.
    session_round = models.PositiveIntegerField(default=0, editable=False)
    is_service = models.BooleanField(
        _("tài khoản dịch vụ"),
        default=False,
        help_text=_(
            "Dành cho phần mềm: gọi API bằng khóa truy cập, không đăng nhập bằng mật khẩu."
        ),
    )
    search_text = FoldedTextField(sources=("full_name", "username", "email"))
    sort_key = SortKeyField(source="full_name", by_given_name=True)

    objects = AccountManager()  # type: ignore[misc]

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message=_("Thư điện tử này đã thuộc về một tài khoản khác."),
            ),
            models.CheckConstraint(
                name="user_service_has_no_password",
                condition=Q(is_service=False) | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
                violation_error_message=_(
                    "Tài khoản dịch vụ không có mật khẩu: phần mềm dùng khóa truy cập."
                ),
            ),
            models.CheckConstraint(
                name="user_service_is_no_staff",
                condition=Q(is_service=False) | Q(is_staff=False, is_superuser=False),
                violation_error_message=_(
                    "Tài khoản dịch vụ không vào trang quản trị và không phải quản trị viên."
                ),
            ),
        ]

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **values: Any) -> None:
        """A closed account has no sessions, whoever closes it and however; opened again, still none."""
        if self.is_active or self._state.adding:
            super().save(*args, update_fields=update_fields, **values)
            return
        self.session_round += 1
        if update_fields is not None:
            update_fields = {*update_fields, "session_round"}
        super().save(*args, update_fields=update_fields, **values)
        self.sessions.all().delete()

    def clean(self) -> None:
        """Nobody's user name is somebody else's e-mail: whom would it sign in?"""
        super().clean()
        if self.is_service and not self.password:
            self.set_unusable_password()
        others = User.objects.exclude(pk=self.pk)
        if "@" in self.username and others.filter(email__iexact=self.username).exists():
            raise ValidationError(
                {"username": _("Tên đăng nhập này là thư điện tử của một tài khoản khác.")}
            )
        if self.email and others.filter(username__iexact=self.email).exists():
            raise ValidationError(
                {"email": _("Thư điện tử này là tên đăng nhập của một tài khoản khác.")}
            )

    def set_password(self, raw_password: str | None) -> None:
        """A service account never gets one, whoever asks for it."""
        super().set_password(None if self.is_service else raw_password)
        self.password_set_at = now()

    @property
    def password_is_old(self) -> bool:
        """Whether an administrator's password has been in use for longer than the setting allows.

        One without a date counts from the day the account was made.
        """
        days = settings.ADMINISTRATOR_PASSWORD_DAYS
        if not days or not self.is_superuser:
            return False
        return now() - (self.password_set_at or self.date_joined) > dt.timedelta(days=days)

    def require_new_password(self) -> None:
        """The password may no longer do: one that does is due before anything else."""
        User.objects.filter(pk=self.pk).update(must_change_password=True)
        self.must_change_password = True

    def end_sessions(self) -> None:
        """Sign this account out everywhere, at once."""
        User.objects.filter(pk=self.pk).update(session_round=F("session_round") + 1)
        self.refresh_from_db(fields=["session_round"])
        self.sessions.all().delete()

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """What a session was opened with; a new password or a new round, and it is valid no longer."""
        said = f"{self.password}|{self.session_round}"
        salt = "accounts.models.User.session"
        return salted_hmac(salt, said, secret=secret, algorithm="sha256").hexdigest()

    @property
    def kind(self) -> AccountKind:
        """Which of the four kinds of account this is."""
        if self.is_service:
            return AccountKind.SERVICE
        if self.is_superuser:
            return AccountKind.ADMINISTRATION
        return AccountKind.TECHNICAL if self.is_staff else AccountKind.OPERATION

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """The given name, the last word: how colleagues address each other."""
        return self.get_full_name().split()[-1]

    def __str__(self) -> str:
        return self.get_full_name()

"""The portal's user. Not here: whom a user represents (agreements.Representative)."""

from __future__ import annotations

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.choices import AccountKind
from coopportal.vietnamese import FoldedTextField, SortKeyField, VietnameseCharField


class User(AbstractUser):
    """Somebody who signs in: an officer, a VNPT manager, an administrator; or a program's own account.

    One account is one person. A program that belongs to nobody in particular has a *service account*:
    it calls the API with a token and has no password to sign in with.

    A Vietnamese name is one name, spoken and sorted by its last word: no first and last name.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = VietnameseCharField(_("họ và tên"), max_length=150)
    email = models.EmailField(_("thư điện tử"), blank=True)
    is_service = models.BooleanField(
        _("tài khoản dịch vụ"),
        default=False,
        help_text=_(
            "Dành cho phần mềm: gọi API bằng khóa truy cập, không đăng nhập bằng mật khẩu."
        ),
    )
    search_text = FoldedTextField(sources=("full_name", "username", "email"))
    sort_key = SortKeyField(source="full_name", by_given_name=True)

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        ordering = ["username"]
        constraints = [
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

    def set_password(self, raw_password: str | None) -> None:
        """A service account never gets one, whoever asks for it."""
        super().set_password(None if self.is_service else raw_password)

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

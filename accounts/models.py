"""The portal's user. Not here: whom a user represents (agreements.Representative)."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from coopportal.vietnamese import FoldedTextField, SortKeyField, VietnameseCharField


class User(AbstractUser):
    """Somebody who signs in: an officer, a VNPT manager, an administrator or a program's owner.

    A Vietnamese name is one name, spoken and sorted by its last word: no first and last name.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = VietnameseCharField(_("họ và tên"), max_length=150)
    email = models.EmailField(_("thư điện tử"), blank=True)
    search_text = FoldedTextField(sources=("full_name", "username", "email"))
    sort_key = SortKeyField(source="full_name", by_given_name=True)

    REQUIRED_FIELDS = ["full_name", "email"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        ordering = ["username"]

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        """The given name, the last word: how colleagues address each other."""
        return self.get_full_name().split()[-1]

    def __str__(self) -> str:
        return self.get_full_name()

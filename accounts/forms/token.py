"""What is asked of whoever makes a key for a program: a name, a scope and how long it may live."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.choices import TokenScope
from accounts.models import Token, User
from accounts.models.token import LONGEST_LIFE
from coopportal.clock import start_of, today

_LIVES = [
    (30, _("30 ngày")),
    (90, _("90 ngày")),
    (180, _("180 ngày")),
    (LONGEST_LIFE.days, _("365 ngày")),
]


class TokenForm(forms.ModelForm):
    """A person's own key. It lives until the end of its last day in Việt Nam."""

    scope = forms.ChoiceField(
        label=_("Phạm vi"), choices=TokenScope.choices, initial=TokenScope.OFFICIAL
    )
    days = forms.TypedChoiceField(label=_("Dùng trong"), choices=_LIVES, coerce=int, initial=90)

    class Meta:
        model = Token
        fields = ("name", "scope")
        labels = {"name": _("Tên khóa")}

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.owner = owner

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and "days" in cleaned:
            self.instance.expires_at = start_of(today() + dt.timedelta(days=cleaned["days"]))
        return cleaned


class ServiceTokenForm(forms.ModelForm):
    """A program's key, made by an administrator; people make their own."""

    class Meta:
        model = Token
        fields = ("owner", "name", "scope", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "owner" in self.fields:
            owner: Any = self.fields["owner"]
            owner.queryset = User.objects.filter(is_service=True, is_active=True)
            owner.help_text = _(
                "Chỉ tài khoản dịch vụ. Người dùng tự tạo khóa ở trang Tài khoản của tôi."
            )

"""What a password must be. Not here: words that are too common (Django's list), how it is stored.

The lengths are those of the level-2 controls (TCVN 14423:2026): 14 characters of four kinds, or 8 where
a second factor stands behind them.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts import second_factor

ALONE = 14
BEHIND_SECOND_FACTOR = 8

_KINDS = (str.isupper, str.islower, str.isdigit, lambda letter: not letter.isalnum())


class LengthBySecondFactor:
    """At least 14 characters of four kinds; 8 of any kind for who signs in with a second factor."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ``ValidationError`` that says how long it must be and of what."""
        if user is not None and second_factor.has_one(user):
            if len(password) < BEHIND_SECOND_FACTOR:
                raise ValidationError(_behind_words(), code="password_too_short")
        elif len(password) < ALONE or not all(any(map(kind, password)) for kind in _KINDS):
            raise ValidationError(self.get_help_text(), code="password_too_weak")

    def get_help_text(self) -> str:
        return _(
            "Mật khẩu cần ít nhất %(count)d ký tự, có đủ chữ hoa, chữ thường, chữ số và ký tự khác "
            "như - ! @ hoặc dấu cách."
        ) % {"count": ALONE}


def _behind_words() -> str:
    return _("Mật khẩu cần ít nhất %(count)d ký tự.") % {"count": BEHIND_SECOND_FACTOR}


def password_rule(user: Any) -> str:
    """What to tell somebody who is about to choose a password; nobody, where a link has led to no account."""
    if user is not None and second_factor.has_one(user):
        return _(
            "Ít nhất %(count)d ký tự, vì tài khoản có xác thực hai lớp. Không dùng mật khẩu phổ biến, "
            "tên hay thư điện tử của mình."
        ) % {"count": BEHIND_SECOND_FACTOR}
    return _(
        "Ít nhất %(count)d ký tự, có chữ hoa, chữ thường, chữ số và ký tự khác như - ! @. Không dùng "
        "mật khẩu phổ biến, tên hay thư điện tử của mình."
    ) % {"count": ALONE}

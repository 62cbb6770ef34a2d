"""`manage.py demo_accounts`: accounts to try the portal with. Not here: how they sign in.

Their passwords let people in directly: nobody need change them first, and where DEBUG is on no second
factor is asked for.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.choices import Side
from agreements.models import Agreement, Representative
from coopportal.clock import today

# Without 0/o, 1/l/i: a password is read from one screen and typed into another.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_UPPER = "ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS = "23456789"


@dataclass(frozen=True)
class DemoAccount:
    """One of the cast: whose side of which agreements it acts for; an administrator for none."""

    username: str
    full_name: str
    side: Side | None = None
    agreements: tuple[str, ...] = ()

    @property
    def is_administrator(self) -> bool:
        return self.side is None


CAST = (
    DemoAccount("nghe-an", "Cán bộ đầu mối Nghệ An (minh họa)", Side.PARTNER, ("nghe-an",)),
    DemoAccount(
        "quang-ngai", "Cán bộ đầu mối Quảng Ngãi (minh họa)", Side.PARTNER, ("quang-ngai",)
    ),
    DemoAccount("vnpt", "Quản lý khách hàng VNPT (minh họa)", Side.VNPT, ("nghe-an", "quang-ngai")),
    DemoAccount("quan-tri", "Quản trị viên (minh họa)"),
)


def new_password() -> str:
    """Four groups of four letters, about 77 bits, good by the portal's own rules: `K7wq-…`."""
    first = secrets.choice(_UPPER) + secrets.choice(_DIGITS) + _letters(2)
    return "-".join([first, _letters(4), _letters(4), _letters(4)])


def _letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


class Command(BaseCommand):
    help = (
        "Tạo tài khoản dùng thử (chỉ khi DEBUG bật); mật khẩu sinh ngẫu nhiên, chỉ in ra một lần."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new-passwords",
            action="store_true",
            help="Đặt lại mật khẩu của mọi tài khoản dùng thử và mở khóa đăng nhập.",
        )

    @transaction.atomic
    def handle(self, *args: Any, new_passwords: bool = False, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                _("Tài khoản dùng thử chỉ dành cho máy của người phát triển (DEBUG bật).")
            )
        passwords = {}
        for account in CAST:
            user, created = User.objects.get_or_create(
                username=account.username,
                defaults={
                    "full_name": account.full_name,
                    "is_staff": account.is_administrator,
                    "is_superuser": account.is_administrator,
                },
            )
            if created or new_passwords:
                passwords[user.username] = password = new_password()
                user.set_password(password)
                user.save(update_fields=["password", "password_set_at"])
                reset()  # also this machine's own address
            self._give_mandates(user, account)
        self._tell(passwords)

    def _give_mandates(self, user: User, account: DemoAccount) -> None:
        if account.side is None:
            return
        for agreement in Agreement.objects.filter(slug__in=account.agreements).exclude(
            representatives__user=user
        ):
            Representative.objects.create(
                user=user, agreement=agreement, side=account.side, from_day=today()
            )

    def _tell(self, passwords: dict[str, str]) -> None:
        width = max(len(account.username) for account in CAST)
        for account in CAST:
            password = passwords.get(account.username, "")
            line = f"  {account.username:<{width}}  {password:<19}  {account.full_name}"
            self.stdout.write(line)
        if passwords:
            self.stdout.write(
                _("  Mật khẩu chỉ hiện lần này; tạo mật khẩu mới: make demo-passwords")
            )
        else:
            self.stdout.write(
                _("  Mật khẩu đã in ở lần chạy đầu; tạo mật khẩu mới: make demo-passwords")
            )

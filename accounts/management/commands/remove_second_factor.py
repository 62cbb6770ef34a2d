"""`manage.py remove_second_factor NAME`: for an administrator who lost the phone, and no other is there."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User


class Command(BaseCommand):
    help = "Gỡ xác thực hai lớp của một tài khoản và kết thúc mọi phiên của tài khoản đó."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="Tên đăng nhập hoặc thư điện tử.")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        user = User.objects.named(name)
        if user is None:
            raise CommandError(_("Không có tài khoản “%(name)s”.") % {"name": name})
        second_factor.remove(user)
        self.stdout.write(_("Đã gỡ xác thực hai lớp của %(name)s.") % {"name": user.username})

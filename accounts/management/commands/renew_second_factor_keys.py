"""`manage.py renew_second_factor_keys`: encrypts the secrets of second factors with the newest key."""

from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import ciphers

#: What of an authenticator's data is encrypted: a TOTP's secret, the seed of recovery codes.
_ENCRYPTED = ("secret", "seed")


class Command(BaseCommand):
    help = (
        "Mã hóa lại khóa xác thực hai lớp bằng khóa mới nhất của SECOND_FACTOR_KEYS; "
        "sau đó bỏ được khóa cũ."
    )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        renewed = 0
        for row in Authenticator.objects.select_for_update().select_related("user"):
            try:
                for name in _ENCRYPTED:
                    if name in row.data:
                        row.data[name] = ciphers.renew(row.data[name])
            except InvalidToken as error:
                raise CommandError(
                    _("Không khóa nào mở được xác thực hai lớp của %(name)s; chưa đổi gì.")
                    % {"name": row.user.get_username()}
                ) from error
            row.save(update_fields=["data"])
            renewed += 1
        self.stdout.write(_("Đã mã hóa lại %(count)d khóa.") % {"count": renewed})

"""The vocabularies of accounts: key and Vietnamese label. Not here: what a key permits."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TokenScope(TextChoices):
    """What a program may do with its key."""

    OFFICIAL = "official", _("Chỉ đọc số liệu chính thức")
    REPORT = "report", _("Đọc và báo cáo như chủ tài khoản")


class AccountKind(TextChoices):
    """The four kinds that are kept apart (TCVN 14423:2026); told from an account's marks, not stored."""

    ADMINISTRATION = "administration", _("Quản trị")
    OPERATION = "operation", _("Tác nghiệp")
    TECHNICAL = "technical", _("Kỹ thuật")
    SERVICE = "service", _("Dịch vụ")

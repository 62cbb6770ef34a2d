from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VersionsConfig(AppConfig):
    name = "coopportal.versions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Phiên bản dữ liệu")

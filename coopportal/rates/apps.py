"""The app that counts calls."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RatesConfig(AppConfig):
    name = "coopportal.rates"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Đếm lượt gọi")

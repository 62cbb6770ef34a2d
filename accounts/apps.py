"""The registration of the app, and of what counts failed sign-ins under a name of ours."""

from axes.apps import AppConfig as AxesConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default = True  # of the two here, the one that "accounts" alone means
    name = "accounts"
    verbose_name = _("Tài khoản")


class SignInLimitsConfig(AxesConfig):
    """django-axes as it is; its models are told in Vietnamese in locale/vi."""

    verbose_name = _("Đăng nhập")

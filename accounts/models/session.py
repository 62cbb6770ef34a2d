"""Sessions as rows: whose, since when, last used when, from where. Not here: their contents' meaning."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models.user import User
from coopportal.clock import now

#: What a browser writes of itself → its name. Edge and others also say Chrome, Chrome also Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self) -> SessionQuerySet:
        """Not yet past the day on which they are thrown away."""
        return self.filter(expire_date__gt=now())

    def of(self, user: User) -> SessionQuerySet:
        """Somebody's open sessions, last used first."""
        return self.alive().filter(user=user).order_by("-seen_at", "session_key")


class Session(AbstractBaseSession):
    """A browser that is signed in; without ``user`` it only holds messages or a step of signing in.

    ``seen_at`` is exact to a minute.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        related_name="sessions",
        verbose_name=_("tài khoản"),
    )
    began_at = models.DateTimeField(_("đăng nhập lúc"), null=True)
    seen_at = models.DateTimeField(_("dùng lần cuối"), null=True)
    address = models.GenericIPAddressField(_("địa chỉ mạng"), null=True)
    browser = models.CharField(_("trình duyệt"), max_length=200, blank=True)

    objects = BaseSessionManager.from_queryset(SessionQuerySet)()  # type: ignore[misc]

    class Meta:
        verbose_name = _("phiên làm việc")
        verbose_name_plural = _("phiên làm việc")

    @property
    def device(self) -> str:
        """The browser and the system it runs on, as far as it says so."""
        browser = next((name for mark, name in _BROWSERS if mark in self.browser), "")
        system = next((name for mark, name in _SYSTEMS if mark in self.browser), "")
        return ", ".join(filter(None, (browser, system))) or gettext("Không rõ thiết bị")

    @classmethod
    def get_session_store_class(cls) -> Any:
        from accounts.sessions import SessionStore  # which needs this model in its turn

        return SessionStore

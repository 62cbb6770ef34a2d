"""The app of the data's version; sees to it after every ``migrate`` that all tables are watched."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models import signals
from django.utils.translation import gettext_lazy as _

#: The apps whose rows are told to those who read. Accounts are not: no answer that may be kept holds
#: anything of them but the caller's own key and standing, which the ETag names itself.
TOLD = ("agreements", "deliverables")


class VersionsConfig(AppConfig):
    name = "coopportal.versions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Phiên bản dữ liệu")

    def ready(self) -> None:
        # Django's own way to say "after migrate"; what is migrated is not ours to know.
        signals.post_migrate.connect(watch_everything, sender=self)


def told_tables() -> set[str]:
    """Every table that an answer may rest on: links between rows too, the admin's history not."""
    return {
        model._meta.db_table
        for label in TOLD
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not hasattr(model, "history_id")
    }


def watch_everything(*, using: str, **about: Any) -> None:
    """Watch every table that is there, and begin a new state: migrations may have changed rows unseen."""
    from coopportal.versions import triggers

    connection = connections[using]
    there = {*connection.introspection.table_names()}
    if triggers.VERSION not in there:
        return  # migrated backwards to before it
    triggers.watch(connection, told_tables() & there)
    triggers.renew(connection)

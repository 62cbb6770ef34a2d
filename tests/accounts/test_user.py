"""The user: one full name, no first and last."""

import pytest
from django.core.management import call_command

from accounts.models import User


def test_a_name_is_one_name_and_the_last_word_is_how_one_is_called() -> None:
    user = User(username="can-bo", full_name="Nguyễn Thị Hoa")
    assert (str(user), user.get_short_name()) == ("Nguyễn Thị Hoa", "Hoa")
    assert {"first_name", "last_name"}.isdisjoint(field.name for field in User._meta.get_fields())


def test_a_user_without_a_name_goes_by_the_user_name() -> None:
    assert User(username="can-bo").get_short_name() == "can-bo"


@pytest.mark.django_db
def test_createsuperuser_takes_the_full_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "k7wq-m3xd-9rtz")
    call_command(
        "createsuperuser",
        interactive=False,
        username="goc",
        full_name="Trần Văn Gốc",
        email="goc@example.com",
        verbosity=0,
    )
    user = User.objects.get(username="goc")
    assert (user.full_name, user.is_superuser) == ("Trần Văn Gốc", True)

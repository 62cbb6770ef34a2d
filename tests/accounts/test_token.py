"""A token's life: made once, kept as a digest, used, expired, revoked."""

import datetime as dt
import hashlib

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.serializers import serialize

from accounts.models import Token, User
from coopportal.clock import now
from tests import factories

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)


def test_only_the_digest_is_kept_and_the_key_says_what_it_is() -> None:
    token, key = factories.token()
    assert key.startswith("coop_")
    assert len(key) == len("coop_") + 43  # 256 bits in base64
    assert token.digest == hashlib.sha256(key.encode()).hexdigest()
    assert key not in serialize("json", Token.objects.all())


def test_no_two_keys_are_alike() -> None:
    owner = factories.user()
    assert len({factories.token(owner)[1] for _ in range(5)}) == 5


@time_machine.travel(NOON, tick=False)
def test_a_token_lives_a_year_at_most() -> None:
    factories.token(expires_at=now() + dt.timedelta(days=365))
    with pytest.raises(ValidationError) as refused:
        factories.token(expires_at=now() + dt.timedelta(days=365, seconds=1))
    assert refused.value.message_dict == {
        "expires_at": ["Khóa dùng được nhiều nhất 365 ngày. Chọn ngày sớm hơn."]
    }
    assert Token.objects.count() == 1


def test_alive_is_neither_revoked_nor_expired_nor_of_a_closed_account() -> None:
    with time_machine.travel(NOON, tick=False):
        alive, _ = factories.token()
        revoked, _ = factories.token()
        revoked.revoke(by=revoked.owner)
        factories.token(expires_at=now() + dt.timedelta(hours=1))
        factories.token(factories.user(is_active=False))
    with time_machine.travel(NOON + dt.timedelta(hours=1), tick=False):
        assert list(Token.objects.alive()) == [alive]


def test_revoking_is_once_and_for_good() -> None:
    token, _ = factories.token()
    somebody = factories.user()
    with time_machine.travel(NOON, tick=False):
        token.revoke(by=token.owner)
    token.revoke(by=somebody)
    token.refresh_from_db()
    assert (token.revoked_at, token.revoked_by) == (NOON, token.owner)
    assert not token.is_alive


def test_use_is_noted_once_a_minute() -> None:
    token, _ = factories.token()
    told = []
    for seconds in (0, 59, 60):
        with time_machine.travel(NOON + dt.timedelta(seconds=seconds), tick=False):
            Token.objects.get(pk=token.pk).note_use()
        told.append(Token.objects.get(pk=token.pk).last_used_at)
    assert told == [NOON, NOON, NOON + dt.timedelta(seconds=60)]


def test_a_service_account_gets_no_password() -> None:
    account = factories.service_account()
    account.set_password("k7wq-m3xd-9rtz")
    account.save()
    assert not User.objects.get(pk=account.pk).has_usable_password()


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        ({}, "operation"),
        ({"is_staff": True}, "technical"),
        ({"is_staff": True, "is_superuser": True}, "administration"),
        ({"is_service": True, "password": "!"}, "service"),
    ],
)
def test_four_kinds_of_account_are_kept_apart(marks: dict[str, object], kind: str) -> None:
    assert factories.user(**marks).kind == kind

"""How secrets of second factors are kept: encrypted, with keys that can be changed.

Not here: what the secrets are for (accounts/second_factor.py).
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def encrypt(text: str) -> str:
    """Encrypt with the newest key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Decrypt with whichever key it was encrypted with; raises ``cryptography.fernet.InvalidToken``."""
    return _keys().decrypt(encrypted.encode()).decode()


def renew(encrypted: str) -> str:
    """The same secret, encrypted with the newest key."""
    return _keys().rotate(encrypted.encode()).decode()


def _keys() -> MultiFernet:
    # SECRET_KEY last: what was encrypted before there was a key of its own stays readable.
    return _ring(
        (*settings.SECOND_FACTOR_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


@lru_cache(maxsize=4)
def _ring(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(secret)) for secret in secrets])


def _derived(secret: str) -> bytes:
    """A key for this purpose alone: from it, nobody finds out the secret or signs a session."""
    derivation = HKDF(
        algorithm=SHA256(), length=32, salt=None, info=b"coopportal second factor, version 1"
    )
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))

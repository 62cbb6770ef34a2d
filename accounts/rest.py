"""How a program's request proves whose it is. Not here: what the caller may then see or do."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import asked
from accounts.choices import TokenScope
from accounts.models import Token, User
from accounts.models.token import digest_of


class TokenOfProgram(TokenAuthentication):
    """``Authorization: Bearer coop_…``; one query finds the token and its owner, nothing is cached.

    A token that only reads what is official calls as nobody in particular, so that no rule anywhere
    can take it for the side that its owner represents; ``request.auth`` still tells whose it is. A
    token that reads and reports calls as its owner.
    """

    keyword = "Bearer"

    def authenticate_credentials(self, key: str) -> tuple[User | AnonymousUser, Token]:
        token = asked.token_of(digest_of(key))
        if token is None:
            raise AuthenticationFailed
        token.note_use()
        return (token.owner if token.scope == TokenScope.REPORT else AnonymousUser()), token

    def authenticate_header(self, request: Request) -> str:
        """RFC 6750: where a token came and was not good, the challenge says so."""
        challenge = f'{self.keyword} realm="Coopportal"'
        sent = request.META.get("HTTP_AUTHORIZATION", "")
        return f'{challenge}, error="invalid_token"' if sent else challenge

"""Models of accounts, one noun a file; imported here so that Django finds them."""

from accounts.models.session import Session
from accounts.models.token import Token
from accounts.models.user import User

__all__ = ["Session", "Token", "User"]

"""Accounts in the admin, one noun a file; imported here so that Django finds them."""

from accounts.admin.token import TokenAdmin
from accounts.admin.user import AccountAdmin

__all__ = ["AccountAdmin", "TokenAdmin"]

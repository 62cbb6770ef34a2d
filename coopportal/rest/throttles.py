"""How often the API may be called: by each token or user, else by each address. Not here: the counting."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from coopportal.client import client_address
from coopportal.rates.share import COUNTER, WINDOW, Rate

#: How many addresses of the next version belong to one subscriber.
_SUBSCRIBER_V6 = 64


def address_key(request: Any) -> str:
    """The address that a call is counted for; of IPv6 the network that one subscriber is given."""
    address = ipaddress.ip_address(client_address(request))
    if address.version == 6:
        address = ipaddress.ip_network((address, _SUBSCRIBER_V6), strict=False).network_address
    return f"address:{address}"


def caller_of(request: Request) -> tuple[str, int]:
    """Whose call it is, and how many a minute are allowed; 0 for as many as one likes."""
    if request.auth is not None:
        return f"token:{request.auth.pk}", settings.API_RATE_TOKEN
    if request.user.is_authenticated:
        return f"user:{request.user.pk}", settings.API_RATE_TOKEN
    return address_key(request), settings.API_RATE_ADDRESS


class PerCaller(BaseThrottle):
    """Counts every call whose caller is known; the view tells the rate in the answer's headers."""

    rate: Rate | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        return self.spend(request, *caller_of(request))

    def spend(self, request: Any, caller: str, limit: int) -> bool:
        if not limit:
            return True
        self.rate = COUNTER.spend(caller, limit, timezone.now().timestamp())
        request.rate = self.rate
        return self.rate.allowed

    def wait(self) -> float | None:
        return self.rate.reset if self.rate else None


def too_many_failures(request: Any) -> Rate | None:
    """Count a call that proved nobody for its address; the rate where that is used up."""
    throttle = PerCaller()
    allowed = throttle.spend(request, address_key(request), settings.API_RATE_ADDRESS)
    return None if allowed else throttle.rate


def rate_headers(rate: Rate) -> dict[str, str]:
    """As the draft of the IETF writes them (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "RateLimit-Policy": f'"minute";q={rate.limit};w={WINDOW}',
        "RateLimit": f'"minute";r={rate.remaining};t={rate.reset}',
    }

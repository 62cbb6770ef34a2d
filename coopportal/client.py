"""Where a request comes from. Not here: what follows from it (lock-out, throttles)."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

#: What stands for a caller whose address nobody knows (a socket file in front, a broken header).
UNKNOWN = "0.0.0.0"  # noqa: S104


def client_address(request: HttpRequest) -> str:
    """The caller's address, as the outermost of our own proxies saw it.

    Each proxy appends whom it heard from to X-Forwarded-For; what a caller wrote there itself stands
    further left. So of PROXY_COUNT proxies the PROXY_COUNT-th entry from the right is believed, and
    with none in front nothing of the header is.
    """
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.PROXY_COUNT
    told = hops[-count] if 0 < count <= len(hops) else ""
    return _address(told) or _address(request.META.get("REMOTE_ADDR", "")) or UNKNOWN


def _address(text: str) -> str:
    """An address without port and brackets, in its shortest form; empty when it is none."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""

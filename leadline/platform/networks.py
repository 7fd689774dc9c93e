"""Networks of callers: what limits and counts go by in place of single addresses."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

# An IPv6 customer has a network of this size, so single addresses mean nothing.
_IPV6_PREFIX = 64


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What limits count an address by: itself, or for IPv6 the network of its customer."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), _IPV6_PREFIX), strict=False))

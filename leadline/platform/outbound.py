"""Where the server may send requests of its own: to the world outside, never to its own network.

Whoever sets a webhook's address chooses where the server knocks. Without this guard that could be
the database's port, a router, or the address at which clouds hand out credentials.

A caller connects to one of the addresses that come back, not to the name: asked a second time, the
name may say something else. Redirects are answers like any other: not followed, or checked anew.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import msgspec

from leadline.kernel.errors import LeadlineError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
Resolve = Callable[[str, int], Awaitable[list[str]]]

_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 2000
# IPv6 addresses that stand for an IPv4 one: it is what is really reached.
_NAT64 = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_GIVEN_OUT = ipaddress.IPv6Network("2000::/3")
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")


def _networks(text: str) -> Networks:
    return tuple(map(ipaddress.ip_network, text.split()))


# Networks of one's own: private, loopback, and what carriers and VPNs hand out.
_INTERNAL = _networks(
    "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 100.64.0.0/10 fc00::/7 ::1/128"
)
# Where clouds answer their own machines, some of it within the world outside or in one's own
# network (169.254.0.0/16 and fe80::/10 are neither), and relays that lead anywhere.
_NEVER = _networks(
    "192.0.0.0/24 192.88.99.0/24 100.100.100.200/32 168.63.129.16/32 fd00:ec2::254/128 "
    # Documentation and segment routing, which older Pythons do not know.
    "3fff::/20 2001:db8::/32 5f00::/16"
)


class ForbiddenAddressError(LeadlineError):
    """The server must not send anything there. The text says why, and is for whoever set it."""


class Destination(msgspec.Struct, frozen=True):
    """A checked address: connect to one of ``addresses`` and ask there for ``host``."""

    url: str
    scheme: str
    host: str
    port: int
    addresses: tuple[str, ...]


async def check_url(
    url: str, *, allow_internal: bool = False, resolve: Resolve | None = None
) -> Destination:
    """The destination that ``url`` leads to; ForbiddenAddressError when it is none for us.

    ``allow_internal`` is for owners whose receivers stand in their own network; it lets private
    and loopback addresses through, but not those of a cloud's machines. ``resolve`` looks names up.
    """
    scheme, host, port = _parts(url)
    try:
        found = await (resolve or _resolve)(host, port)
    except (OSError, UnicodeError) as error:
        raise ForbiddenAddressError(f"{host} is not known.") from error
    if not found:
        raise ForbiddenAddressError(f"{host} is not known.")
    # Every one of them: a client that tries the next address must not end up inside.
    for text in found:
        if not may_reach(ipaddress.ip_address(text), allow_internal=allow_internal):
            raise ForbiddenAddressError(f"{host} is not an address on the internet.")
    return Destination(url, scheme, host, port, tuple(found))


def may_reach(address: IpAddress, *, allow_internal: bool = False) -> bool:
    """Whether the server may connect to that address."""
    inner = _inner(address)
    if inner is not None:
        return may_reach(inner, allow_internal=allow_internal)
    if address.is_multicast or _is_in(address, _NEVER):
        return False
    if allow_internal and _is_in(address, _INTERNAL):
        return True
    # What Python holds for global depends on its version; of IPv6, only this part is given out.
    return address.is_global and (address.version == 4 or address in _GIVEN_OUT)


def _is_in(address: IpAddress, networks: Networks) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _parts(url: str) -> tuple[str, str, int]:
    """Scheme, host and port, in one reading only: nothing that two readers read differently."""
    if len(url) > _MAX_LENGTH or not url.isascii() or not url.isprintable():
        raise ForbiddenAddressError("The URL is too long, or has characters that no URL has.")
    if " " in url or "\\" in url:
        raise ForbiddenAddressError("The URL has characters that no URL has.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ForbiddenAddressError("The URL cannot be read.") from error
    if parts.scheme not in _PORTS:
        raise ForbiddenAddressError("The URL must begin with http:// or https://.")
    if not host or "@" in parts.netloc or "%" in parts.netloc:
        raise ForbiddenAddressError("The URL must name a host, without a user or a password.")
    if port == 0:
        raise ForbiddenAddressError("The URL must name a port that can be reached.")
    return parts.scheme, host, _PORTS[parts.scheme] if port is None else port


def _inner(address: IpAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _TRANSLATED or any(address in network for network in _NAT64):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _IPV4_COMPATIBLE and int(address) > 1:
        return ipaddress.IPv4Address(int(address))
    return None


async def _resolve(host: str, port: int) -> list[str]:
    """What the system makes of a name, or of a number in any of the ways to write one.

    "127.1", "0x7f000001" and "2130706433" are all 127.0.0.1 to it, and so to whoever connects.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))

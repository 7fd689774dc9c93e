"""Where the server may send requests to: the guard that webhooks go through."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from leadline.platform.outbound import Destination, ForbiddenAddressError, check_url, may_reach

NEVER = [
    "169.254.169.254",  # credentials of AWS, Google, Azure, DigitalOcean, Oracle
    "169.254.170.2",  # of containers
    "100.100.100.200",  # of Alibaba
    "168.63.129.16",  # of Azure
    "192.0.0.192",  # of Oracle
    "fd00:ec2::254",
    "fe80::1",
    "0.0.0.0",  # noqa: S104 - nothing is bound
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fec0::1",
    "::ffff:0:169.254.169.254",
    "5f00::1",
    "3fff::1",
    "2001:db8::1",
    "4000::1",
]
INTERNAL = [
    "127.0.0.1",
    "127.8.9.10",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "fd12:3456::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "::ffff:0:127.0.0.1",
]
OUTSIDE = ["93.184.215.14", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"]


def check(url: str, *found: str, allow_internal: bool = False) -> Destination:
    """What becomes of ``url`` when its name is at these addresses."""

    async def resolve(host: str, port: int) -> list[str]:
        return list(found)

    return asyncio.run(check_url(url, allow_internal=allow_internal, resolve=resolve))


@pytest.mark.parametrize("address", NEVER)
def test_what_hands_out_credentials_and_what_is_no_place_is_never_reached(address: str):
    assert not may_reach(ip_address(address))
    assert not may_reach(ip_address(address), allow_internal=True)


@pytest.mark.parametrize("address", INTERNAL)
def test_the_own_network_is_reached_only_where_the_owner_says_so(address: str):
    assert not may_reach(ip_address(address))
    assert may_reach(ip_address(address), allow_internal=True)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_world_outside_is_reached(address: str):
    assert may_reach(ip_address(address))


def test_a_destination_names_the_addresses_to_connect_to():
    found = check("https://Hooks.example.com:8443/in?a=1", "1.1.1.1", "2606:4700::1111")
    assert (found.scheme, found.host, found.port) == ("https", "hooks.example.com", 8443)
    assert found.addresses == ("1.1.1.1", "2606:4700::1111")
    assert check("http://example.com", "1.1.1.1").port == 80
    assert check("https://example.com", "1.1.1.1").port == 443


def test_one_address_inside_spoils_a_name():
    with pytest.raises(ForbiddenAddressError, match="not an address on the internet"):
        check("https://example.com", "1.1.1.1", "127.0.0.1")
    with pytest.raises(ForbiddenAddressError, match="is not known"):
        check("https://example.com")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "[fe80::1]",
    ],
)
def test_every_way_to_write_an_address_is_read_as_whoever_connects_reads_it(host: str):
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(check_url(f"http://{host}:2212/"))


def test_the_owner_may_let_the_own_network_through():
    found = asyncio.run(check_url("http://127.0.0.1:2212/", allow_internal=True))
    assert found.addresses == ("127.0.0.1",)
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(check_url("http://169.254.169.254/", allow_internal=True))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "gopher://example.com:5432/_x",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://user@example.com",
        "http://user:secret@example.com",
        "http://1.1.1.1@127.0.0.1",
        "http://1.1.1.1\\@127.0.0.1",
        "http://example.com\r\nHost: x",
        "http://example.com/a b",
        "http://example.com:99999",
        "http://example.com:0",
        "http://example.com:x",
        "http://[::1",
        "http://[fe80::1%25eth0]",
        "http://exam%70le.com",
        "http://ex\u00e4mple.com",
        "http://①②⑦.0.0.1",
        "http://example.com/" + "x" * 2000,
    ],
)
def test_what_can_be_read_in_two_ways_is_no_url(url: str):
    with pytest.raises(ForbiddenAddressError):
        check(url, "1.1.1.1")

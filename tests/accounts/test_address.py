"""Which address is the client's: counted from the trusted proxies, never believed from the left."""

import itertools

import pytest

from accounts.address import client_address, network

PROXY, CLIENT, LIE = "10.0.0.2", "203.0.113.7", "198.51.100.1"


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        (0, CLIENT, "", CLIENT),
        (0, CLIENT, LIE, CLIENT),
        (0, CLIENT, f"{LIE}, {LIE}", CLIENT),
        (1, PROXY, CLIENT, CLIENT),
        (1, PROXY, f"{LIE}, {CLIENT}", CLIENT),
        (1, PROXY, f"{LIE}, {LIE}, {LIE}, {CLIENT}", CLIENT),
        (1, PROXY, "", PROXY),  # it did not come by the proxy, or the proxy says nothing
        (2, PROXY, f"{LIE}, {CLIENT}, 10.0.0.1", CLIENT),
        (2, PROXY, CLIENT, PROXY),  # one hop where two are expected: not believed
        (1, PROXY, "garbage", PROXY),
        (1, PROXY, f"{CLIENT}, garbage", PROXY),
        (1, PROXY, f"{CLIENT}:51234", CLIENT),
        (1, PROXY, "[2001:db8::7]:443", "2001:db8::7"),
        (1, PROXY, "2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        (1, PROXY, "::ffff:203.0.113.7", CLIENT),
        (1, PROXY, '"203.0.113.7"', CLIENT),
        (1, PROXY, "fe80::1%eth0", "fe80::1"),
        (0, "", "", None),
        (0, "unix:", "", None),
        (3, "", f"{LIE},{CLIENT}", None),
    ],
)
def test_the_address_is_the_one_that_the_trusted_proxies_saw(settings, proxies, remote, forwarded, expected):
    settings.TRUSTED_PROXY_COUNT = proxies
    assert client_address(remote, forwarded) == expected


def test_whatever_is_written_left_of_the_proxies_changes_nothing(settings):
    settings.TRUSTED_PROXY_COUNT = 1
    parts = ["", "1.1.1.1", "garbage", "::1", "127.0.0.1", "10.0.0.1:99", "unknown", "_hidden", "1.1.1.1, 2.2.2.2"]
    for lies in itertools.product(parts, repeat=3):
        assert client_address(PROXY, ", ".join((*lies, CLIENT))) == CLIENT


def test_a_household_of_ipv6_is_one_network():
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network(CLIENT) == CLIENT
    assert network(None) == "-"

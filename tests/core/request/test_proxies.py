"""Which proxy stands before a server: the variables, what they may hold, and what NO_PROXY exempts."""

from __future__ import annotations

import base64
from contextlib import suppress
from traceback import TracebackException
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st

from baseten_sdk._core.request.origin import Origin
from baseten_sdk._core.request.proxies import Proxies, Proxy, parse_proxy
from baseten_sdk._core.request.variables import no_variable
from baseten_sdk.errors import ConfigurationError
from tests.hiding import hidden

PROXY = "http://proxy.test:3128"
SERVICE = Origin("https", "inference.baseten.co", 443)
PLAIN = Origin("http", "gateway.example.com", 80)


def address(environment: dict[str, str], origin: Origin = SERVICE) -> str | None:
    proxy = Proxies(environment.get).of(origin)
    return None if proxy is None else proxy.address


@pytest.mark.parametrize(
    ("environment", "https", "http"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": PROXY}, PROXY, None),
        ({"https_proxy": PROXY}, PROXY, None),
        ({"HTTP_PROXY": PROXY}, None, PROXY),
        ({"ALL_PROXY": PROXY}, PROXY, PROXY),
        ({"all_proxy": PROXY, "HTTPS_PROXY": "http://other:1"}, "http://other:1", PROXY),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": "http://lower:1"}, "http://lower:1", None),
        ({"HTTPS_PROXY": "http://upper:1", "https_proxy": ""}, None, None),
        ({"FTP_PROXY": PROXY}, None, None),
        ({"HTTPS_PROXY": ""}, None, None),
        ({"HTTPS_PROXY": "  "}, None, None),
        ({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None, None),
        ({"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, None, PROXY),
        ({"NO_PROXY": "baseten.co"}, None, None),
    ],
)
def test_the_variables(environment: dict[str, str], https: str | None, http: str | None) -> None:
    assert (address(environment), address(environment, PLAIN)) == (https, http)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("http://proxy.test:3128", Proxy("http", "proxy.test", 3128)),
        ("http://proxy.test", Proxy("http", "proxy.test", 80)),
        ("proxy.test:3128", Proxy("http", "proxy.test", 3128)),
        ("HTTP://PROXY.test:3128/", Proxy("http", "proxy.test", 3128)),
        ("http://[::1]:3128", Proxy("http", "::1", 3128)),
        ("https://proxy.test", Proxy("https", "proxy.test", 443)),
        ("socks5://proxy.test", Proxy("socks5", "proxy.test", 1080)),
        ("socks5h://proxy.test:9", Proxy("socks5h", "proxy.test", 9)),
        ("socks://127.0.0.1:9/", Proxy("socks5", "127.0.0.1", 9)),
        ("http://me:pass@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "pass")),
        ("me:pass@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "pass")),
        ("http://me@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "")),
        ("http://us%20er:p%40ss%2Fw%3A%C3%B6@proxy.test:1", Proxy("http", "proxy.test", 1, "us er", "p@ss/w:ö")),
        ("http://me:p@ss@proxy.test:1", Proxy("http", "proxy.test", 1, "me", "p@ss")),
    ],
)
def test_what_a_variable_may_hold(value: str, expected: Proxy) -> None:
    assert parse_proxy("HTTPS_PROXY", hidden(value)) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("ftp://u:hunter2@proxy.test:1", "scheme is 'ftp'"),
        ("socks4://u:hunter2@proxy.test:1", "scheme is 'socks4'"),
        ("http://u:hunter2@proxy.test:99999", "port"),
        ("http://u:hunter2@proxy.test:0", "port"),
        ("http://u:hunter2@proxy.test:-1", "port"),
        ("http://u:hunter2@proxy.test:many", "port"),
        ("http://u:hunt/er2@proxy.test:1", "port"),
        ("http://u:hunter2@", "no host"),
        ("http://", "no host"),
        ("http://[::1", "not a URL"),
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_what_cannot_be_read_is_an_error_that_names_the_variable(variable: str, value: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{variable} does not name a usable proxy: .*{reason}") as caught:
        Proxies({variable: value}.get).of(SERVICE)
    shown = "".join(TracebackException.from_exception(caught.value, capture_locals=True).format())
    shown = shown[shown.index("in of") :]  # the frames of the package
    assert "hunt" not in shown


def test_a_variable_for_other_servers_is_not_read() -> None:
    proxies = Proxies({"HTTP_PROXY": "ftp://proxy", "HTTPS_PROXY": PROXY}.get)
    assert proxies.of(SERVICE) == Proxy("http", "proxy.test", 3128)
    with pytest.raises(ConfigurationError, match="HTTP_PROXY"):
        proxies.of(PLAIN)


MATCHES = [
    ("*", "any.host.test", 80),
    ("example.com", "example.com", 80),
    ("example.com", "EXAMPLE.com", 80),
    ("Example.COM", "a.b.example.com", 80),
    (".example.com", "a.example.com", 80),
    (".example.com", "example.com", 80),
    ("*.example.com", "a.example.com", 80),
    ("example.com.", "example.com", 80),
    ("example.com", "example.com.", 80),
    ("example.com:8080", "a.example.com", 8080),
    ("a.test,b.test", "b.test", 80),
    ("a.test, b.test", "b.test", 80),
    ("a.test b.test", "b.test", 80),
    (",,b.test,", "b.test", 80),
    ("10.1.2.3", "10.1.2.3", 80),
    ("10.1.2.3:81", "10.1.2.3", 81),
    ("10.0.0.0/8", "10.1.2.3", 80),
    ("10.1.2.99/24", "10.1.2.3", 80),
    ("10.0.0.0/8:8080", "10.1.2.3", 8080),
    ("127.5.0.0/16", "127.5.5.5", 80),
    ("fd00::1", "fd00::1", 80),
    ("[fd00::1]", "fd00::1", 80),
    ("fd00:0:0::1", "fd00::1", 80),
    ("[fd00::1]:8080", "fd00::1", 8080),
    ("fd00::/8", "fd12::7", 80),
    ("[fd00::]/8", "fd12::7", 80),
    ("[fd00::/8]", "fd12::7", 80),
    ("[fd00::]/8:8080", "fd12::7", 8080),
    ("10.0.0.0/8", "::ffff:10.1.2.3", 80),
]

MISSES = [
    ("", "example.com", 80),
    (",", "example.com", 80),
    (".", "example.com", 80),
    ("example.com", "badexample.com", 80),
    ("example.com", "example.com.evil.test", 80),
    ("example.com:8080", "example.com", 80),
    ("10.0.0.0/8", "11.1.2.3", 80),
    ("10.0.0.0/8", "10.example.com", 80),
    ("10.0.0.0/8:8080", "10.1.2.3", 80),
    ("0.3", "10.0.0.3", 80),
    ("[fd00::1]:8080", "fd00::1", 80),
    ("fd00::/8", "fe80::1", 80),
    ("10.0.0.0/99", "10.0.0.1", 80),
    ("fd00::/8", "10.0.0.1", 80),
]


@pytest.mark.parametrize(("entries", "host", "port"), MATCHES)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_hosts_that_are_exempt(entries: str, host: str, port: int, variable: str) -> None:
    assert address({"ALL_PROXY": PROXY, variable: entries}, Origin("http", host, port)) is None


@pytest.mark.parametrize(("entries", "host", "port"), MISSES)
def test_hosts_that_are_not(entries: str, host: str, port: int) -> None:
    assert address({"ALL_PROXY": PROXY, "NO_PROXY": entries}, Origin("http", host, port)) == PROXY


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_this_machine_is_not_reached_through_a_proxy(host: str) -> None:
    assert address({"ALL_PROXY": PROXY}, Origin("http", host, 80)) is None


@given(st.text(max_size=30), st.sampled_from(["example.com", "10.0.0.1", "fd00::1"]))
def test_no_exemption_is_an_error(entries: str, host: str) -> None:
    Proxies({"ALL_PROXY": PROXY, "NO_PROXY": entries}.get).of(Origin("http", host, 80))


@given(st.text(max_size=30))
def test_every_value_is_a_proxy_or_a_typed_error(value: str) -> None:
    with suppress(ConfigurationError):
        proxy = Proxies({"ALL_PROXY": value}.get).of(SERVICE)
        assert proxy is None or 0 < proxy.port < 65536


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_login_comes_out_as_it_went_in_and_is_not_shown(username: str, password: str) -> None:
    value = f"http://{quote(username, safe='')}:{quote(password, safe='')}@proxy.test:1"
    proxy = parse_proxy("HTTPS_PROXY", hidden(value))
    assert (proxy.username, proxy.password) == (username, password)
    assert proxy.authorization is not None
    assert base64.b64decode(proxy.authorization.removeprefix("Basic ")).decode() == f"{username}:{password}"
    bare = parse_proxy("HTTPS_PROXY", hidden("http://proxy.test:1"))
    assert (repr(proxy), str(proxy)) == (repr(bare), str(bare))


def test_the_systems_own_settings_count_where_no_variable_does() -> None:
    system = {"https": PROXY}
    assert Proxies(no_variable, system).of(SERVICE) == Proxy("http", "proxy.test", 3128)
    assert Proxies(no_variable, system, lambda host: host == SERVICE.host).of(SERVICE) is None
    assert address({"ALL_PROXY": "http://other:1"}) == "http://other:1"
    other = Proxies({"ALL_PROXY": "http://other:1"}.get, system, lambda _: True).of(SERVICE)
    assert other is not None
    assert other.host == "other"

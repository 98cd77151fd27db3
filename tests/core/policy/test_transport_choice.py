"""Which transport carries a client's calls, and what keeps one from being had."""

from __future__ import annotations

import pytest

from baseten_sdk._core.policy.transport_choice import TransportName, check_transport, choose_transport
from baseten_sdk._core.request.proxies import Proxy
from baseten_sdk.errors import ConfigurationError

PLAIN = Proxy("http", "proxy.test", 3128, "user", "secret", "HTTPS_PROXY")
FOREIGN = [
    Proxy(scheme, "proxy.test", 1080, "user", "secret", "ALL_PROXY") for scheme in ("https", "socks5", "socks5h")
]


@pytest.mark.parametrize("wanted", ["auto", "direct"])
@pytest.mark.parametrize("proxies", [[], [PLAIN]])
def test_the_direct_transport_carries_what_needs_nothing_else(wanted: TransportName, proxies: list[Proxy]) -> None:
    assert choose_transport(wanted, proxies=proxies, loaded={"httpx"}) == "direct"


@pytest.mark.parametrize(
    ("proxies", "loaded"),
    [([], {"respx"}), ([], {"pytest_httpx"}), *(([PLAIN, each], set[str]()) for each in FOREIGN)],
)
def test_a_foreign_proxy_or_a_mock_of_httpx_needs_httpx(proxies: list[Proxy], loaded: set[str]) -> None:
    assert choose_transport("auto", proxies=proxies, loaded=loaded) == "httpx"


@pytest.mark.parametrize("proxies", [[], [PLAIN], FOREIGN])
def test_httpx_can_always_be_had(proxies: list[Proxy]) -> None:
    assert choose_transport("httpx", proxies=proxies, loaded=()) == "httpx"


def test_a_mock_does_not_overrule_an_explicit_choice() -> None:
    assert choose_transport("direct", proxies=[], loaded={"respx"}) == "direct"


def test_the_direct_transport_does_without_clients_of_httpx() -> None:
    with pytest.raises(ConfigurationError, match="http_client="):
        check_transport("direct", has_http_client=True)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_the_direct_transport_refuses_proxies_that_it_cannot_speak_to(foreign: Proxy) -> None:
    with pytest.raises(ConfigurationError, match="ALL_PROXY names the proxy") as caught:
        choose_transport("direct", proxies=[PLAIN, foreign], loaded=())
    assert foreign.address in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("wanted", ["aiohttp", "", None, 5])
def test_a_transport_that_does_not_exist_is_refused(wanted: object) -> None:
    with pytest.raises(ConfigurationError, match="transport must be"):
        check_transport(wanted, has_http_client=False)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

"""Proxies that the environment names, over real sockets: what goes through, and what is said where nothing does."""

from __future__ import annotations

import base64
import ssl
import sys
import traceback
from urllib.parse import quote

import pytest

from baseten_sdk import APIConnectionError, AsyncClient, ConfigurationError, ConnectTimeout, FirstByteTimeout, Timeout
from baseten_sdk._core.policy.transport_choice import TransportName
from tests._async.calling import KEY, LONG, MODELS, SHORT, expect
from tests.faults.scripted import Action, Hold, More, Read, ScriptedServer, Send, refusing_port, reply
from tests.faults.tunnels import TunnelProxy
from tests.tls.server import CERTIFICATE, TLSServer

pytestmark = pytest.mark.anyio

PLAIN = "http://models.test/v1"
SECURE = "https://models.test/v1"
PASSWORD = "p@ss/w:ö"
LOGIN = f"us%20er:{quote(PASSWORD, safe='')}@"
REFUSED = Send(
    b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno"
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def client_for(transport: TransportName, base_url: str = PLAIN, **limits: float) -> AsyncClient:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.check_hostname = False  # the certificate is for localhost, which is never reached through a proxy
    return AsyncClient(
        api_key=KEY,
        base_url=base_url,
        transport=transport,
        timeout=Timeout(**limits),
        ssl_context=context,
        max_retries=0,
    )


@pytest.mark.parametrize("login", ["", LOGIN])
async def test_an_http_server_is_asked_through_the_proxy(
    login: str, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer([MODELS, MODELS, Hold()]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{login}127.0.0.1:{proxy.port}")
        async with client_for(transport) as client:
            for _ in range(2):
                assert len(await client.models.list()) == 1
        assert proxy.connections == 1
    for request in proxy.requests:
        lines = request.lower().split(b"\r\n")
        assert lines[0] == b"get http://models.test/v1/models http/1.1"
        assert b"host: models.test" in lines
        assert (base64.b64encode(f"us er:{PASSWORD}".encode()) in request) is bool(login)


@pytest.mark.parametrize("login", ["", LOGIN])
async def test_an_https_server_is_asked_through_a_tunnel(
    login: str, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TLSServer() as server, TunnelProxy(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{login}127.0.0.1:{proxy.port}")
        async with client_for(transport, SECURE) as client:
            for _ in range(2):
                assert len(await client.models.list()) == 1
        assert server.connections == 1
    (head,) = proxy.heads
    assert head.lower().startswith(b"connect models.test:443 http/1.1\r\n")
    assert KEY.encode() not in head
    assert (base64.b64encode(f"us er:{PASSWORD}".encode()) in head) is bool(login)
    assert all(b"proxy-authorization" not in request.lower() for request in server.requests)


async def test_a_certificate_is_the_servers_and_not_the_proxys(monkeypatch: pytest.MonkeyPatch) -> None:
    with TLSServer() as server, TunnelProxy(server.port) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        async with AsyncClient(api_key=KEY, base_url=SECURE, transport="direct", max_retries=2) as client:
            with pytest.raises(APIConnectionError, match="CERTIFICATE_VERIFY_FAILED") as caught:
                await client.models.list()
    assert (caught.value.phase, caught.value.attempts) == ("connect", 1)
    assert server.connections == 0


@pytest.mark.parametrize("base_url", [PLAIN, SECURE])
@pytest.mark.parametrize(("login", "said"), [("", "asks for a user"), ("me:secret@", "refuses its user")])
async def test_a_login_that_is_refused_is_told_and_not_tried_again(
    base_url: str, login: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer([REFUSED, Hold()]) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://{login}127.0.0.1:{proxy.port}")
        async with AsyncClient(api_key=KEY, base_url=base_url, transport="direct", max_retries=2) as client:
            error = await expect(client, APIConnectionError)
        assert proxy.connections == 1
    assert (error.phase, error.permanent, error.attempts) == ("connect", True, 1)
    assert f"http://127.0.0.1:{proxy.port}" in str(error)
    assert said in str(error)
    assert "ALL_PROXY" in str(error)
    assert "secret" not in "".join(traceback.format_exception(error))


async def test_a_login_that_is_refused_is_not_tried_again_over_httpx_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer([REFUSED, Hold()]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        async with AsyncClient(api_key=KEY, base_url=SECURE, transport="httpx", max_retries=2) as client:
            error = await expect(client, APIConnectionError)
        assert proxy.connections == 1
    assert (error.phase, error.permanent, error.attempts) == ("connect", True, 1)
    assert f"http://127.0.0.1:{proxy.port}" in str(error)
    assert "secret" not in "".join(traceback.format_exception(error))


SPOILT: dict[str, list[Action]] = {
    "closes": [Read()],
    "garbage": [Send(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), Hold()],
    "half": [Send(b"HTTP/1.1 20")],
    "unavailable": [reply(b"", "503 Service Unavailable"), Hold()],
}


@pytest.mark.parametrize("script", SPOILT.values(), ids=SPOILT)
async def test_a_tunnel_that_is_not_given_is_an_error_that_names_the_proxy(
    script: list[Action], monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        async with client_for("direct", SECURE) as client:
            error = await expect(client, APIConnectionError)
    assert (error.phase, error.permanent) == ("connect", False)
    assert f"the proxy http://127.0.0.1:{proxy.port}" in str(error).replace("The proxy", "the proxy")
    assert "secret" not in f"{error} {vars(error)}"


@pytest.mark.parametrize("how", ["closes", "garbage", "half"])
async def test_a_reply_that_the_proxy_spoils_is_an_error_that_names_it(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer(SPOILT[how]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        async with client_for("direct") as client:
            error = await expect(client, APIConnectionError)
    assert error.phase == "first_byte"
    assert f"the proxy http://127.0.0.1:{proxy.port}" in str(error)
    assert "secret" not in f"{error} {vars(error)}"


async def test_a_proxy_that_stalls_is_a_timeout_that_names_it(
    transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer([Read(), Hold()]) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        async with client_for(transport, SECURE, connect=SHORT) as client:
            tunnel = await expect(client, ConnectTimeout)
        async with client_for(transport, PLAIN, first_byte=SHORT) as client:
            plain = await expect(client, FirstByteTimeout)
    for error in (tunnel, plain):
        assert f"through the proxy http://127.0.0.1:{proxy.port}" in str(error)
        assert "secret" not in f"{error} {vars(error)}"


async def test_a_proxy_that_is_not_there_is_named(transport: TransportName, monkeypatch: pytest.MonkeyPatch) -> None:
    port = refusing_port()
    monkeypatch.setenv("ALL_PROXY", f"http://me:secret@127.0.0.1:{port}")
    for base_url in (PLAIN, SECURE):
        async with client_for(transport, base_url) as client:
            error = await expect(client, APIConnectionError)
        assert error.phase == "connect"
        assert f"through the proxy http://127.0.0.1:{port}" in str(error)


@pytest.mark.parametrize("exempt", ["127.5.5.5", "127.5.0.0/16", "127.5.5.5:{port}", "*", "other.test, 127.5.5.5"])
async def test_what_is_exempt_is_asked_directly(
    exempt: str, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer([MODELS, Hold()], host="127.5.5.5") as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{refusing_port()}")
        monkeypatch.setenv("NO_PROXY", exempt.format(port=server.port))
        async with client_for(transport, server.url) as client:
            assert len(await client.models.list()) == 1


@pytest.mark.parametrize("value", ["ftp://me:secret@127.0.0.1:9", "http://me:secret@127.0.0.1:99999"])
async def test_a_variable_that_cannot_be_read_is_named(
    value: str, transport: TransportName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)
    async with client_for(transport) as client:
        with pytest.raises(ConfigurationError, match=r"^HTTP_PROXY does not name a usable proxy") as caught:
            await client.models.list()
        assert "secret" not in str(caught.value)


async def test_socks_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "socksio", None)
    async with AsyncClient(api_key=KEY, base_url=PLAIN) as client:
        with pytest.raises(ConfigurationError, match=r"ALL_PROXY names .* pip install 'baseten-sdk\[socks\]'"):
            await client.models.list()


async def test_direct_refuses_a_proxy_that_it_cannot_speak_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    async with AsyncClient(api_key=KEY, base_url=PLAIN, transport="direct") as client:
        with pytest.raises(ConfigurationError, match=r"ALL_PROXY names the proxy socks5://127\.0\.0\.1:9"):
            await client.models.list()


async def test_a_connection_that_breaks_behind_the_proxy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = Send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    with ScriptedServer([cut, More(b'"')]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        async with client_for("direct", idle=LONG) as client:
            error = await expect(client, APIConnectionError)
    assert (error.phase, error.status_code) == ("idle", 200)
    assert "through the proxy" in str(error)

"""Whom an https connection trusts."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import ssl
from pathlib import Path

import httpx
import pytest

from baseten_sdk import APIConnectionError, AsyncClient, ConfigurationError
from baseten_sdk._core.policy.transport_choice import TransportName
from baseten_sdk._io.tls import IGNORE_CUT, shared_context
from tests.tls.server import CERTIFICATE, LARGE, TLSServer

KEY = "key-0123456789"

pytestmark = pytest.mark.anyio


async def test_a_context_of_the_callers_own_is_used(transport: TransportName) -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    with TLSServer() as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport, ssl_context=context) as client:
            for _ in range(3):
                models = await client.models.list()
                assert [len(str((model.model_extra or {})["note"])) for model in models] == [LARGE]
        assert server.connections == 1


async def test_a_certificate_that_nobody_trusts_is_refused_at_once(transport: TransportName) -> None:
    with TLSServer() as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            with pytest.raises(
                APIConnectionError, match=r"CERTIFICATE_VERIFY_FAILED|certificate verify failed"
            ) as caught:
                await client.models.list()
    assert (caught.value.phase, caught.value.attempts) == ("connect", 1)


async def test_a_certificate_for_another_host_is_refused(transport: TransportName) -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    with TLSServer() as server:
        url = server.url.replace("localhost", "127.0.0.2")
        async with AsyncClient(api_key=KEY, base_url=url, transport=transport, ssl_context=context) as client:
            with pytest.raises(APIConnectionError):
                await client.models.list(max_retries=0)
    assert server.connections == 0


async def test_a_reply_that_ends_with_its_connection_is_whole_only_if_tls_says_so() -> None:
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    context.options &= ~IGNORE_CUT
    with TLSServer(announced=True) as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport="direct", ssl_context=context) as client:
            assert [model.id for model in await client.models.list()] == ["a/b"]
    with TLSServer(announced=False) as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport="direct", ssl_context=context) as client:
            with pytest.raises(APIConnectionError, match="middle of the reply") as caught:
                await client.models.list(max_retries=0)
    assert (caught.value.phase, caught.value.status_code) == ("idle", 200)


async def test_the_trust_that_clients_share_tells_a_cut_from_an_end() -> None:
    assert not shared_context().options & IGNORE_CUT


async def test_a_context_beside_an_httpx_client_is_refused() -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(ConfigurationError, match="verify="):
            AsyncClient(api_key=KEY, http_client=http, ssl_context=ssl.create_default_context())


async def test_a_client_with_a_context_cannot_be_pickled() -> None:
    async with AsyncClient(api_key=KEY, ssl_context=ssl.create_default_context()) as client:
        with pytest.raises(ConfigurationError, match="ssl_context="):
            pickle.dumps(client)


UNUSABLE = {
    "missing": ("SSL_CERT_FILE", "gone.pem"),
    "folder": ("SSL_CERT_FILE", "folder"),
    "no certificate": ("SSL_CERT_FILE", "text.pem"),
    "pipe": ("SSL_CERT_FILE", "pipe"),
    "device": ("SSL_CERT_FILE", "device"),
    "huge file": ("SSL_CERT_FILE", "huge.pem"),
    "missing folder": ("SSL_CERT_DIR", "gone"),
    "no folder": ("SSL_CERT_DIR", "text.pem"),
    "pipe as a folder": ("SSL_CERT_DIR", "pipe"),
    "log": ("SSLKEYLOGFILE", "gone/keys.log"),
    "log that no program reads": ("SSLKEYLOGFILE", "pipe"),
}


@pytest.mark.parametrize(("variable", "name"), UNUSABLE.values(), ids=UNUSABLE)
async def test_what_a_variable_names_and_cannot_be_used_is_told_before_anything_is_sent(
    variable: str, name: str, transport: TransportName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.pem").write_text("no certificate")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    with (tmp_path / "huge.pem").open("wb") as huge:
        huge.truncate(1 << 40)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    if variable == "SSLKEYLOGFILE":
        shutil.copy(CERTIFICATE, tmp_path / "own.pem")  # a context that was not made before
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with TLSServer() as server:
        monkeypatch.setenv(variable, str(tmp_path / name))
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            with pytest.raises(ConfigurationError, match=f"^{variable} names {re.escape(str(tmp_path / name))}"):
                await client.models.list()
    assert server.connections == 0


async def test_a_file_that_has_changed_is_read_again(
    transport: TransportName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "trusted.pem"
    shutil.copy(CERTIFICATE, file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with TLSServer() as server:
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            assert len(await client.models.list()) == 1
        file.write_text("no certificate")
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
                await client.models.list()
        file.unlink()
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            with pytest.raises(ConfigurationError, match="no such file"):
                await client.models.list()
        shutil.copy(CERTIFICATE, file)
        async with AsyncClient(api_key=KEY, base_url=server.url, transport=transport) as client:
            assert len(await client.models.list()) == 1

"""`baseten-sdk doctor`, and its checks one by one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from baseten_sdk.cli import checks
from baseten_sdk.cli.exit_codes import ExitCode
from baseten_sdk.emulator import Emulator
from tests.cli.running import Run, at

NOW = 1_790_000_000.0


def test_all_is_well(run: Run) -> None:
    ended = run("doctor")
    assert ended.code == ExitCode.OK
    lines = [line.split() for line in ended.out.splitlines()]
    assert {line[0] for line in lines} == {"ok"}
    checked = [line[1] for line in lines]
    assert checked == ["install", "key", "address", "proxy", "name", "connect", "answer", "clock", "latency"]


def test_as_json_each_finding_is_a_value(run: Run) -> None:
    assert at(run("doctor", "-o", "json").json, 1, "check") == "key"
    assert all(at(finding, "state") == "ok" for finding in run("doctor", "-o", "jsonl").lines)


def test_a_key_that_is_missing_refused_or_odd(run: Run) -> None:
    missing = run("doctor", env={"BASETEN_API_KEY": None})
    assert (missing.code, missing.err) == (ExitCode.AUTH, "")
    assert "fail  key      No API key: set BASETEN_API_KEY" in missing.out
    assert "settings/api_keys" in missing.out
    as_json = run("doctor", "-o", "json", env={"BASETEN_API_KEY": None})
    assert (as_json.code, at(as_json.json, 1, "state")) == (ExitCode.AUTH, "fail")
    refused = run("doctor", env={"BASETEN_API_KEY": "wrong.0123456789"})
    assert (refused.code, "settings/api_keys" in refused.out) == (ExitCode.AUTH, True)
    assert "need --auth-scheme api-key" in refused.out


def test_a_refused_key_may_want_the_other_scheme(run: Run) -> None:
    wrong = {"BASETEN_API_KEY": "wrong.0123456789"}
    for ended in (
        run("doctor", "--auth-scheme", "api-key", env=wrong),
        run("doctor", env={**wrong, "BASETEN_AUTH_SCHEME": "Api-Key"}),
    ):
        assert ended.code == ExitCode.AUTH
        assert "need --auth-scheme bearer" in ended.out
        assert "need --auth-scheme api-key" not in ended.out
    odd = run("doctor", env={"BASETEN_API_KEY": "Bearer secret.0123456789"})
    assert odd.code == ExitCode.AUTH
    assert "without the word" in odd.out
    assert "secret.0123456789" not in odd.out + odd.err


@pytest.mark.parametrize("key", ["Api-Key x", "'x'", 'x"', "a b", "käse"])
def test_what_no_key_looks_like(key: str) -> None:
    finding = checks.key_form(key, "BASETEN_API_KEY")
    assert (finding.state, finding.code) == ("fail", ExitCode.AUTH)
    assert key not in finding.detail + finding.advice


def test_nobody_listens(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ended = run("doctor", "--emulator", f"http://127.0.0.1:{port}", "-o", "jsonl")
    assert ended.code == ExitCode.SERVER
    assert at(ended.lines[-1], "check") == "connect"
    assert at(ended.lines[-1], "state") == "fail"


def test_https_where_there_is_none(run: Run, emu: Emulator) -> None:
    ended = run("doctor", "--base-url", f"https://127.0.0.1:{emu.port}/v1", "-o", "jsonl")
    assert (ended.code, at(ended.lines[-1], "check")) == (ExitCode.SERVER, "tls")


def test_a_service_that_fails(run: Run, emu: Emulator) -> None:
    emu.faults.push("status=503")
    ended = run("doctor")
    assert ended.code == ExitCode.SERVER
    assert "status.baseten.co" in ended.out
    wrong = run("doctor", "--base-url", f"{emu.url}/nowhere")
    assert wrong.code == ExitCode.NOT_FOUND
    assert "/v1" in wrong.out
    emu.faults.push("drop")
    assert run("doctor").code == ExitCode.SERVER


def test_a_service_that_fails_now_and_then(run: Run, emu: Emulator) -> None:
    emu.faults.push(None, "status=503")
    ended = run("doctor")
    assert ended.code == ExitCode.OK
    assert "warn  latency" in ended.out


def test_an_address_that_cannot_be(run: Run) -> None:
    assert run("doctor", "--base-url", "nonsense").code == ExitCode.USAGE


def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    finding = checks.names("baseten.example")
    assert (finding.state, finding.code) == ("fail", ExitCode.SERVER)
    assert "baseten.example is not found: Name or service not known." in finding.detail


SERVICE = "https://inference.baseten.co/v1"


@pytest.fixture
def set_proxies(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets the variables of proxies, and no others of them."""

    def set_them(**variables: str) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return set_them


@pytest.mark.parametrize(
    ("variables", "url", "said"),
    [
        ({"https_proxy": "http://me:secret@proxy.example:3128"}, SERVICE, "proxy.example:3128, from https_proxy"),
        ({"ALL_PROXY": "proxy.example"}, SERVICE, "proxy.example:80, from ALL_PROXY"),
        ({"ALL_PROXY": "socks5://proxy.example"}, SERVICE, "proxy.example:1080, from ALL_PROXY"),
        ({"http_proxy": "http://proxy.example"}, SERVICE, "none"),
        ({"ALL_PROXY": "proxy.example"}, "http://127.0.0.1:1/v1", "none"),
        ({"ALL_PROXY": "proxy.example", "NO_PROXY": "10.0.0.0/8"}, "https://10.1.2.3/v1", "none"),
        ({"ALL_PROXY": "proxy.example", "NO_PROXY": "[fd00::1]:8443"}, "https://[fd00::1]:8443/v1", "none"),
        ({"ALL_PROXY": "proxy.example", "NO_PROXY": "*.baseten.co"}, SERVICE, "none"),
        (
            {"ALL_PROXY": "proxy.example", "NO_PROXY": "baseten.co:8443"},
            SERVICE,
            "proxy.example:80, from ALL_PROXY",
        ),
    ],
)
def test_a_proxy_is_found_as_a_client_finds_it(
    set_proxies: Callable[..., None], variables: dict[str, str], url: str, said: str
) -> None:
    set_proxies(**variables)
    via, finding = checks.proxy(urlsplit(url))
    assert (finding.state, finding.detail) == ("ok", said)
    assert (via is None) == (said == "none")


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("http://me:secret@proxy.example:99999", "its port is not a number from 1 to 65535"),
        ("ftp://me:secret@proxy.example", "its scheme is 'ftp'"),
        ("http://me:secret@[::1", "it is not a URL"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_a_finding(
    run: Run, set_proxies: Callable[..., None], proxy: str, why: str
) -> None:
    set_proxies(HTTPS_PROXY=proxy)
    ended = run("doctor", "-o", "jsonl", env={"BASETEN_EMULATOR": None})
    assert ended.code == ExitCode.USAGE
    assert (at(ended.lines[-1], "check"), at(ended.lines[-1], "state")) == ("proxy", "fail")
    assert f"HTTPS_PROXY does not name a usable proxy: {why}" in str(at(ended.lines[-1], "detail"))
    assert "secret" not in ended.out + ended.err


@pytest.mark.parametrize(
    "url", ["http://me:secret@127.0.0.1/v1", "http://127.0.0.1:99999/v1", "http://[::1/v1", "ftp://h", "http://a b/v1"]
)
def test_an_address_that_cannot_be_used_is_a_finding(run: Run, url: str) -> None:
    ended = run("doctor", "-o", "jsonl", env={"BASETEN_EMULATOR": None, "BASETEN_BASE_URL": url})
    assert ended.code == ExitCode.USAGE
    assert (at(ended.lines[-1], "check"), at(ended.lines[-1], "state")) == ("address", "fail")
    assert "BASETEN_BASE_URL must be an absolute" in str(at(ended.lines[-1], "detail"))
    assert "secret" not in ended.out + ended.err


def test_a_proxy_that_does_not_answer(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    env = {"BASETEN_EMULATOR": None, "https_proxy": f"http://127.0.0.1:{port}", "no_proxy": None, "NO_PROXY": None}
    ended = run("doctor", "-o", "jsonl", env=env)
    assert ended.code == ExitCode.SERVER
    assert at(ended.lines[-1], "check") == "connect"
    assert f"127.0.0.1:{port}" in str(at(ended.lines[-1], "detail"))


@pytest.mark.parametrize(
    ("date", "state", "word"),
    [
        ("Mon, 21 Sep 2026 14:13:21 GMT", "ok", "right"),
        ("Mon, 21 Sep 2026 14:03:20 GMT", "warn", "600 s fast"),
        ("Mon, 21 Sep 2026 14:23:20 GMT", "warn", "600 s slow"),
        ("nonsense", "ok", "does not send"),
        (None, "ok", "does not send"),
    ],
)
def test_the_clock_is_compared_with_the_services(date: str | None, state: str, word: str) -> None:
    finding = checks.clock(date, NOW)
    assert finding.state == state
    assert word in finding.detail


def test_a_certificate_that_ends_soon_is_worth_a_word() -> None:
    end = "Sep 25 14:13:20 2026 GMT"
    assert checks.certificate_end(end, "TLSv1.3", NOW).state == "warn"
    assert (
        checks.certificate_end("Dec 25 14:13:20 2026 GMT", "TLSv1.3", NOW).detail
        == "TLSv1.3, certificate good for 95 days"
    )
    assert checks.certificate_end(None, "TLSv1.3", NOW).state == "ok"


def test_a_certificate_that_is_not_trusted(monkeypatch: pytest.MonkeyPatch, emu: Emulator) -> None:
    class Distrustful(ssl.SSLContext):
        def wrap_socket(self, *arguments: object, **options: object) -> ssl.SSLSocket:
            error = ssl.SSLCertVerificationError(1, "self-signed")
            error.verify_message = "self-signed certificate"
            raise error

    finding = checks.tls(urlsplit(f"https://127.0.0.1:{emu.port}"), Distrustful(ssl.PROTOCOL_TLS_CLIENT))
    assert finding.state == "fail"
    assert "self-signed certificate" in finding.detail
    assert "SSL_CERT_FILE" in finding.advice


@pytest.mark.parametrize("host", ["a..b", "x" * 80, ".", "a\u3002\u3002b"])
def test_what_is_no_name_of_a_host_is_a_finding(host: str) -> None:
    for finding in (checks.names(host), checks.connection(urlsplit(f"http://{host}:5"))):
        assert (finding.state, finding.code) == ("fail", ExitCode.SERVER)
        assert host in finding.detail


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_trusted_certificates_that_cannot_be_read_are_a_finding(
    monkeypatch: pytest.MonkeyPatch, emu: Emulator, variable: str
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv(variable, "/no/such/place")
    finding = checks.tls(urlsplit(emu.url.replace("http:", "https:")))
    assert (finding.state, finding.code) == ("fail", ExitCode.USAGE)
    assert f"{variable} names /no/such/place" in finding.detail
    monkeypatch.delenv(variable)
    assert checks.tls(urlsplit(emu.url.replace("http:", "https:"))).code == ExitCode.SERVER  # it does not speak TLS


def test_it_says_where_the_key_and_the_address_come_from(run: Run, emu: Emulator, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(emu.api_key)
    said = run("doctor", env={"BASETEN_EMULATOR": emu.url}).out
    assert "found in BASETEN_API_KEY" in said
    assert f"{emu.base_url} (BASETEN_EMULATOR)" in said
    said = run("doctor", "--api-key-file", str(tmp_path / "key"), "--base-url", emu.base_url).out
    assert f"found in {tmp_path / 'key'}" in said
    assert f"{emu.base_url} (--base-url)" in said

"""The command: what it refuses, and what it never shows."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError
from baseten_sdk.receiver import MemoryStore, WebhookReceiver
from baseten_sdk.receiver.__main__ import main
from baseten_sdk.receiver.serving import ServerThread, listening_socket
from tests.receiver.deliveries import SECRET


@pytest.fixture(autouse=True)
def no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASETEN_WEBHOOK_SECRET", raising=False)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "the environment variable BASETEN_WEBHOOK_SECRET is not set"),
        (["--secret-env", "NEW_SECRET"], "the environment variable NEW_SECRET is not set"),
        (["--allow-unsigned", "--secret-env", "NEW_SECRET"], "the environment variable NEW_SECRET is not set"),
        (["--allow-unsigned", "--store", "jobs.csv"], "must be a .sqlite"),
        (["--allow-unsigned", "--store", "no/such/folder/jobs.sqlite"], "cannot be opened"),
        (["--allow-unsigned", "--max-body", "0"], "max_body"),
        (["--allow-unsigned", "--tolerance", "-1"], "tolerance"),
        (["--allow-unsigned", "--host", "256.1.1.1"], "cannot listen on 256.1.1.1:8788"),
        (["--allow-unsigned", "--port", "99999"], "cannot listen on 127.0.0.1:99999"),
    ],
)
def test_what_cannot_be_is_told(
    arguments: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--store", str(tmp_path / "jobs.sqlite"), *arguments]) == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("Error: ")
    assert complaint in shown.err
    assert shown.out == ""


def test_a_store_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([])
    assert exit_.value.code == 2
    assert "--store" in capsys.readouterr().err


def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--store", str(tmp_path / "jobs.sqlite"), "--secret-env", SECRET]) == 1
    assert main(["--store", str(tmp_path / "jobs.sqlite"), "--secret-env", "a secret"]) == 1
    shown = capsys.readouterr()
    assert SECRET not in shown.err + shown.out
    assert "a secret" not in shown.err + shown.out
    assert "that --secret-env names is not set" in shown.err


def test_a_port_that_is_taken_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--store", str(tmp_path / "jobs.jsonl"), "--allow-unsigned", "--port", str(port)]) == 1
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_without_uvicorn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    receiver = WebhookReceiver(secrets=SECRET, store=MemoryStore())
    with pytest.raises(ConfigurationError, match=r"pip install 'baseten-sdk\[receiver\]'"):
        ServerThread(receiver, "127.0.0.1", 0)


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
def test_an_address_may_be_of_ipv6() -> None:
    with listening_socket("::1", 0) as listener:
        assert listener.family == socket.AF_INET6

"""What `Limits(shared=...)` takes."""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from baseten_sdk import ConfigurationError, Limits
from baseten_sdk.limit_stores import FileLimitStore, RedisLimitStore


def test_a_path_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("limits.db", tmp_path / "limits.db", FileLimitStore("limits.db")):
        limits = Limits(requests_per_minute=10, shared=name)
        assert limits.shared == limits.store == FileLimitStore(tmp_path / "limits.db")
        assert replace(limits, concurrency=3).shared is limits.shared
        assert pickle.loads(pickle.dumps(limits)) == limits
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["redis://h:1/2", "rediss://h", "unix:///tmp/redis.sock"])
def test_a_url_is_redis(url: str) -> None:
    assert Limits(tokens_per_minute=10, shared=url).shared == RedisLimitStore(url)


@pytest.mark.parametrize(
    "value", ["", 5, b"limits.db", object(), FileLimitStore, "http://user:hush@host/x", "postgres://h"]
)
def test_anything_else_is_refused_and_no_password_shown(value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"^Limits\(shared=\.\.\.\) takes a path") as caught:
        Limits(requests_per_minute=10, shared=value)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert "hush" not in str(caught.value)


def test_without_a_limit_there_is_nothing_to_share() -> None:
    with pytest.raises(ConfigurationError, match="needs requests_per_minute= or tokens_per_minute="):
        Limits(shared=os.devnull)

"""An emulator whose deployments and models differ."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from baseten_sdk import ConfigurationError
from baseten_sdk.emulator import BehaviorError, Emulator, FleetMember
from baseten_sdk.emulator.fleet.toml import read_fleet
from tests.emulator.exchanges import CHAT, MODEL, ask

PREDICT = "/model/{}/environments/production/predict"


@pytest.fixture
def emu() -> Iterator[Emulator]:
    members = {
        "abcd1234": FleetMember(),
        "down0001": FleetMember("status=503, message=it is down"),
        "gone0001": FleetMember("drop"),
        "gone0001/staging": FleetMember(),
        "many0001": FleetMember(requests_per_minute=60, burst=2),
        MODEL: FleetMember(requests_per_minute=120, tokens_per_minute=10),
    }
    with Emulator(fleet=members, clock=lambda: 1000.0) as running:
        yield running


def predict(http: httpx.Client, owner: str) -> httpx.Response:
    return http.post(PREDICT.format(owner), json={"n": 1})


def test_each_member_behaves_in_its_own_way_and_others_are_well(http: httpx.Client) -> None:
    assert predict(http, "abcd1234").json() == {"n": 1}
    assert (predict(http, "down0001").status_code, "it is down" in predict(http, "down0001").text) == (503, True)
    with pytest.raises(httpx.RemoteProtocolError):
        predict(http, "gone0001")
    assert http.post("/model/gone0001/environments/staging/predict", json={}).status_code == 200
    assert predict(http, "else0001").status_code == 200


def test_a_member_may_die_and_come_back_while_calls_are_made(emu: Emulator, http: httpx.Client) -> None:
    emu.fleet["abcd1234"] = FleetMember("status=500")
    assert predict(http, "abcd1234").status_code == 500
    emu.fleet["abcd1234"] = FleetMember()
    assert predict(http, "abcd1234").status_code == 200
    del emu.fleet["down0001"]
    assert predict(http, "down0001").status_code == 200


def test_a_script_goes_before_what_a_member_always_does(emu: Emulator, http: httpx.Client) -> None:
    emu.script(["status=404"])
    assert [predict(http, "down0001").status_code for _ in range(2)] == [404, 503]


def test_a_limit_of_requests_is_enforced_with_the_headers_of_the_service(emu: Emulator, http: httpx.Client) -> None:
    replies = [predict(http, "many0001") for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert [reply.headers["x-ratelimit-remaining-requests"] for reply in replies] == ["1", "0", "0"]
    assert replies[2].headers["x-ratelimit-limit-requests"] == "60"
    assert replies[2].headers["retry-after"] == "1"
    emu.advance(1.0)
    assert [predict(http, "many0001").status_code for _ in range(2)] == [200, 429]
    assert predict(http, "abcd1234").status_code == 200
    assert "x-ratelimit-limit-requests" not in predict(http, "abcd1234").headers


@pytest.mark.parametrize("stream", [False, True])
def test_a_limit_of_tokens_counts_what_answers_used(emu: Emulator, http: httpx.Client, stream: bool) -> None:
    first = http.post(CHAT, json=ask(stream=stream))
    assert first.status_code == 200
    assert first.headers["x-ratelimit-remaining-tokens"] == "0"
    refused = http.post(CHAT, json=ask())
    assert refused.status_code == 429
    assert refused.json()["error"]["message"] == "rate limit exceeded"
    assert int(refused.headers["retry-after"]) > 1
    assert http.get("/v1/models").status_code == 200
    assert http.post(CHAT, json=ask() | {"model": "zai-org/GLM-5.3"}).status_code == 200
    emu.advance(float(refused.headers["retry-after"]))
    assert http.post(CHAT, json=ask()).status_code == 200


def test_a_share_of_the_requests_is_slow(emu: Emulator) -> None:
    emu.fleet["slow0001"] = FleetMember(delay=0.05, slow=0.25, slow_delay=2.0)
    delays = [emu.fleet.plan("slow0001").seconds("delay") for _ in range(1000)]
    assert {*delays} == {0.05, 2.0}
    assert 200 < delays.count(2.0) < 300


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"behavior": "explode"}, "unknown behavior"),
        ({"delay": -1}, "delay of a fleet member"),
        ({"slow": 1.5}, "between 0 and 1"),
        ({"slow_delay": float("nan")}, "slow_delay"),
        ({"requests_per_minute": 0}, "requests_per_minute"),
        ({"tokens_per_minute": 1.5}, "tokens_per_minute"),
        ({"burst": 5}, "needs requests_per_minute"),
    ],
)
def test_what_a_member_cannot_be_is_said_when_it_is_made(fields: dict[str, object], said: str) -> None:
    with pytest.raises(BehaviorError, match=said):
        FleetMember(**fields)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_fleet_is_made_of_members() -> None:
    with pytest.raises(BehaviorError, match="made of FleetMembers"):
        Emulator(fleet={"abcd1234": "status=503"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]


def test_a_fleet_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text('[abcd1234]\nbehavior = "hang"\n["zai-org/GLM-5.3"]\nrequests_per_minute = 600\nburst = 10\n')
    assert read_fleet(path) == {
        "abcd1234": FleetMember("hang"),
        "zai-org/GLM-5.3": FleetMember(requests_per_minute=600, burst=10),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[abcd1234", "it is not TOML"),
        ("abcd1234 = 5", r"abcd1234 must be a table, such as \[abcd1234\]"),
        ("[abcd1234]\nspeed = 5", "abcd1234 has no speed; there are behavior, delay"),
        ("[abcd1234]\nslow = 5", "abcd1234: slow of a fleet member is a share"),
    ],
)
def test_a_file_that_describes_no_fleet_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "fleet.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_fleet(path)
    with pytest.raises(ConfigurationError, match="no such file"):
        read_fleet(tmp_path / "none.toml")


def test_a_pipe_is_no_fleet_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigurationError, match="pipe cannot be read: it is not a regular file"):
        read_fleet(tmp_path / "pipe")

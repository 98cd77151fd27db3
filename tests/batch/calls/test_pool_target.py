"""Rows that go to a pool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from baseten_sdk import AsyncClient, Client, Hedge, InvalidRequestError, Retry, Target, batch, user
from baseten_sdk.batch import Call, Recipe, openai_request
from baseten_sdk.emulator import Emulator

pytestmark = pytest.mark.anyio

LLAMA, OTHER, GLM = Target("abcd1234", model="llama"), Target("wxyz5678"), Target(model="zai-org/GLM-5.3")
QUICK = Retry(initial=0.001, maximum=0.002)


class Triage(BaseModel):
    team: Literal["billing", "shipping"]


class Answer(BaseModel):
    text: str


def rows(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "text": f"Say {number}"} for number in range(count)]


def lines(sink: Path) -> dict[str, Mapping[str, object]]:
    return {line["key"]: line["output"] for line in map(json.loads, sink.read_text().splitlines())}


async def test_rows_move_on_to_the_next_member_and_share_what_is_known_of_it(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    with Emulator() as emu:
        emu.script([*(["status=503"] * 3), *([""] * 100)])
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
            pool = client.pool([LLAMA, OTHER, GLM])

            def request(row: Mapping[str, str]) -> Call[object]:
                return batch.chat(messages=[user(row["text"])], deployment=pool)

            report = await client.batch.run(rows(20), sink, request=request, key="id", concurrency=1)
        assert (report.ok, report.failed) == (20, 0)
        assert len(emu.requests) == 23
    assert set(lines(sink)) == {str(number) for number in range(20)}


def test_a_sync_batch_takes_a_sync_pool_with_everything_that_it_was_made_with(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        pool = client.pool([LLAMA, OTHER], hedge=Hedge(after=0.2, budget=1.0), first_event=5.0)
        emu.script(["hang"])
        report = client.batch.run(
            rows(3),
            sink,
            key="id",
            request=lambda row: batch.chat(messages=[user(row["text"])], deployment=pool, timeout=5.0),
        )
        assert (report.ok, report.failed) == (3, 0)
        assert len(emu.requests) >= 4
        manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
        assert manifest["settings"]["deployment"] == {"pool": [repr(LLAMA), repr(OTHER)]}


def test_each_kind_of_call_may_go_to_a_pool(tmp_path: Path) -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints, retry=QUICK) as client:
        pool = client.pool([LLAMA, OTHER])
        calls: dict[str, Call[object]] = {
            "chat": batch.chat(messages=[user("Say a")], deployment=pool),
            "parse": batch.parse(messages=[user("Say a")], response_format=Answer, deployment=pool),
            "predict": batch.predict(pool, {"a": 1}),
            "typed": batch.predict(pool, {"text": "a"}, response_model=Answer),
            "embed": batch.embeddings(pool, "a"),
            "decide": batch.decide(Triage, state="the shipping", deployment=pool),
            "path": batch.path("chat/completions", json={"model": "x", "messages": [user("Say a")]}, deployment=pool),
            "sync": batch.sync(pool, "health"),
            "recipe": Recipe(deployment=pool, template="Say {id}")({"id": "a"}),
        }
        with client.batch.map(calls.items(), request=lambda pair: pair[1], key=lambda pair: pair[0]) as outcomes:
            found = {outcome.key: outcome for outcome in outcomes}
    assert [key for key, outcome in found.items() if isinstance(outcome, batch.Failed)] == []
    assert set(found) == set(calls)


def test_lines_of_openais_batch_files_go_to_members_under_their_own_names(tmp_path: Path) -> None:
    body = {"messages": [user("Say a")], "model": "theirs"}
    row = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body}
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as client:
        for target, name in ((LLAMA, "llama"), (OTHER, "theirs"), (GLM, "zai-org/GLM-5.3")):
            emu.requests.clear()
            sink = tmp_path / f"{target.name.replace('/', '-')}.jsonl"
            report = client.batch.run([row], sink, request=openai_request(client.pool([target])))
            assert report.ok == 1
            assert [json.loads(request.body)["model"] for request in emu.requests] == [name]


def test_a_model_may_be_left_out_with_a_pool_alone() -> None:
    with pytest.raises(InvalidRequestError, match="Say which model"):
        batch.chat(messages=[user("Hi")])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    with pytest.raises(InvalidRequestError, match="a DeploymentTarget or a pool, not 1"):
        batch.predict(1, {})  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]

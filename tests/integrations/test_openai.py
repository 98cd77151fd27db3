"""The openai package against the emulator: those who stay with it are served as well."""

from __future__ import annotations

from openai import OpenAI

from baseten_sdk import Client
from baseten_sdk.emulator import Emulator

MODEL = "openai/gpt-oss-120b"


def test_openai_reaches_the_engine_inside_a_deployment() -> None:
    with Emulator() as emu, Client(api_key=emu.api_key, endpoints=emu.endpoints) as ours:
        for target in (ours.deployments("abcd1234"), ours.deployments("abcd1234", regional="prod-us")):
            with OpenAI(api_key=emu.api_key, base_url=target.openai_base_url) as client:
                completion = client.chat.completions.create(
                    model="served", messages=[{"role": "user", "content": "Say hello world"}]
                )
            assert completion.choices[0].message.content == "hello world"


def test_openai_reads_what_the_emulator_streams() -> None:
    with Emulator() as emu, OpenAI(api_key=emu.api_key, base_url=emu.endpoints.model_apis) as client:
        chunks = list(
            client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "Say hello world"}], stream=True
            )
        )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "hello world"

"""Plays the demo: against the emulator, or, where there is a key, the chat part against Baseten.

The exit code is 0 only if everything that was shown was right.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

import anyio

from baseten_sdk import AsyncClient, __version__
from baseten_sdk.emulator import Emulator

from . import chat, deployment, scale, trouble
from .show import Show
from .stage import Stage

MODEL = "openai/gpt-oss-120b"
SECRET = "whsec_only-for-this-demonstration"


async def against_emulator(stage: Stage, pause: int) -> None:
    """Everything; the emulator takes `pause` milliseconds for a token, and ten times that for a reply."""
    bypass_proxies("127.0.0.1")
    with Emulator(webhook_secrets=[SECRET], queue_seconds=pause / 30, run_seconds=pause / 60) as emu:
        stage.note(f"baseten-sdk {__version__}, with the emulator at {emu.url}: no key, no network, no costs.")
        headers = {"x-emulator": f"delay={pause * 10}, pause={pause}"}
        async with AsyncClient(api_key=emu.api_key, endpoints=emu.endpoints, default_headers=headers) as client:
            show = Show(stage, client, MODEL, repeatable=True)
            await chat.play(show)
            await deployment.play(show, emu.webhook_secrets)
            await scale.play(show, emu.webhook_secrets)
            await trouble.play(show, emu.api_key, emu.endpoints)


def bypass_proxies(host: str) -> None:
    """Reach a host without the proxy of the environment, which may be there for the package index."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), host)))


async def against_baseten(stage: Stage) -> None:
    """The chat part, with the key of the environment, at the place that it names."""
    model = os.environ.get("BASETEN_MODEL") or MODEL
    where = os.environ.get("BASETEN_EMULATOR") or os.environ.get("BASETEN_BASE_URL") or "Baseten"
    stage.note(f"baseten-sdk {__version__}, with {model} at {where}.")
    async with AsyncClient(deadline=120) as client:
        await chat.play(Show(stage, client, model, repeatable=False))
    stage.say(
        "predict, sync and async_predict need a deployment of your own, so they are left out; "
        "with BASETEN_API_KEY unset the emulator stands in for one."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the demo; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description="What the SDK does, shown and checked.")
    parser.add_argument(
        "--pause", type=int, default=30, metavar="MS", help="milliseconds between two tokens (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    stage = Stage(sys.stdout)
    if os.environ.get("BASETEN_API_KEY"):
        anyio.run(against_baseten, stage)
    else:
        anyio.run(against_emulator, stage, options.pause)
    stage.conclude()
    return 1 if stage.failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m baseten_sdk.emulator`: the service on your machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Emulator

LOOK_UP = 1.0
"""Seconds after which the wait for a signal begins anew. It does not notice one that arrived just before it began."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator; the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m baseten_sdk.emulator", description="The Baseten service on your machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8787, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--api-key", help="key to accept (default: made up)")
    parser.add_argument(
        "--webhook-secret", action="append", default=[], help="sign webhooks with it; twice for a rotation"
    )
    parser.add_argument("--seed", type=int, default=0, help="chooses among the possible texts (default: %(default)s)")
    parser.add_argument("--queue-seconds", type=float, default=1.0, help="time in the queue (default: %(default)s)")
    parser.add_argument(
        "--run-seconds", type=float, default=2.0, help="time an async request runs (default: %(default)s)"
    )
    parser.add_argument("--behaviour", help="behaviours for every request, as in the header x-emulator")
    parser.add_argument(
        "--upstream",
        metavar="URL",
        help="let an OpenAI-compatible server answer chat, such as http://127.0.0.1:8080/v1",
    )
    parser.add_argument("--upstream-key", metavar="KEY", help="the key for it")
    parser.add_argument("--upstream-model", metavar="NAME", help="the model to ask it for (default: the caller's)")
    parser.add_argument("--list", action="store_true", help="list the behaviours and stop")
    options = parser.parse_args(arguments)
    if options.list:
        from .behaviours.table import describe

        print(
            "Ask for behaviours with the header x-emulator: NAME=VALUE, NAME\n"
            "or with the model emulator/NAME-VALUE+NAME.\n"
        )
        print(describe())
        return 0
    try:
        from . import Emulator
    except ImportError as error:
        print(error, file=sys.stderr)
        return 2
    emulator = Emulator(
        host=options.host,
        port=options.port,
        api_key=options.api_key,
        webhook_secrets=options.webhook_secret,
        seed=options.seed,
        queue_seconds=options.queue_seconds,
        run_seconds=options.run_seconds,
        upstream=options.upstream,
        upstream_key=options.upstream_key,
        upstream_model=options.upstream_model,
    )
    try:
        emulator.faults.always(options.behaviour)
        emulator.start()
    except (OSError, ValueError) as error:
        print(f"the emulator cannot start on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    try:
        print(_banner(emulator), flush=True)
        _wait_for_signal()
    finally:
        emulator.stop()
    return 0


def _wait_for_signal() -> None:
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stopped.wait(LOOK_UP):
            pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _banner(emulator: Emulator) -> str:
    body = '{"model": "openai/gpt-oss-120b", "messages": [{"role": "user", "content": "Hello there"}]}'
    return f"""Baseten emulator at {emulator.url}

  export BASETEN_API_KEY={emulator.api_key}
  export BASETEN_EMULATOR={emulator.url}

  Clients and the command line find everything here then. For a program that knows no more than a base URL:

  export BASETEN_BASE_URL={emulator.base_url}

  Model APIs   {emulator.base_url}
  deployments  {emulator.url}/model/MODEL_ID/production/predict
  chains       {emulator.url}/chain/CHAIN_ID/production/run_remote

Try it:
  curl {emulator.base_url}/chat/completions -H 'Authorization: Bearer {emulator.api_key}' -d '{body}'

Behaviours for one request, such as -H 'x-emulator: status=429, retry-after=2': see --list. Ctrl-C stops."""


if __name__ == "__main__":
    sys.exit(main())

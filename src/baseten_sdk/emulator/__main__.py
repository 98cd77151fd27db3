"""`python -m baseten_sdk.emulator`: run the emulator until Ctrl-C.

Keys come from options, files or the environment. Other users of the machine can read options, so a real key belongs in
a file or the environment.
"""

from __future__ import annotations

import argparse
import logging
import math
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from .._streams import put, run_main
from .._terminal import TerminalFormatter, parse_arguments, say
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from . import Emulator

KEY = "BASETEN_EMULATOR_API_KEY"
UPSTREAM_KEY = "BASETEN_UPSTREAM_API_KEY"
WEBHOOK_SECRET = "BASETEN_WEBHOOK_SECRET"

_ARGUMENT = re.compile(r"(?<![\w-])([a-z]+(?:_[a-z]+)*)=")

LOOK_UP = 1.0
"""Seconds after which the wait for a signal begins again. It does not notice one that arrived just before it began."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the emulator and return the exit code."""
    options = parse_arguments(_parser(), arguments)
    if options.list:
        from .behaviors.table import describe

        return put(
            "Ask for behaviors with the header x-emulator: NAME=VALUE, NAME\n"
            f"or with the model emulator/NAME-VALUE+NAME.\n\n{describe()}"
        )
    if options.log_requests:
        log = logging.getLogger("baseten_sdk.emulator")
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(TerminalFormatter(sys.stderr, "%(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)
    try:
        emulator = _emulator(options)
        emulator.faults.always(options.behavior)
        emulator.start()
    except ImportError as error:
        say(str(error))
        return 2
    except (ConfigurationError, ValueError) as error:
        say(f"Error: {_in_terms_of_options(str(error), options)}")
        return 1
    try:
        put(_banner(emulator, made_up=options.api_key is None))
        _wait_for_signal()
    finally:
        emulator.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m baseten_sdk.emulator", description="Run an emulator of Baseten on this machine."
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=8787, help="port to listen on; 0 picks a free one (default: %(default)s)")
    add("--api-key", metavar="KEY", help=f"key to accept (default: {KEY}, or a new one)")
    add("--api-key-file", type=Path, metavar="PATH", help="file with the key to accept")
    add(
        "--webhook-secret",
        action="append",
        default=[],
        metavar="SECRET",
        help=f"secret that signs webhooks; give it twice for a rotation (default: {WEBHOOK_SECRET}, or unsigned)",
    )
    add("--webhook-secret-file", type=Path, metavar="PATH", help="file with one secret per line, the newest first")
    add("--seed", type=int, default=0, help="chooses among the possible texts (default: %(default)s)")
    add("--queue-seconds", type=_seconds, default=1.0, help="time in the queue (default: %(default)s)")
    add("--run-seconds", type=_seconds, default=2.0, help="run time of an async request (default: %(default)s)")
    add("--behavior", help="behaviors for every request, as in the header x-emulator")
    add(
        "--upstream",
        metavar="URL",
        help="let an OpenAI-compatible server answer chat, such as http://127.0.0.1:8080/v1",
    )
    add("--upstream-key", metavar="KEY", help=f"key for that server (default: {UPSTREAM_KEY})")
    add("--upstream-key-file", type=Path, metavar="PATH", help="file with the key for that server")
    add(
        "--upstream-model",
        metavar="NAME",
        help="model to request from that server (default: the name that the caller sent)",
    )
    add("--cassette", type=Path, metavar="PATH", help="answer everything with the replies recorded in this file")
    add(
        "--record",
        choices=("none", "new", "all"),
        default="none",
        help="call the service with the caller's key for replies that the cassette lacks, or for all replies "
        "(default: %(default)s)",
    )
    add("--model", action="append", default=[], metavar="NAME", help="list one more model; may be repeated")
    add("--strict-models", action="store_true", help="answer 404 to models that are not listed")
    add(
        "--fleet",
        type=Path,
        metavar="PATH",
        help="TOML file with the health, delays and limits of deployments and models, one table each",
    )
    add("--log-requests", action="store_true", help="write a line for each request to stderr")
    add("--list", action="store_true", help="list the behaviors and exit")
    return parser


def _emulator(options: argparse.Namespace) -> Emulator:
    """Return the emulator that the options describe.

    Raises:
        ImportError: The extra is not installed.
        ConfigurationError: An option is invalid, or a file cannot be read.
    """
    from . import Cassette, Emulator
    from .fleet.toml import read_fleet

    if options.record != "none" and options.cassette is None:
        raise ConfigurationError("--record needs --cassette PATH.")
    options.api_key = _secret(options.api_key, options.api_key_file, KEY)  # read once, since it may come from a pipe
    secrets = _secret(None, options.webhook_secret_file, WEBHOOK_SECRET) or ""
    return Emulator(
        host=options.host,
        port=options.port,
        api_key=options.api_key,
        webhook_secrets=options.webhook_secret or secrets.split(),
        seed=options.seed,
        queue_seconds=options.queue_seconds,
        run_seconds=options.run_seconds,
        models=options.model,
        strict_models=options.strict_models,
        fleet=read_fleet(options.fleet) if options.fleet else None,
        upstream=options.upstream,
        upstream_key=_secret(options.upstream_key, options.upstream_key_file, UPSTREAM_KEY),
        upstream_model=options.upstream_model,
        cassette=None if options.cassette is None else Cassette(options.cassette, record=options.record),
    )


def _secret(given: str | None, file: Path | None, variable: str) -> str | None:
    """Return a secret: the option's, otherwise the file's, otherwise the environment's. None if there is none.

    Raises:
        ConfigurationError: The file cannot be read or is empty.
    """
    if given is not None:
        return given
    if file is None:
        return os.environ.get(variable, "").strip() or None
    try:
        secret = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
    except UnicodeDecodeError:
        problem = "it is not UTF-8 text"
    else:
        if secret and "\0" not in secret:
            return secret
        problem = "it is not text" if secret else "it is empty"
    raise ConfigurationError(f"{file} cannot be read: {problem}.")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise ValueError(text)
    return seconds


def _in_terms_of_options(message: str, options: argparse.Namespace) -> str:
    """Replace the names of arguments in a message by those of options."""
    named = vars(options)
    return _ARGUMENT.sub(lambda found: f"--{found[1].replace('_', '-')}" if found[1] in named else found[0], message)


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


def _banner(emulator: Emulator, *, made_up: bool) -> str:
    """How to use it. A key of the user's own is not printed."""
    key = emulator.api_key if made_up else "..."
    body = '{"model": "openai/gpt-oss-120b", "messages": [{"role": "user", "content": "Hello there"}]}'
    return f"""Baseten emulator at {emulator.url}

  export BASETEN_API_KEY={key}
  export BASETEN_EMULATOR={emulator.url}

  Clients and the command line then send everything here. For a program that knows only a base URL:

  export BASETEN_BASE_URL={emulator.base_url}

  Model APIs   {emulator.base_url}
  deployments  {emulator.url}/model/MODEL_ID/production/predict
  chains       {emulator.url}/chain/CHAIN_ID/production/run_remote
  a container  {emulator.container_url}
  a gateway    {emulator.gateway_url}

Try it:
  curl {emulator.base_url}/chat/completions -H "Authorization: Bearer $BASETEN_API_KEY" -d '{body}'

Behaviors for one request, such as -H 'x-emulator: status=429, retry-after=2': see --list. Ctrl-C stops."""


if __name__ == "__main__":
    run_main(main)

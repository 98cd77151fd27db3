"""`python -m baseten_sdk.receiver`: receive webhooks and store them, until SIGTERM or Ctrl-C.

Secrets come only from the environment: every user of the machine can read a command line.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from .._streams import put, run_main
from .._terminal import TerminalFormatter, parse_arguments, say
from ..errors import ConfigurationError
from .app import MAX_BODY, WebhookReceiver
from .serving import listening_socket, server_of

VARIABLE = "BASETEN_WEBHOOK_SECRET"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the receiver. The exit code is 0 after a signal, 1 if it cannot start, 2 for wrong arguments."""
    options = parse_arguments(_parser(), arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TerminalFormatter(sys.stderr, "%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    try:
        secrets = () if options.allow_unsigned and not options.secret_env else _secrets(options.secret_env, os.environ)
        receiver = WebhookReceiver(
            secrets=secrets,
            store=options.store,
            path=options.path,
            tolerance=options.tolerance or None,
            max_body=options.max_body,
            allow_unsigned=options.allow_unsigned,
        )
        with receiver:
            return _serve(receiver, options.host, options.port, options.store)
    except ConfigurationError as error:
        say(f"Error: {error}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m baseten_sdk.receiver", description="Receive Baseten's webhooks and store them."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=8788, help="port to listen on, 0 for a free one (default: %(default)s)"
    )
    parser.add_argument("--store", required=True, help="file for the deliveries, .sqlite or .jsonl; created if missing")
    parser.add_argument(
        "--secret-env",
        action="append",
        default=[],
        metavar="NAME",
        help=f"environment variable with the secret; give it twice during a rotation (default: {VARIABLE})",
    )
    parser.add_argument("--path", help="only path to accept (default: any)")
    parser.add_argument(
        "--tolerance",
        type=float,
        default=300.0,
        help="maximum age of a delivery in seconds, 0 for no limit (default: %(default)s)",
    )
    parser.add_argument(
        "--max-body", type=int, default=MAX_BODY, help="maximum size of a body in bytes (default: %(default)s)"
    )
    parser.add_argument("--allow-unsigned", action="store_true", help="accept deliveries without a signature")
    return parser


def _secrets(names: Sequence[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Read the secrets from the variables that were named.

    Raises:
        ConfigurationError: One of them is not set.
    """
    secrets: list[str] = []
    for name in names or (VARIABLE,):
        secret = environment.get(name, "").strip()
        if not secret:
            # What was given may be a secret by mistake.
            shown = name if name.isidentifier() and not name.startswith("whsec_") else "that --secret-env names"
            raise ConfigurationError(f"the environment variable {shown} is not set; it must hold the webhook secret.")
        secrets.append(secret)
    return tuple(secrets)


def _serve(receiver: WebhookReceiver, host: str, port: int, store: str) -> int:
    server = server_of(receiver)
    with listening_socket(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        put(f"receiving webhooks at http://{shown}:{listener.getsockname()[1]}/ into {store}")
        # Uvicorn stops by itself and then raises the signal again. That one must not end the process.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, frame: None)
        server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    run_main(main)

"""`baseten-sdk webhook`: receive webhooks at the terminal, and verify a stored one.

Secrets come from the environment, like keys.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated, TypeAlias

import typer

from ..errors import ConfigurationError
from ..types.json import JsonValue
from ..types.webhooks import AsyncPredictResult
from ..webhooks import SIGNATURE_HEADER, verify as verify_delivery
from .exit_codes import ExitCode
from .inputs import STDIN, read
from .interrupts import noticing_signals
from .session import Session

VARIABLE = "BASETEN_WEBHOOK_SECRET"

SecretEnv: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help=f"Variable with the secret; give it twice during a rotation (default: {VARIABLE})."
    ),
]
Tolerance: TypeAlias = Annotated[
    float, typer.Option(min=0, metavar="SECONDS", help="Oldest delivery to accept; 0 for no limit.")
]


def listen(
    session: Session,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8788,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    store: Annotated[
        Path | None,
        typer.Option(help="Also store deliveries in this .sqlite or .jsonl file (default: only in memory)."),
    ] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Stop after this many deliveries (default: run until Ctrl-C).")
    ] = None,
    secret_env: SecretEnv = None,
    tolerance: Tolerance = 300.0,
    allow_unsigned: Annotated[bool, typer.Option("--allow-unsigned", help="Accept unsigned deliveries.")] = False,
) -> None:
    """Receive webhooks and print their outputs."""
    from ..receiver import MemoryStore, ServerThread, StoredDelivery, WebhookReceiver

    secrets = () if allow_unsigned and not secret_env else _secrets(session, secret_env)
    receiver = WebhookReceiver(
        secrets=secrets,
        store=MemoryStore() if store is None else store,
        tolerance=tolerance or None,
        allow_unsigned=allow_unsigned,
    )
    arrived: SimpleQueue[Sequence[StoredDelivery]] = SimpleQueue()

    def results() -> Iterator[AsyncPredictResult[JsonValue]]:
        """What arrives, once per request."""
        seen: set[str] = set()
        while count is None or len(seen) < count:
            with noticing_signals():
                deliveries = arrived.get()
            for delivery in deliveries:
                if delivery.request_id not in seen:
                    seen.add(delivery.request_id)
                    yield delivery.result()

    with receiver:
        receiver.subscribe(arrived.put)
        server = ServerThread(receiver, host, port)
        session.out.note(f"receiving webhooks at http://{f'[{host}]' if ':' in host else host}:{server.port}/")
        server.start()
        try:
            _show(session, results())
        finally:
            server.stop()


def verify(
    session: Session,
    signature: Annotated[str, typer.Option(help="Value of the X-Baseten-Signature header.")],
    file: Annotated[
        Path, typer.Option("--file", "-f", help="File with the exact bytes of the body; - reads stdin.")
    ] = STDIN,
    secret_env: SecretEnv = None,
    tolerance: Tolerance = 300.0,
) -> None:
    """Verify the signature and age of a stored delivery, and print its output."""
    secrets = _secrets(session, secret_env)
    result = verify_delivery(read(file), {SIGNATURE_HEADER: signature}, secrets, tolerance or None)
    if session.out.structured:
        session.out.value(_row(result))
    else:
        _show(session, iter((result,)))


def _secrets(session: Session, names: Sequence[str] | None) -> list[str]:
    """Return the secrets from the named variables. The command ends if one is missing."""
    secrets = {name: os.environ.get(name, "").strip() for name in names or (VARIABLE,)}
    missing = [name for name, secret in secrets.items() if not secret]
    if missing:
        # What was given may be a secret by mistake.
        named = missing[0] if missing[0].isidentifier() and not missing[0].startswith("whsec_") else "named"
        session.out.error(ConfigurationError(f"The variable {named} is not set. It must hold the webhook secret."))
        raise typer.Exit(ExitCode.AUTH)
    return list(secrets.values())


def _show(session: Session, results: Iterator[AsyncPredictResult[JsonValue]]) -> None:
    out = session.out
    if out.structured:
        out.values(map(_row, results))
        return
    for result in results:
        out.note(f"request {result.request_id}{' failed' if result.errors else ''}")
        for error in result.errors:
            out.note(f"  {error.code}: {error.message}")
        if not result.errors:
            out.value(result.data)


def _row(result: AsyncPredictResult[JsonValue]) -> dict[str, object]:
    row: dict[str, object] = {
        "request_id": result.request_id,
        "type": result.type,
        "time": result.time,
        "model_id": result.model_id,
        "chain_id": result.chain_id,
        "deployment_id": result.deployment_id,
        "data": result.data,
        "errors": [error.model_dump() for error in result.errors],
    }
    return {name: value for name, value in row.items() if value is not None or name == "data"}
